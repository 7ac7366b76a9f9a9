"""The search that proves silence is itself proven to hear: in clear, disguised, packed."""

import base64
import gzip
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import text

from sync.demo.country import Country
from sync.store.database import Database
from tests.e2e.planted import CORE, Sower, clean_people, fields, in_turn, list_loud, sow
from tests.e2e.searching import Index, in_database, in_files, leaks

NAME = "Nguyễn Thị Zqkwvjaaab"
WORD, NUMBER, CARD, BORN, SEX = "Zqkwvjaaab", "001074000123", "87300017", "1961-07-13", "2"
NOON = datetime(1961, 7, 13, tzinfo=UTC)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([NAME, NUMBER, CARD, BORN, "1988-02-03", SEX], [WORD, NUMBER, CARD])


DISGUISES = {
    "a name": NAME,
    "small letters": NAME.lower(),
    "capitals": NAME.upper(),
    "JSON": NAME.encode("unicode_escape").decode(),
    "an address": f"/x?who={WORD}%20Th%E1%BB%8B",
    "UTF-16": NAME.encode("utf-16-le").decode("latin-1"),
    "hex": f"\\x{NAME.encode().hex()}",
    "HEX": NUMBER.encode().hex().upper(),
    "Base64": base64.b64encode(NAME.encode()).decode(),
    "Base64 of small letters": base64.b64encode(b"ab" + WORD.lower().encode()).decode(),
    "Base64 in the middle": base64.b64encode(b"x" + NUMBER.encode() + b"y").decode(),
    "a number": f"key ({NUMBER}) already exists",
    "a number between digits": f"99{NUMBER}77",
    "a short number": f"card={CARD};",
    "a number with dots": "87.300.017",
    "an ISO day": f'"{BORN}T00:00:00"',
    "a Vietnamese day": "sinh 13/07/1961",
    "a day as Python says it": "datetime.date(1961, 7, 13)",
    "a compact day": "ngay_sinh=19610713",
    "a compact instant": "19610713T000000",
    "an instant": f"{int(datetime(1988, 2, 3, tzinfo=UTC).timestamp())}.0",
    "MD5 of a name": hashlib.md5(NAME.encode()).hexdigest(),  # noqa: S324 - what a leak may be
    "SHA-1 of a name": hashlib.sha1(NAME.encode()).hexdigest(),  # noqa: S324 - what a leak may be
    "SHA-256 of a sex": hashlib.sha256(SEX.encode()).hexdigest().upper(),
    "SHA-256 of a day within more": f"x'ab{hashlib.sha256(BORN.encode()).hexdigest()}cd'",
    "SHA-256 of a name taken apart": hashlib.sha256(
        unicodedata.normalize("NFD", NAME.lower()).encode()
    ).hexdigest(),
    "an HMAC without its key": hmac.digest(b"", SEX.encode(), "sha256").hex(),
    "SHA-256 in Base64": base64.b64encode(hashlib.sha256(NUMBER.encode()).digest()).decode(),
    "SHA-256 in Base64 for addresses": base64.urlsafe_b64encode(
        hashlib.sha256(NUMBER.encode()).digest()
    ).decode(),
}


@pytest.mark.parametrize("what", DISGUISES)
def test_a_planted_value_is_found_in_every_disguise(index: Index, what: str) -> None:
    assert index.find(f"said {DISGUISES[what]} and more") != []


INNOCENT = {
    "a key": hashlib.sha256(b"nobody").hexdigest(),
    "an instant of today": "2026-11-25T03:43:59.933693+00:00 1795578239.933693",
    "an HMAC": hashlib.sha256(
        b"pad" + hashlib.sha256(b"pad2" + SEX.encode()).digest()
    ).hexdigest(),
    "a path": "/opt/lib/python3.11/site-packages/airflow/sdk/execution_time/task_runner.py",
    "a sex": "gioi_tinh = 2",
}


@pytest.mark.parametrize("what", INNOCENT)
def test_what_nobody_planted_is_not_found(index: Index, what: str) -> None:
    assert index.find(INNOCENT[what]) == []


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("how", PACKED)
def test_packed_files_and_their_names_are_searched(
    index: Index, tmp_path: Path, how: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "log.bin").write_bytes(PACKED[how](NAME.encode()))
    (tmp_path / f"{WORD}.txt").touch()
    (tmp_path / "empty").touch()

    found = leaks(index, in_files(tmp_path))

    assert found.keys() == {str(tmp_path / "a" / "log.bin"), str(tmp_path / f"{WORD}.txt")}


def test_a_table_made_tomorrow_is_searched_and_only_named_ones_are_left_out(
    db: Database, index: Index, urls: Callable[[str], str]
) -> None:
    owner = Database.connect(urls("postgres"))
    packed = zstandard.ZstdCompressor().compress(NAME.encode())
    with owner.engine.connect() as conn, conn.begin() as planted:
        conn.execute(text("CREATE SCHEMA tomorrow"))
        conn.execute(text("CREATE TABLE tomorrow.a AS SELECT CAST(:x AS bytea)"), {"x": packed})
        conn.execute(
            text("CREATE TABLE tomorrow.b AS SELECT ARRAY[CAST(:x AS text)]"), {"x": NAME}
        )

        assert leaks(index, in_database(conn)).keys() == {"tomorrow.a", "tomorrow.b"}
        assert leaks(index, in_database(conn, but=["tomorrow.b"])).keys() == {"tomorrow.a"}
        assert leaks(index, in_database(conn, but=["tomorrow.*"])) == {}
        planted.rollback()
    owner.close()


def test_every_field_is_sown_with_every_kind_of_wrong_value() -> None:
    country = Country(seed=3, as_of=date(2026, 11, 23), people=200)
    code = max(country.units, key=lambda unit: unit.size).unit_code
    people = clean_people(country, code, 12)
    sower = Sower("q", 7)

    sow(people, sower, in_turn())

    assert {code for code, _ in list_loud()} == {field.code for field in fields()}
    assert len(sower.given) == len(set(sower.given))
    assert all(word.lower().startswith(CORE) for word in sower.given if word.isalpha())
    assert len(sower.given) > 600
