"""One hash for the same typed rows on either side; another for any difference."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, column, insert, table, text

from sync.contract.record import Field
from sync.store import staging
from sync.store.database import Database
from sync.store.typed_rows import spoken_groups, typed_rows_sql

VALUES: dict[str, tuple[Any, Any]] = {
    "text": ('a "b", (c)\n', ""),
    "code": ("01", "02"),
    "date": (date(1980, 2, 29), date(1980, 3, 1)),
    "timestamp": ("2026-01-02T03:04:05+07:00", "2026-01-02T03:04:06+07:00"),
    "int": (7, 8),
    "decimal": ("4.98", "4.980"),
}
OPEN_FIELDS = [f for group in spoken_groups() for f in group.fields if not f.is_secret]
REQUIRED = {f.code for f in OPEN_FIELDS if f.is_required}
BASE = "(SELECT unnest(CAST(:record_ids AS bigint[])) AS record_id)"


@pytest.fixture
def conn(db: Database) -> Iterator[Connection]:
    with db.transaction() as conn:
        staging.prepare(conn)
        yield conn


def put_rows(
    conn: Connection,
    schema: str,
    record_id: int,
    changed: Field | None = None,
    to: object = None,
) -> None:
    """Two rows in every list, one in every other group, all fields filled; one may differ."""
    for group in spoken_groups():
        for row_no in (1, 2) if group.is_list else (1,):
            row = {f.code: VALUES[f.kind][row_no - 1] for f in group.fields if not f.is_secret}
            if changed is not None and changed.group == group.name and row_no == 1:
                row[changed.code] = to
            add(conn, f"{schema}.{group.name}", record_id, row_no, row)


def add(
    conn: Connection, name: str, record_id: int, row_no: int, values: dict[str, Any]
) -> None:
    schema, _, relation = name.partition(".")
    row = {"record_id": record_id, "row_no": row_no, **values}
    if schema == "staging":
        row["snapshot_id"] = 1
    target = table(relation, *(column(key) for key in row), schema=schema)
    conn.execute(insert(target), row)


def read(
    conn: Connection, schema: str, record_ids: list[int]
) -> dict[int, tuple[bytes, list[str]]]:
    rows = conn.execute(text(typed_rows_sql(schema, BASE, "true")), {"record_ids": record_ids})
    return {row.record_id: (bytes(row.typed_sha256), row.missing_fields) for row in rows}


def test_staging_and_register_agree_on_the_same_rows(conn: Connection) -> None:
    for schema in ("staging", "register"):
        put_rows(conn, schema, 1)

    staged, registered = (read(conn, schema, [1, 2]) for schema in ("staging", "register"))

    assert staged == registered
    assert staged[1][1] == []
    assert staged[1][0] != staged[2][0]


def test_a_difference_in_any_field_is_a_difference_of_the_hash(conn: Connection) -> None:
    put_rows(conn, "register", 0)
    for number, field in enumerate(OPEN_FIELDS, 1):
        put_rows(conn, "register", number, field, VALUES[field.kind][1])
        put_rows(conn, "register", -number, field, None)
    ids = list(range(-len(OPEN_FIELDS), len(OPEN_FIELDS) + 1))

    found = read(conn, "register", ids)

    assert len({sha256 for sha256, _ in found.values()}) == len(ids) == 1 + 2 * len(OPEN_FIELDS)


def test_what_a_record_lacks_is_named_and_nothing_else(conn: Connection) -> None:
    for number, field in enumerate(OPEN_FIELDS, 1):
        put_rows(conn, "register", number, field, None)

    found = read(conn, "register", list(range(1, len(OPEN_FIELDS) + 1)))

    for number, field in enumerate(OPEN_FIELDS, 1):
        assert found[number][1] == ([field.code] if field.code in REQUIRED else [])


def test_a_record_without_rows_lacks_every_mandatory_field_of_single_groups(
    conn: Connection,
) -> None:
    singles = {g.name for g in spoken_groups() if not g.is_list}

    found = read(conn, "staging", [1])

    assert sorted(found[1][1]) == sorted(
        f.code for f in OPEN_FIELDS if f.is_required and f.group in singles
    )


def test_the_order_of_list_rows_is_part_of_what_is_said(conn: Connection) -> None:
    for record_id, first, second in ((1, "a", "b"), (2, "b", "a")):
        add(conn, "staging.work_history", record_id, 1, {"wh_vtvl": first})
        add(conn, "staging.work_history", record_id, 2, {"wh_vtvl": second})
    for row_no, said in ((1, "a"), (3, "b")):
        add(conn, "staging.work_history", 3, row_no, {"wh_vtvl": said})

    found = {number: sha256 for number, (sha256, _) in read(conn, "staging", [1, 2, 3]).items()}

    assert found[1] != found[2]
    assert found[1] == found[3]  # the number of a row is where it stood, not what it says


def test_nothing_and_empty_text_are_two_things_and_values_never_run_together(
    conn: Connection,
) -> None:
    said: list[dict[str, Any]] = [
        {"wh_ma_co_quan": None, "wh_ten_co_quan": "a"},
        {"wh_ma_co_quan": "", "wh_ten_co_quan": "a"},
        {"wh_ma_co_quan": "a", "wh_ten_co_quan": None},
        {"wh_ma_co_quan": "a,", "wh_ten_co_quan": None},
        {"wh_ma_co_quan": 'a","', "wh_ten_co_quan": None},
        {"wh_ma_co_quan": "a)\n(", "wh_ten_co_quan": None},
    ]
    for record_id, values in enumerate(said):
        add(conn, "staging.work_history", record_id, 1, values)

    found = read(conn, "staging", list(range(len(said))))

    assert len({sha256 for sha256, _ in found.values()}) == len(said)
