"""Replays: a new snapshot over the kept documents of an earlier one."""

from datetime import date

from sqlalchemy import Connection, text

from sync.model.states import SnapshotState
from sync.store.queries import named_query
from sync.store.snapshots import Snapshot, get


def find_of_wave(conn: Connection, wave_key: str) -> int | None:
    """The replay that this wave opened, if it did."""
    found: int | None = conn.execute(
        text(
            "SELECT snapshot_id FROM landing.snapshot WHERE wave_key = :wave_key"
            " AND replay_of IS NOT NULL"
        ),
        {"wave_key": wave_key},
    ).scalar_one_or_none()
    return found


def find_newest_kept(conn: Connection, source_code: str) -> Snapshot | None:
    """The newest answer of a source that can be read again; not one that was returned."""
    found = conn.execute(
        named_query("replay/newest_kept"), {"source_code": source_code}
    ).scalar_one_or_none()
    return None if found is None else get(conn, found)


def find_newer(
    conn: Connection, snapshot: Snapshot, states: tuple[SnapshotState, ...]
) -> Snapshot | None:
    """The newest later answer of the same source that stands in one of these states."""
    found = conn.execute(
        text(
            "SELECT snapshot_id FROM landing.snapshot WHERE source_code = :source_code"
            " AND seq > :seq AND state = ANY(:states) ORDER BY seq DESC LIMIT 1"
        ),
        {
            "source_code": snapshot.source_code,
            "seq": snapshot.seq,
            "states": [str(state) for state in states],
        },
    ).scalar_one_or_none()
    return None if found is None else get(conn, found)


def open_copy(
    conn: Connection, original_id: int, wave_key: str, as_of: date
) -> tuple[int, int]:
    """Number the source's next snapshot over the same entries; its id and their count."""
    snapshot_id = int(
        conn.execute(
            named_query("replay/1_snapshot"),
            {"original_id": original_id, "wave_key": wave_key, "as_of": as_of},
        ).scalar_one()
    )
    copied = conn.execute(
        named_query("replay/2_entries"),
        {"original_id": original_id, "snapshot_id": snapshot_id},
    )
    return snapshot_id, int(copied.rowcount)
