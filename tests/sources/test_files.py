"""Folders of tables: every encoding, every half-written delivery, bounded memory."""

import json
import os
import shutil
import tracemalloc
from datetime import date, datetime
from pathlib import Path

import openpyxl
import orjson
import pytest

from sync.model.errors import (
    ConfigurationError,
    SourceRejectedError,
    SourceUnavailableError,
    UnreadableAnswerError,
)
from sync.model.source import Connector, RawDocument, Source
from sync.sources.connect import open_connector
from sync.sources.files import folder_of
from sync.sources.profiles import load_profile
from sync.sources.spooling import Spool
from tests.sources.vendors import write_table

PEOPLE = [["SO_HS", "HO_TEN", "CCCD"], ["K1", "Lò Thị Ê", "001"], ["K2", "Y Bhăm", ""]]
JOBS = [["SO_HS", "TU", "MA_CQ"], ["K1", "01-02-2010", "A"], ["K1", "01-02-2015", "B"]]
DATA = Path(__file__).parents[1] / "data"


def connect(folder: Path, **options: object) -> Connector:
    source = Source("S1", "H26", "files", "thu_muc", str(folder), None, options)
    return open_connector(source, load_profile("thu_muc"), None, timeout_s=1, attempts=1)


def pull(folder: Path, **options: object) -> list[RawDocument]:
    return [d for page in connect(folder, **options).pages() for d in page.documents]


def read(document: RawDocument) -> dict[str, object]:
    assert document.json_text is not None
    content: dict[str, object] = orjson.loads(document.json_text)
    return content


