"""The tree as the house rules see it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("sync", "dags", "plugins")


def tracked_files() -> list[Path]:
    """Every file git knows, and new ones it would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def tracked_texts() -> Iterator[tuple[Path, str]]:
    """Every tracked file that is text, below its name in the tree."""
    for path in tracked_files():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules(*folders: str) -> list[Path]:
    """Python files below some folders of the tree, the project's own by default."""
    return [path for name in folders or CODE for path in sorted((ROOT / name).rglob("*.py"))]


def name_of(path: Path) -> str:
    """How a file is named in a complaint."""
    return str(path.relative_to(ROOT))


def syntax(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
