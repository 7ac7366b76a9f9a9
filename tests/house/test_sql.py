"""SQL has one home: sync/store. Statements elsewhere are found by their shape."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, modules, name_of, syntax, tracked_files

HOME = ROOT / "sync/store"

# Words in the order only a statement has them, in capitals as we write SQL; prose is not found.
STATEMENT = re.compile(
    r"\bSELECT\b[^.]*\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\S+\s+SET\b|\bDELETE\s+FROM\b"
    r"|\b(CREATE|ALTER|DROP)\s+(TABLE|VIEW|INDEX|SCHEMA|ROLE|DATABASE|FUNCTION)\b"
    r"|\bTRUNCATE\s+\w|\bCOPY\s+\S+\s*(\([^)]*\))?\s*(FROM|TO)\b|\bMERGE\s+INTO\b",
    re.DOTALL,
)


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a file with its line, docstrings left out, f-strings joined."""
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            yield node.lineno, " x ".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and id(node) not in documents:
            yield node.lineno, node.value if isinstance(node.value, str) else ""


def statements_in(tree: ast.Module) -> list[int]:
    return sorted({line for line, text in texts(tree) if STATEMENT.search(text)})


def names_from_sqlalchemy(path: Path) -> set[str]:
    return {
        alias.name
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }


def outside_the_home() -> list[Path]:
    return [path for path in modules() if HOME not in path.parents]


def test_no_statement_stands_outside_the_store() -> None:
    found = {name_of(path): statements_in(syntax(path)) for path in outside_the_home()}

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_nobody_outside_the_store_makes_statements_of_text() -> None:
    makers = {"text", "TextClause", "insert", "update", "delete"}

    # A stored condition is a clause of text; the statement round it is not.
    allowed = {"sync/checks/locate.py": {"text"}}

    found = {
        name_of(path): names_from_sqlalchemy(path) & makers - allowed.get(name_of(path), set())
        for path in outside_the_home()
    }

    assert {name: names for name, names in found.items() if names} == {}


def test_sql_files_live_in_the_store() -> None:
    files = [path for path in tracked_files() if path.suffix == ".sql"]

    assert [name_of(path) for path in files if HOME not in path.parents] == []


@pytest.mark.parametrize(
    "source",
    [
        "q = 'SELECT a FROM b'",
        "q = f'INSERT INTO {table} VALUES (1)'",
        "q = f'SELECT {columns} FROM x'",
        "q = 'COPY x (a, b) FROM STDIN'",
    ],
)
def test_the_scan_sees_a_statement(source: str) -> None:
    assert statements_in(ast.parse(source)) == [1]


def test_the_scan_leaves_prose_and_docstrings_alone() -> None:
    source = '"""SELECT a FROM b"""\nmessage = "Select a unit from the list, then update it."'

    assert statements_in(ast.parse(source)) == []
