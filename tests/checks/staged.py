"""Rows for tests, straight into staging or into a stand-in for a relation."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from sync.checks.stored import relation_of

Row = Mapping[str, Any]
SNAPSHOT_ID = 1


def stand_in(conn: Connection, suite: str, rows: Sequence[Row]) -> None:
    """A temporary table `checked` with the relation's columns and these rows of one person."""
    conn.execute(text("DROP TABLE IF EXISTS checked"))
    conn.execute(
        text(
            "CREATE TEMPORARY TABLE checked AS"  # noqa: S608 - our own names
            f" SELECT * FROM staging.{relation_of(suite)} LIMIT 0"
        )
    )
    for number, row in enumerate(rows, 1):
        whole = {"snapshot_id": SNAPSHOT_ID, "record_id": 1, "row_no": number, **row}
        insert(conn, "checked", whole)


def insert(conn: Connection, table: str, row: Row) -> None:
    """One row; values are given as text or as they are."""
    places = ", ".join(f":{name}" for name in row)
    statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"  # noqa: S608 - our own names
    conn.execute(text(statement), dict(row))


def stage_snapshot(conn: Connection, as_of: date, snapshot_id: int = SNAPSHOT_ID) -> None:
    """The snapshot that staged rows belong to, with the wave and profile it needs."""
    conn.execute(
        text(
            "INSERT INTO landing.wave (wave_key, trigger, as_of, started_at)"
            " VALUES ('w', 'test', :as_of, now()) ON CONFLICT DO NOTHING"
        ),
        {"as_of": as_of},
    )
    conn.execute(
        text(
            "INSERT INTO registry.profile (profile_sha256, profile_name, content)"
            " VALUES ('p', 'p', '{}') ON CONFLICT DO NOTHING"
        )
    )
    conn.execute(
        text(
            "INSERT INTO landing.snapshot (snapshot_id, source_code, unit_code, wave_key, seq,"
            " state, as_of, received_count, page_count, pages_sha256, key_list_sha256,"
            " profile_sha256, pulled_at, sealed_at) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, 's', 'H26', 'w', :id, 'sealed', :as_of, 1, 1, '', '', 'p',"
            " now(), now())"
        ),
        {"id": snapshot_id, "as_of": as_of},
    )


def stage(conn: Connection, group: str, record_id: int, row: Row, row_no: int = 1) -> None:
    """One typed row of a group."""
    insert(
        conn,
        f"staging.{group}",
        {"snapshot_id": SNAPSHOT_ID, "record_id": record_id, "row_no": row_no, **row},
    )


def located(conn: Connection) -> set[tuple[int, int, str]]:
    """(record, row, rule) of everything located."""
    rows = conn.execute(text("SELECT record_id, row_no, rule_code FROM staging.located"))
    return {(row.record_id, row.row_no, row.rule_code) for row in rows}
