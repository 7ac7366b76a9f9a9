"""One record as its officer sees it: as sent, as read, as held, what is asked, who did what.

Whoever may not see the record by row-level security gets the same answer as if there were none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from sync.contract.profile import Profile
from sync.contract.record import all_fields
from sync.model.desk import Actor, CorrectionState
from sync.model.errors import NotFoundError
from sync.model.reason import stated_reason
from sync.services.check_record import read_present
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.secrets import value_key
from sync.sources.profiles import load_profile
from sync.store import ledger, records
from sync.store.database import Database, set_local
from sync.store.desk import ProposedValue
from sync.store.records import (
    Accepted,
    Deed,
    OpenQuestion,
    RecordHead,
    Rows,
    Verdict,
    Version,
)
from sync.store.sent import sent_rows
from sync.store.typed_rows import SETTINGS

ADMITTED = frozenset({"admitted", "waiting"})
CHECKER = "desk_checker"
VERSIONS_SHOWN = 10
DEEDS_SHOWN = 50
SentRows = dict[str, dict[int, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a record's page says. `read` is None where the document cannot be read."""

    head: RecordHead
    sent: SentRows | None = field(repr=False)
    read: Rows | None = field(repr=False)
    held: Rows = field(repr=False)
    verdict: Verdict | None
    questions: Sequence[OpenQuestion]
    corrections: Sequence[ProposedValue] = field(repr=False)
    accepted: Sequence[Accepted]
    deeds: Sequence[Deed]
    versions: Sequence[tuple[Version, SentRows | None]] = field(repr=False)


def show_record(
    record_id: int,
    *,
    db: Database | None = None,
    checker: Database | None = None,
    clock: Clock = utc_now,
) -> Sheet:
    """The record as it stands now.

    Raises:
        NotFoundError: there is none that the viewer may see.
    """
    with (db or database_of()).transaction() as conn:
        set_local(conn, "TimeZone", SETTINGS["TimeZone"])  # as a reading prints instants
        sheet = _sheet(conn, record_id)
    head = sheet.head
    if sheet.read is None and head.record_class == "quarantined" and not head.differing_count:
        # Only now: this way in sees everybody, and the viewer may see this record.
        with (checker or database_of(CHECKER)).transaction() as conn:
            return _with_reading(sheet, read_present(conn, record_id, today(clock)))
    return sheet


def uncover_record(
    record_id: int,
    *,
    actor: Actor,
    reason: str,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> None:
    """The officer's word why they look at sensitive fields; holds for one view.

    Raises:
        NotFoundError: there is no such record that the viewer may see.
        ConfigurationError: no reason, or one that quotes a number.
    """
    said = stated_reason(reason)
    with (db or database_of()).transaction() as conn:
        head = records.get_record(conn, record_id)
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=head.unit_code,
                action="record_uncovered",
                actor=actor.login,
                as_of=today(clock),
                recorded_at=clock(),
                figures={
                    "record_id": record_id,
                    "fields": [f.code for f in all_fields() if f.sensitivity == "sensitive"],
                    "reason": said,
                },
            ),
        )


def _sheet(conn: Connection, record_id: int) -> Sheet:
    head = records.get_record(conn, record_id)
    profile = profile_named(head.profile_name)
    held = records.register_rows(conn, record_id)
    corrections = records.list_corrections(conn, record_id, DEEDS_SHOWN)
    is_held = head.record_class in ADMITTED and bool(held)
    return Sheet(
        head,
        _sent(profile, records.find_document(conn, head.document_id)),
        without_overlays(held, corrections, head.overlay_ids) if is_held else None,
        held if head.dossier_state not in (None, "absent") else {},
        records.find_verdict(conn, record_id, value_key()),
        records.list_questions(conn, record_id),
        corrections,
        records.list_accepted(conn, record_id, DEEDS_SHOWN),
        records.list_deeds(conn, record_id, DEEDS_SHOWN),
        [
            (version, _sent(profile, version.doc))
            for version in records.list_versions(conn, record_id, VERSIONS_SHOWN + 1)
        ],
    )


def _with_reading(sheet: Sheet, read: Rows) -> Sheet:
    values = {name: getattr(sheet, name) for name in Sheet.__slots__}
    return Sheet(**values | {"read": read})


def profile_named(name: str | None) -> Profile | None:
    """The profile of a unit's source; None where there is none any more."""
    try:
        return load_profile(name) if name else None
    except NotFoundError:
        return None


def _sent(profile: Profile | None, doc: Any) -> SentRows | None:  # noqa: ANN401 - JSON
    return None if profile is None or doc is None else sent_rows(profile, doc)


def without_overlays(
    held: Rows, corrections: Sequence[ProposedValue], overlay_ids: Sequence[int]
) -> Rows:
    """The register's rows as they were read: approved values give way to what they replace."""
    laid = {
        (each.group_name, str(each.row_no), each.field_code): each.old_value
        for each in corrections
        if each.correction_id in set(overlay_ids) and each.state == CorrectionState.APPROVED
    }
    return {
        group: [
            {
                name: laid.get((group, str(row["row_no"]), name), value)
                for name, value in row.items()
            }
            for row in rows
        ]
        for group, rows in held.items()
    }
