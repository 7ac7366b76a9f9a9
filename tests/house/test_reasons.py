"""Every exception to a rule says why, and every test asserts something."""

import ast
import re

from tests.house.tree import modules, name_of, syntax

NOQA = re.compile(r"#\s*noqa(?!: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* - \S.{3,})")
IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[[a-z, -]+\]  # \S.{3,})")
PRAGMA = re.compile(r"#\s*pragma: no cover(?! - \S.{3,})")
SKIPS = ("skip", "skipif", "xfail", "importorskip")
EVERYWHERE = ("sync", "dags", "plugins", "tests")


def test_every_suppressed_complaint_says_why() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in modules(*EVERYWHERE)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(pattern.search(line) for pattern in (NOQA, IGNORE, PRAGMA))
        and path.name != "test_reasons.py"
    ]
    assert found == []


def is_silent_skip(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr not in SKIPS or "pytest" not in ast.unparse(node.func):
        return False
    says = any(word.arg == "reason" for word in node.keywords)
    return not says and not (node.func.attr == "skip" and node.args)


def test_every_skip_says_why() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules("tests")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and is_silent_skip(node)
    ]
    assert found == []


def asserts(test: ast.FunctionDef) -> bool:
    """Whether it asserts, expects an error, or calls a function named for asserting."""
    words = ("raises", "assert_", "check_", "expect")
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and any(w in ast.unparse(node.func) for w in words))
        for node in ast.walk(test)
    )


def test_no_test_is_without_an_assertion() -> None:
    found = [
        f"{name_of(path)}::{node.name}"
        for path in modules("tests")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not asserts(node)
    ]
    assert found == []


def test_nobody_mocks_our_own_code() -> None:
    words = re.compile(
        r"unittest\.mock|from mock |monkeypatch\.setattr\(\s*[\"']sync\.|mocker\b"
    )
    found = [
        name_of(path)
        for path in modules("tests")
        if words.search(path.read_text(encoding="utf-8")) and path.name != "test_reasons.py"
    ]
    assert found == []
