"""The project's own expectations. Importing this registers them with Great Expectations."""

from sync.checks.expectations import (  # noqa: F401 - each import registers
    career,
    code_lists,
    history,
    identity,
    people,
    population,
    presence,
    salary,
)
