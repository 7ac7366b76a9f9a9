"""Named statements: one question a file, in `sql/`."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, CursorResult, TextClause, text

BOUND = re.compile(r"(?<!:):([a-z_0-9]+)")


@cache
def named_query(name: str) -> TextClause:
    """The statement of `sql/<name>.sql`, with `:name` for bound values.

    Its header is left out: a value bound inside a comment could end the comment by a newline.
    """
    path = resources.files("sync.store") / "sql" / f"{name}.sql"
    lines = path.read_text(encoding="utf-8").splitlines()
    return text("\n".join(line for line in lines if not line.lstrip().startswith("--")))


def run_named(conn: Connection, name: str, values: Mapping[str, Any]) -> CursorResult[Any]:
    """Run a named statement with those of the values that it binds."""
    return run_bound(conn, named_query(name), values)


def run_bound(
    conn: Connection, statement: TextClause, values: Mapping[str, Any]
) -> CursorResult[Any]:
    """Run a statement with those of the values that it binds."""
    wanted = set(BOUND.findall(statement.text))
    return conn.execute(statement, {key: values[key] for key in wanted & values.keys()})