def test_rows_of_several_files_meet_at_their_person(tmp_path: Path) -> None:
    write_table(tmp_path / "person.csv", PEOPLE)
    write_table(tmp_path / "work_history.csv", JOBS)
    write_table(tmp_path / "salary_current.csv", [["SO_HS", "BAC"], ["K2", "3"]])
    first, second = pull(tmp_path)
    assert read(first) == {
        "person": {"SO_HS": "K1", "HO_TEN": "Lò Thị Ê", "CCCD": "001"},
        "work_history": [
            {"TU": "01-02-2010", "MA_CQ": "A"},
            {"TU": "01-02-2015", "MA_CQ": "B"},
        ],
    }
    assert read(second) == {
        "person": {"SO_HS": "K2", "HO_TEN": "Y Bhăm"},
        "salary_current": {"BAC": "3"},
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_gives_the_same_people(tmp_path: Path, encoding: str) -> None:
    write_table(tmp_path / "person.csv", PEOPLE, encoding)
    assert [read(d)["person"] for d in pull(tmp_path)] == [
        {"SO_HS": "K1", "HO_TEN": "Lò Thị Ê", "CCCD": "001"},
        {"SO_HS": "K2", "HO_TEN": "Y Bhăm"},
    ]


def test_another_delimiter_is_an_option(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("SO_HS;HO_TEN\r\nK1;a,b\r\n")
    assert read(pull(tmp_path, delimiter=";")[0])["person"] == {"SO_HS": "K1", "HO_TEN": "a,b"}


def test_cells_of_a_workbook_become_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["SO_HS", "HO_TEN", "NGAY_SINH", "CMND", "BHXH", "DT", "NGAY_CN"])
    sheet.append([7, "Lò", date(1980, 2, 28), 4.5, 12.0, None, datetime(2026, 1, 2, 3, 4)])  # noqa: DTZ001 - a workbook knows no zones
    sheet.append([None] * 7)
    book.save(tmp_path / "person.xlsx")
    [document] = pull(tmp_path)
    assert document.local_key == "7"
    assert read(document)["person"] == {
        "SO_HS": "7",
        "HO_TEN": "Lò",
        "NGAY_SINH": "1980-02-28",
        "CMND": "4,5",
        "BHXH": "12",
        "NGAY_CN": "2026-01-02T03:04:00",
    }


def test_two_rows_where_there_can_be_one_are_a_repeated_key(tmp_path: Path) -> None:
    write_table(tmp_path / "person.csv", PEOPLE)
    write_table(tmp_path / "party.csv", [["SO_HS", "SO_THE"], ["K1", "1"], ["K1", "2"]])
    first, second = pull(tmp_path)
    assert first.problems == {"repeated_key"}
    assert second.problems == frozenset()


def test_rows_of_no_person_come_as_a_record_without_key(tmp_path: Path) -> None:
    write_table(tmp_path / "person.csv", PEOPLE)
    write_table(
        tmp_path / "work_history.csv", [*JOBS, ["K9", "01-01-2020", "C"], ["", "", "D"]]
    )
    documents = pull(tmp_path)
    assert [document.local_key for document in documents] == ["K1", "K2", None, None]
    assert read(documents[2]) == {"work_history": [{"TU": "01-01-2020", "MA_CQ": "C"}]}
    assert read(documents[3]) == {"work_history": [{"MA_CQ": "D"}]}


def test_a_secret_file_leaves_nothing_but_the_fact(tmp_path: Path) -> None:
    write_table(tmp_path / "person.csv", PEOPLE)
    write_table(tmp_path / "health.csv", [["SO_HS", "NHOM_MAU"], ["K1", "planted"]])
    first, second = pull(tmp_path)
    assert first.problems == {"secret_field"}
    assert read(first) == {"person": {"SO_HS": "K1", "HO_TEN": "Lò Thị Ê", "CCCD": "001"}}
    assert second.problems == frozenset()


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ('{"files": {"person.csv": 3}}', "announces 3 rows of person.csv but delivers 2"),
        ('{"files": {"person.csv": 1}}', "announces 1 rows of person.csv but delivers 2"),
        ('{"files": {"family.csv": 9}}', "announces family.csv but does not deliver it"),
        ('{"total": "planted"}', "something that is no count"),
        ('{"files": {"person.csv": true}}', "something that is no count"),
        ('{"total": 2', "cannot be read"),
        ("[]", "cannot be read"),
        ('{"files": []}', "cannot be read"),
        (" " * (2 << 20), "too large"),
    ],
)
def test_a_delivery_that_is_not_what_it_announces_is_unreadable(
    tmp_path: Path, manifest: str, complaint: str
) -> None:
    write_table(tmp_path / "person.csv", PEOPLE)
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(UnreadableAnswerError, match=complaint) as failed:
        next(connect(tmp_path).pages())
    assert "planted" not in str(failed.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "has no header"),
        (b"SO_HS,HO_TEN\nK1,planted\nK2\n", "has 1 cells in row 3 instead of 2"),
        (b'SO_HS,HO_TEN\nK1,"planted', "was cut short"),
        ("SO_HS,HO_TEN\nK1,Lò planted".encode("latin-1"), "neither UTF-8 nor UTF-16"),
        (b"SO_HS,HO_TEN,HO_TEN\nK1,planted,b\n", "names a column twice"),
        (b"HO_TEN,SO_HS\nplanted,K1\n", "without its key column first"),
    ],
)
def test_a_broken_table_is_unreadable_and_never_quoted(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    (tmp_path / "person.csv").write_bytes(content)
    with pytest.raises(UnreadableAnswerError, match=complaint) as failed:
        list(connect(tmp_path).pages())
    assert "planted" not in str(failed.value)


@pytest.mark.parametrize("content", [b"", b"planted", b"PK\x03\x04planted"])
def test_a_broken_workbook_is_unreadable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "person.xlsx").write_bytes(content)
    with pytest.raises(UnreadableAnswerError, match="cannot be read as a workbook"):
        list(connect(tmp_path).pages())


def test_a_workbook_cut_short_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "person.xlsx"
    write_table(path, PEOPLE)
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(UnreadableAnswerError, match="cannot be read as a workbook"):
        list(connect(tmp_path).pages())


