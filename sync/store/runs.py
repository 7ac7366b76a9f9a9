"""What the engineers' pages read: waves, deliveries, holds, connections; counts and codes only.

No column of a person is read here; the pages' role sees the ledger as an engineer only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from sync.store.queries import named_query

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave; `steps` says when its common steps ended, by name, in ISO form."""

    wave_key: str
    run_id: str
    trigger: str
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    steps: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """How far one unit came in one wave."""

    wave_key: str
    unit_code: str
    outcome: str
    snapshot_id: int | None
    received: int | None
    is_replay: bool
    is_checked: bool


@dataclass(frozen=True, slots=True)
class WaveUnit:
    """One unit in one wave: outcome and reason, instants of its steps, counts of classes."""

    unit_code: str
    name_vi: str
    name_en: str
    map_index: int
    outcome: str
    reason_code: str
    figures: Mapping[str, Any]
    snapshot_id: int | None
    updated_at: datetime
    replay_of: int | None
    pulled_at: datetime | None
    sealed_at: datetime | None
    received: int | None
    pages: int | None
    staged: int | None
    checked_at: datetime | None
    admitted_at: datetime | None
    added: int | None
    changed: int | None
    unchanged: int | None
    quarantined: int | None
    waiting: int | None
    unreadable: int | None
    duplicate: int | None


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the ledger about a delivery."""

    action: str
    actor: str
    recorded_at: datetime
    reason_code: str
    figures: Mapping[str, Any]
    received: int | None
    added: int | None
    changed: int | None
    unchanged: int | None
    quarantined: int | None
    waiting: int | None
    unreadable: int | None
    duplicate: int | None
    live_before: int | None
    live_after: int | None


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule and how many rows of a delivery broke it; no sentence where it is unknown."""

    rule_code: str
    finding_count: int
    effect: str | None
    sentence_vi: str | None
    sentence_en: str | None


@dataclass(frozen=True, slots=True)
class UnitDay:
    """What the last admitted delivery of a day held, in documents."""

    day: date
    wave_key: str
    received: int
    admitted: int
    quarantined: int
    other: int  # waiting, unreadable, duplicate


@dataclass(frozen=True, slots=True)
class Hold:
    """A delivery that a brake stopped, or that was let through and is not admitted yet."""

    snapshot_id: int
    unit_code: str
    name_vi: str
    name_en: str
    wave_key: str
    state: str
    as_of: date
    sealed_at: datetime
    announced: int | None
    received: int
    reason_code: str
    figures: Mapping[str, Any]
    live: int
    fired: Sequence[Mapping[str, Any]]
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class SourceProbes:
    """A source in use and what its probes said."""

    unit_code: str
    name_vi: str
    name_en: str
    source_code: str
    connector: str
    profile_name: str
    credential_ends_on: date | None
    has_secret: bool
    probed_at: datetime | None
    is_ok: bool | None
    reason: str | None
    reason_code: str | None
    latency_ms: int | None
    clock_skew_s: float | None
    tls_expires_at: datetime | None
    good_at: datetime | None
    day_count: int
    day_good_count: int


@dataclass(frozen=True, slots=True)
class Pull:
    """One answer and how long it took to come."""

    snapshot_id: int
    unit_code: str
    name_vi: str
    name_en: str
    wave_key: str
    pulled_at: datetime
    sealed_at: datetime
    received: int
    pages: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One of a unit's deliveries, as its page lists it."""

    snapshot_id: int
    wave_key: str
    state: str
    pulled_at: datetime
    sealed_at: datetime
    received: int
    announced: int | None
    replay_of: int | None
    reason_code: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as pages call it."""

    unit_code: str
    name_vi: str
    name_en: str


def list_waves(conn: Connection, before: datetime | None, row_count: int) -> list[Wave]:
    """Waves that began before an instant, newest first."""
    bound = {"before": before, "wave_key": None, "row_count": row_count}
    return _list(conn, "waves", bound, Wave)


def find_wave(conn: Connection, wave_key: str) -> Wave | None:
    """One wave, if there is one of this key."""
    bound = {"before": None, "wave_key": wave_key, "row_count": 1}
    return next(iter(_list(conn, "waves", bound, Wave)), None)


def list_cells(conn: Connection, wave_keys: Sequence[str]) -> list[Cell]:
    """Every unit of these waves, by wave and code."""
    return _list(conn, "cells", {"wave_keys": list(wave_keys)}, Cell)


def list_wave_units(conn: Connection, wave_key: str) -> list[WaveUnit]:
    """Every unit of a wave, by code."""
    return _list(conn, "wave_units", {"wave_key": wave_key}, WaveUnit)


def list_acts(conn: Connection, unit_code: str, snapshot_id: int) -> list[Act]:
    """What the ledger says of a delivery, oldest first."""
    return _list(conn, "entries", {"unit_code": unit_code, "snapshot_id": snapshot_id}, Act)


def list_broken_rules(conn: Connection, snapshot_id: int) -> list[BrokenRule]:
    """The rules that a delivery's check saw broken, most rows first."""
    return _list(conn, "broken_rules", {"snapshot_id": snapshot_id}, BrokenRule)


def list_unit_days(
    conn: Connection, unit_code: str, since: datetime, zone: str
) -> list[UnitDay]:
    """The unit's days with an admitted delivery since an instant, oldest first."""
    return _list(
        conn, "unit_days", {"unit_code": unit_code, "since": since, "zone": zone}, UnitDay
    )


def list_holds(conn: Connection, as_of: date) -> list[Hold]:
    """Deliveries on hold, oldest first, then those let through and not admitted yet."""
    return _list(conn, "holds", {"as_of": as_of}, Hold)


def list_source_probes(
    conn: Connection, as_of: date, now: datetime, unit_code: str | None = None
) -> list[SourceProbes]:
    """Every source in use with its probes (counted over a day), by unit code."""
    since = now - timedelta(days=1)
    bound = {"as_of": as_of, "since": since, "unit_code": unit_code}
    return _list(conn, "probes", bound, SourceProbes)


def list_slowest_pulls(conn: Connection, since: datetime, row_count: int) -> list[Pull]:
    """The answers since an instant that took longest."""
    return _list(conn, "slowest_pulls", {"since": since, "row_count": row_count}, Pull)


def list_deliveries(conn: Connection, unit_code: str, row_count: int) -> list[Delivery]:
    """The unit's newest deliveries first."""
    bound = {"unit_code": unit_code, "row_count": row_count}
    return _list(conn, "unit_deliveries", bound, Delivery)


def find_unit(conn: Connection, unit_code: str, as_of: date) -> UnitName | None:
    """The unit's name on a day, if it is one."""
    bound = {"unit_code": unit_code, "as_of": as_of}
    return next(iter(_list(conn, "find_unit", bound, UnitName)), None)


def _list(conn: Connection, name: str, bound: Mapping[str, Any], row: type[Row]) -> list[Row]:
    found = conn.execute(named_query(f"runs/{name}"), bound).mappings()
    return [row(**dict(values)) for values in found]
