import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, modules, name_of, syntax

GREAT_EXPECTATIONS = "great_expectations"


def top_imports(path: Path) -> Iterator[str]:
    """What importing the file imports: not what stands inside its functions."""
    for node in syntax(path).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_great_expectations_is_imported_at_the_top_in_its_own_corner_only() -> None:
    corner = ROOT / "sync/checks"
    gate = {corner / "__init__.py", corner / "suites.py", corner / "document.py"}
    outside = [path for path in modules() if corner not in path.parents or path in gate]

    offenders = [
        name_of(path)
        for path in outside
        if any(name.split(".")[0] == GREAT_EXPECTATIONS for name in top_imports(path))
    ]
    assert offenders == []


@pytest.mark.parametrize(
    "module", ["sync.checks.suites", "sync.cli", "sync.portal.main", "sync.services.wave"]
)
def test_reading_the_rules_does_not_cost_the_seconds_of_great_expectations(module: str) -> None:
    program = f"import sys, {module}; sys.exit('{GREAT_EXPECTATIONS}' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)

    assert done.returncode == 0


def test_no_dag_file_imports_great_expectations_or_the_database() -> None:
    heavy = {GREAT_EXPECTATIONS, "sqlalchemy", "pandas", "sync"}
    offenders = [
        (name_of(path), name)
        for path in modules("dags", "plugins")
        for name in top_imports(path)
        if name.split(".")[0] in heavy and name != "sync.model.errors"
    ]
    assert offenders == []
