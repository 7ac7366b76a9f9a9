"""The project's own expectations. Importing this registers them with Great Expectations."""

from sync.checks.expectations import (  # noqa: F401 - each import registers
    beside,
    career,
    code_lists,
    figures,
    history,
    identity,
    order,
    people,
    population,
    presence,
    salary,
)
