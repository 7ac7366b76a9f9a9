"""Snapshots: one sealed answer of one source, and where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, text

from sync.model.errors import NotFoundError
from sync.model.states import SnapshotState, check_move

COLUMNS = (
    "snapshot_id, source_code, unit_code, wave_key, seq, state, as_of, announced_count,"
    " received_count,"
    " page_count, staged_count, profile_sha256, pulled_at, sealed_at, reason_code, figures,"
    " key_list_sha256, replay_of, leaving_at"
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One answer of one source; counts are documents."""

    snapshot_id: int
    source_code: str
    unit_code: str
    wave_key: str
    seq: int
    state: SnapshotState
    as_of: date
    announced_count: int | None
    received_count: int
    page_count: int
    staged_count: int | None
    profile_sha256: str
    pulled_at: datetime
    sealed_at: datetime
    reason_code: str
    figures: Mapping[str, Any]
    key_list_sha256: bytes
    replay_of: int | None  # read again; its times are those of the answer it replays
    leaving_at: datetime | None  # housekeeping takes its entries away


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """What a pull knows when it seals."""

    source_code: str
    unit_code: str
    wave_key: str
    as_of: date
    profile_sha256: str
    pulled_at: datetime


def _snapshot(row: RowMapping) -> Snapshot:
    values = dict(row)
    return Snapshot(
        **values
        | {
            "state": SnapshotState(values["state"]),
            "key_list_sha256": bytes(values["key_list_sha256"]),
        }
    )


def open_snapshot(conn: Connection, new: NewSnapshot) -> int:
    """Number the next snapshot of a source; it is filled and sealed in the same transaction."""
    return int(
        conn.execute(
            text(
                "INSERT INTO landing.snapshot (source_code, unit_code, wave_key, seq, state,"
                " as_of,"
                " received_count, page_count, pages_sha256, key_list_sha256, profile_sha256,"
                " pulled_at, sealed_at)"
                " SELECT :source_code, :unit_code, :wave_key, coalesce(max(seq), 0) + 1,"
                " 'sealed', :as_of,"
                " 0, 0, ''::bytea, ''::bytea, :profile_sha256, :pulled_at, :pulled_at"
                " FROM landing.snapshot WHERE source_code = :source_code RETURNING snapshot_id"
            ),
            {
                "source_code": new.source_code,
                "unit_code": new.unit_code,
                "wave_key": new.wave_key,
                "as_of": new.as_of,
                "profile_sha256": new.profile_sha256,
                "pulled_at": new.pulled_at,
            },
        ).scalar_one()
    )


def seal(conn: Connection, snapshot_id: int, values: Mapping[str, Any]) -> None:
    """Write the totals and digests; the answer is whole and stays as it is."""
    conn.execute(
        text(
            "UPDATE landing.snapshot SET announced_count = :announced, received_count ="
            " :received,"
            " page_count = :pages, pages_sha256 = :pages_sha256, key_list_sha256 ="
            " :key_list_sha256,"
            " sealed_at = :sealed_at WHERE snapshot_id = :snapshot_id"
        ),
        {**values, "snapshot_id": snapshot_id},
    )


def supersede_older(conn: Connection, snapshot_id: int) -> list[int]:
    """Only a unit's newest answer may be admitted, also where its source is another now."""
    return list(
        conn.execute(
            text(
                "UPDATE landing.snapshot AS old SET state = 'superseded' FROM"
                " landing.snapshot AS new"
                " WHERE new.snapshot_id = :id AND old.unit_code = new.unit_code AND"
                " old.snapshot_id < new.snapshot_id"
                " AND old.state IN ('sealed', 'checked', 'held', 'released') RETURNING"
                " old.snapshot_id"
            ),
            {"id": snapshot_id},
        ).scalars()
    )


def get(conn: Connection, snapshot_id: int, *, for_update: bool = False) -> Snapshot:
    """One snapshot.

    Raises:
        NotFoundError: there is none with this id.
    """
    lock = " FOR UPDATE" if for_update else ""
    row = (
        conn.execute(
            text(f"SELECT {COLUMNS} FROM landing.snapshot WHERE snapshot_id = :id{lock}"),
            {"id": snapshot_id},
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError(
            f"There is no snapshot {snapshot_id}: list them with cbccvc snapshot list."
        )
    return _snapshot(row)


def list_in_states(conn: Connection, states: Sequence[SnapshotState]) -> list[Snapshot]:
    """Snapshots that stand in one of these states, oldest first."""
    rows = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM landing.snapshot WHERE state = ANY(:states) ORDER BY"
            " snapshot_id"
        ),
        {"states": [str(state) for state in states]},
    )
    return [_snapshot(row) for row in rows.mappings()]


def list_newest(conn: Connection, limit: int) -> list[Snapshot]:
    """The newest snapshots first."""
    rows = conn.execute(
        text(f"SELECT {COLUMNS} FROM landing.snapshot ORDER BY snapshot_id DESC LIMIT :limit"),
        {"limit": limit},
    )
    return [_snapshot(row) for row in rows.mappings()]


def set_state(
    conn: Connection,
    snapshot: Snapshot,
    wanted: SnapshotState,
    *,
    reason_code: str = "",
    figures: Mapping[str, Any] | None = None,
) -> None:
    """Move a snapshot to its next state.

    Raises:
        IllegalTransitionError: names the states that are possible.
    """
    check_move(snapshot.snapshot_id, snapshot.state, wanted)
    conn.execute(
        text(
            "UPDATE landing.snapshot SET state = :state, reason_code = :reason_code,"
            " figures = CAST(:figures AS jsonb) WHERE snapshot_id = :id"
        ),
        {
            "state": str(wanted),
            "reason_code": reason_code,
            "figures": orjson.dumps(dict(figures or {})).decode(),
            "id": snapshot.snapshot_id,
        },
    )


def set_staged_count(conn: Connection, snapshot_id: int) -> int:
    """Remember in a logged table how many records were staged; returns the number."""
    return int(
        conn.execute(
            text(
                "UPDATE landing.snapshot SET staged_count = (SELECT count(*) FROM"
                " staging.document"
                " WHERE snapshot_id = :id) WHERE snapshot_id = :id RETURNING staged_count"
            ),
            {"id": snapshot_id},
        ).scalar_one()
    )


def forget_staged(conn: Connection, snapshot_id: int) -> None:
    """What was staged no longer counts: no check takes the snapshot before it is read again."""
    conn.execute(
        text("UPDATE landing.snapshot SET staged_count = NULL WHERE snapshot_id = :id"),
        {"id": snapshot_id},
    )
