"""Flags: what is asked of HR, kept true to what a check found and an admission changed."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from sync.checks.suites import Suites
from sync.services.code_fields import lists_of_fields
from sync.services.context import Clock
from sync.services.secrets import value_key
from sync.services.working_days import due_days
from sync.settings import get_settings
from sync.store import corrections, flags, ledger, waivers
from sync.store.database import Database
from sync.store.flags import Following
from sync.store.locks import lock_units
from sync.store.snapshots import Snapshot
from sync.store.waivers import ByUnit

Counts = dict[str, int]


def follow_check(
    conn: Connection, going: Sequence[Snapshot], suites: Suites, clock: Clock
) -> None:
    """After a check merged its findings: flags of the records that were read follow them."""
    if not going:
        return
    settings, now = get_settings(), clock()
    ids = [snapshot.snapshot_id for snapshot in going]
    following = Following(ids, list(suites.by_code), settings.timezone, now)
    flags.follow_old(conn, following)
    ended = waivers.end_changed(conn, ids, now)
    waivers.ask_again(conn, list(ended), now)
    _enter(conn, ended, "value_changed", max(s.as_of for s in going), clock)
    days = flags.list_days(conn, following)
    if days:
        dues = due_days(days, settings.level_flag_working_days)
        flags.add_new(conn, following, dues)
    flags.count_asked(conn, sorted({snapshot.unit_code for snapshot in going}))


def follow_admission(
    conn: Connection, snapshot_id: int, unit_code: str, clock: Clock
) -> Counts:
    """After an admission: corrections that it ended, flags of who is gone and what is asked
    again, by name where there are any."""
    now = clock()
    ended = corrections.end_by_snapshot(conn, snapshot_id, unit_code, now)
    gone = flags.close_gone(conn, unit_code, now)
    again = flags.ask_again(conn, unit_code, lists_of_fields(), value_key(), now)
    flags.count_asked(conn, [unit_code])
    counts = {f"corrections_{state}": count for state, count in sorted(ended.items())}
    counts |= {"flags_gone": gone, "flags_open_again": again}
    return {name: count for name, count in counts.items() if count}


def end_due_waivers(database: Database, as_of: date, clock: Clock) -> None:
    """What was accepted until a day that passed is asked again, whether or not answers come."""
    with database.transaction() as conn:
        units = waivers.list_units_due(conn, as_of)
        if not units:
            return
        lock_units(conn, units)
        now = clock()
        ended = waivers.end_due(conn, units, as_of, now)
        waivers.ask_again(conn, units, now)
        _enter(conn, ended, "day_passed", as_of, clock)


def _enter(conn: Connection, ended: ByUnit, why: str, as_of: date, clock: Clock) -> None:
    for unit_code, waiver_ids in sorted(ended.items()):
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=unit_code,
                action="waivers_ended",
                actor=ledger.PIPELINE,
                as_of=as_of,
                recorded_at=clock(),
                reason_code=why,
                figures={"waiver_ids": sorted(waiver_ids)},
            ),
        )
