"""Admits one checked snapshot into the register: statements over sets, in the caller's
transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, text

from sync.store.database import set_local
from sync.store.overlays import hash_without
from sync.store.queries import run_named
from sync.store.typed_rows import spoken_groups, store_typed_rows_sql, typed_rows_sql


@dataclass(frozen=True, slots=True)
class Admission:
    """What is admitted and when; `reading_basis` is the basis without the day."""

    snapshot_id: int
    unit_code: str
    basis_sha256: str
    reading_basis: str
    now: datetime

    def values(self) -> dict[str, Any]:
        """Bound values of the statements."""
        return {
            "snapshot_id": self.snapshot_id,
            "unit_code": self.unit_code,
            "basis_sha256": self.basis_sha256,
            "reading_basis": self.reading_basis,
            "now": self.now,
        }


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> CursorResult[Any]:
    return run_named(conn, f"admission/{name}", values)


def write(conn: Connection, admission: Admission) -> None:
    """Judge every record, write what is fit, keep the rest as it was."""
    values = admission.values()
    conn.execute(
        text(
            "CREATE TEMP TABLE live_before ON COMMIT DROP AS SELECT record_id FROM"
            " register.dossier"
            " WHERE unit_code = :unit_code AND state = 'live'"
        ),
        {"unit_code": admission.unit_code},
    )
    set_local(conn, "enable_nestloop", "off")  # see the header of 1_judge.sql
    _run(conn, "1_judge", values)
    set_local(conn, "enable_nestloop", "on")
    conn.execute(text("ANALYZE judged"))
    _run(conn, "2_corrected", values)
    _run(conn, "2_servants", values)
    _run(conn, "3_fit", values)
    conn.execute(text("ANALYZE fit"))
    _write_rows(conn, admission.snapshot_id)
    for name in ("7_absent", "4_dossiers", "5_versions", "6_stale"):
        _run(conn, name, values)
    for name in ("8_close_gone", "8_forget_gone", "9_present"):
        _run(conn, name, values)
    for name in ("9_directory_gone", "9_directory"):
        _run(conn, name, values)


def _write_rows(conn: Connection, snapshot_id: int) -> None:
    """Replace the typed rows of rewritten records; `written` holds their hashes."""
    conn.execute(
        text("CREATE TEMP TABLE written (record_id bigint, typed_sha256 bytea) ON COMMIT DROP")
    )
    rewritten, replaced = conn.execute(
        text(
            "SELECT count(*), count(*) FILTER (WHERE state_before IS NOT NULL) FROM fit"
            " WHERE is_rewritten"
        )
    ).one()
    for group in spoken_groups() if replaced else ():
        conn.execute(
            text(
                f"DELETE FROM register.{group.name} WHERE record_id IN"
                " (SELECT record_id FROM fit WHERE is_rewritten AND state_before IS NOT NULL)"
            )
        )
    if rewritten:
        statement = store_typed_rows_sql("(SELECT record_id FROM fit WHERE is_rewritten)")
        conn.execute(text(statement), {"snapshot_id": snapshot_id})
        _undo_overlays(
            conn, "FROM fit WHERE is_rewritten AND overlay_ids <> '{}'", {}, _WRITTEN_UNDONE
        )


_WRITTEN_UNDONE = (
    "UPDATE written AS w SET typed_sha256 = h.sha FROM"
    " unnest(CAST(:ids AS bigint[]), CAST(:shas AS bytea[])) AS h(record_id, sha)"
    " WHERE w.record_id = h.record_id"
)
_DOSSIER_UNDONE = (
    "UPDATE register.dossier AS d SET register_sha256 = h.sha FROM"
    " unnest(CAST(:ids AS bigint[]), CAST(:shas AS bytea[])) AS h(record_id, sha)"
    " WHERE d.record_id = h.record_id AND d.register_sha256 IS DISTINCT FROM h.sha"
)


def _undo_overlays(
    conn: Connection, overlaid: str, values: Mapping[str, Any], write: str
) -> None:
    """Where corrections were laid over, the hash is that of what the source said."""
    conn.execute(text("DROP TABLE IF EXISTS overlaid"))
    conn.execute(
        text(
            "CREATE TEMP TABLE overlaid ON COMMIT DROP AS"
            f" SELECT record_id, unnest(overlay_ids) AS correction_id {overlaid}"
        ),
        values,
    )
    if conn.execute(text("SELECT EXISTS (SELECT FROM overlaid)")).scalar_one():
        conn.execute(text("ANALYZE overlaid"))
        hashed = hash_without(conn)
        shas = {"ids": [each[0] for each in hashed], "shas": [each[1] for each in hashed]}
        conn.execute(text(write), shas)


def count_classes(conn: Connection, admission: Admission) -> dict[str, int]:
    """Every received document in exactly one class, counted from the rows as written."""
    return dict(_run(conn, "count_classes", admission.values()).mappings().one())


def count_moves(conn: Connection, unit_code: str) -> dict[str, int]:
    """live_before, entered and left_count of this admission."""
    row = conn.execute(
        text(
            "SELECT (SELECT count(*) FROM live_before)::integer AS live_before,"
            " (SELECT count(*) FROM register.dossier AS d WHERE d.unit_code = :unit_code AND"
            " d.state = 'live'"
            "   AND NOT EXISTS (SELECT FROM live_before AS b WHERE b.record_id ="
            " d.record_id))::integer AS entered,"
            " (SELECT count(*) FROM live_before AS b WHERE NOT EXISTS (SELECT FROM"
            " register.dossier AS d"
            "   WHERE d.record_id = b.record_id AND d.state = 'live'))::integer AS left_count"
        ),
        {"unit_code": unit_code},
    )
    return dict(row.mappings().one())


def count_unit(conn: Connection, unit_code: str) -> dict[str, int]:
    """live, stale, waiting, blocking_findings and other_findings of a unit, counted now."""
    return dict(_run(conn, "count_unit", {"unit_code": unit_code}).mappings().one())


def worst_filled(conn: Connection, unit_code: str) -> dict[str, Any]:
    """The mandatory field filled least: filled, filled_of, filled_field."""
    return dict(_run(conn, "worst_filled", {"unit_code": unit_code}).mappings().one())


def unit_digest(conn: Connection, unit_code: str) -> tuple[bytes, bytes]:
    """Digest of the landing side and of the register side."""
    row = _run(conn, "unit_digest", {"unit_code": unit_code}).one()
    return bytes(row.landing_sha256), bytes(row.register_sha256)


def rehash_register(conn: Connection, unit_code: str) -> None:
    """Hash every typed row of one unit again; what was tampered with or lost then shows."""
    mine = "SELECT record_id FROM register.dossier WHERE unit_code = :unit_code"
    plain = f"{mine} AND overlay_ids = '{{}}'"
    hashed = typed_rows_sql("register", f"({plain})", f"g.record_id IN ({plain})")
    values = {"unit_code": unit_code}
    conn.execute(
        text(
            "UPDATE register.dossier AS d SET register_sha256 = h.typed_sha256 FROM"
            f" ({hashed}) AS h"
            " WHERE h.record_id = d.record_id AND d.register_sha256 IS DISTINCT FROM"
            " h.typed_sha256"
        ),
        values,
    )
    overlaid = "FROM register.dossier WHERE unit_code = :unit_code AND overlay_ids <> '{}'"
    _undo_overlays(conn, overlaid, values, _DOSSIER_UNDONE)