def test_two_kinds_of_one_table_are_one_too_many(tmp_path: Path) -> None:
    write_table(tmp_path / "person.csv", PEOPLE)
    write_table(tmp_path / "person.xlsx", PEOPLE)
    with pytest.raises(UnreadableAnswerError, match="one too many"):
        list(connect(tmp_path).pages())


def test_a_folder_without_people_is_unreadable(tmp_path: Path) -> None:
    write_table(tmp_path / "work_history.csv", JOBS)
    result = connect(tmp_path).probe()
    assert not result.is_ok
    assert result.reason_code == "probe_unreadable"
    assert result.reason == (
        "Source S1 delivers no file of people; its owner must deliver again."
    )


def test_a_folder_that_is_away_may_come_back(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError, match="its folder is not there"):
        list(connect(tmp_path / "away").pages())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_is_closed_to_us_is_a_refusal(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    try:
        with pytest.raises(SourceRejectedError, match="may not be read"):
            list(connect(tmp_path).pages())
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("address", ["", "sftp://host/x", "file://host/x"])
def test_an_address_that_is_no_folder_is_a_wrong_setting(address: str) -> None:
    with pytest.raises(ConfigurationError, match="source S1 must be a folder"):
        folder_of(address, "S1")


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    assert folder_of("file:///srv/th%C6%B0%20m%E1%BB%A5c", "S1") == Path("/srv/thư mục")


def test_the_published_deputies_all_come(tmp_path: Path) -> None:
    shutil.copy(DATA / "deputies_xiii.csv", tmp_path)
    source = Source("S1", "DBQH", "files", "dbqh_khoa_13", str(tmp_path))
    profile = load_profile("dbqh_khoa_13")
    connector = open_connector(source, profile, None, timeout_s=1, attempts=1)
    documents = [d for page in connector.pages() for d in page.documents]
    assert connector.probe().is_ok
    assert len(documents) == 92
    assert len({document.local_key for document in documents}) == 92
    assert not [document for document in documents if document.problems]
    assert read(documents[0])["person"] == {
        "id": "1934",
        "name": "Đặng Thuần Phong",
        "birth_date": "1964-07-08",
        "gender": "male",
        "area": "Bến Tre",
    }


def test_many_parts_give_everybody_with_their_rows() -> None:
    with Spool(size_bytes=1 << 20, part_bytes=1 << 16) as spool:
        for number in range(1000):
            spool.add_person(f"K{number}", b'{"n": %d}' % number)
            spool.add_row("g", f"K{number}", b'{"r": %d}' % number)
        found = {json.loads(row)["n"]: rows for row, rows in spool.people() if row}
    assert sorted(found) == list(range(1000))
    assert all(rows == [("g", b'{"r": %d}' % number)] for number, rows in found.items())


def write_big(folder: Path, people: int) -> None:
    folder.mkdir()
    filler = "x" * 200
    write_table(
        folder / "person.csv",
        [["SO_HS", "HO_TEN"], *([f"K{n}", filler] for n in range(people))],
    )
    rows = ([f"K{n % people}", "01-01-2020", filler] for n in range(people * 4))
    write_table(folder / "work_history.csv", [JOBS[0], *rows])


def peak_of(connector: Connector) -> tuple[int, int]:
    tracemalloc.start()
    count = sum(len(page.documents) for page in connector.pages())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, peak


def test_memory_does_not_grow_with_the_delivery(tmp_path: Path) -> None:
    small, big = tmp_path / "small", tmp_path / "big"
    write_big(small, 1_000)
    write_big(big, 8_000)
    options = {"page_size": 100, "part_bytes": 1 << 19}
    small_count, small_peak = peak_of(connect(small, **options))
    big_count, big_peak = peak_of(connect(big, **options))
    assert (small_count, big_count) == (1_000, 8_000)
    assert big_peak < 2 * small_peak
