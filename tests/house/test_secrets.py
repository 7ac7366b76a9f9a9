"""Nothing of a machine and nothing of a person gets into the tree."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sync.contract import registers
from tests.house.tree import ROOT, tracked_texts

LOCKS = sorted(ROOT.glob("requirements*.txt"))
INDEX_WORDS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links|--trusted-host")
HOST = re.compile(r"https?://(?:[^@/\s]*@)?([^/:\s'\"]+)")
OWN_MACHINE = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:work|farm|root)/", re.MULTILINE)
NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{3})([0-9])\d{2}(\d{6})(?![0-9A-Za-z])")
PLACEHOLDERS = {"012345678912"}  # digits in a row, which a rule of ours must name to refuse
INVENTED_SERIAL = re.compile(r"000\d{3}")  # invented numbers of ours end so


def identity_numbers(text: str) -> list[str]:
    """Texts of twelve digits that could be a living person's identity number."""
    prefixes = {str(row["prefix"]) for row in registers.id_prefix_rows()}
    return [
        match[0]
        for match in NUMBER.finditer(text)
        if match[1] in prefixes
        and match[2] in "0123"
        and not INVENTED_SERIAL.fullmatch(match[3])
        and match[0] not in PLACEHOLDERS
    ]


def test_locked_requirements_name_no_index_and_hash_everything() -> None:
    assert len(LOCKS) == 4
    for lock in LOCKS:
        text = lock.read_text(encoding="utf-8")
        assert not INDEX_WORDS.search(text), lock.name
        assert text.count("==") <= text.count("--hash=sha256:"), lock.name


def test_the_locks_agree_with_one_another() -> None:
    pins: dict[str, set[str]] = {}
    for lock in LOCKS:
        for line in lock.read_text(encoding="utf-8").splitlines():
            if "==" in line and not line.startswith(" "):
                requirement = line.removesuffix(" \\")
                name = requirement.partition("==")[0]
                marker = requirement.partition(";")[2]
                pins.setdefault(f"{name};{marker}", set()).add(requirement)

    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    own = Path(__file__).relative_to(ROOT)
    found = [
        str(path) for path, text in tracked_texts() if OWN_MACHINE.search(text) and path != own
    ]

    assert found == []


def test_no_tracked_file_names_the_package_index_in_use() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    hosts = set(HOST.findall(asked.stdout)) - {"localhost", "127.0.0.1", "pypi.org"}
    found = [str(path) for path, text in tracked_texts() if any(host in text for host in hosts)]

    assert found == []


def test_no_tracked_file_holds_a_number_that_could_be_somebodys() -> None:
    found = {str(path): len(identity_numbers(text)) for path, text in tracked_texts()}

    assert {name: count for name, count in found.items() if count} == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("so: 001085" + "123456.", 1),
        ("001085" + "000456", 0),  # invented by our own convention
        ("999085" + "123456", 0),  # no province has this prefix
        ("sha256:aa001085" + "123456bb", 0),
    ],
)
def test_the_scan_tells_a_likely_number_from_others(text: str, count: int) -> None:
    assert len(identity_numbers(text)) == count


def test_no_tracked_table_has_a_column_of_identity_numbers() -> None:
    found = []
    for path, text in tracked_texts():
        if path.suffix == ".csv" and path.parts[0] == "tests":
            cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
            found += [str(path) for cell in cells if re.fullmatch(r"\d{12}", cell.strip())]

    assert found == []
