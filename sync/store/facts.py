"""What the pages read: figures per unit and day, waves, causes, claims, contacts. No person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class UnitDay:
    """Where one unit stood on one day. A count is None where it is not known or not shown."""

    as_of: date
    unit_code: str
    name_vi: str
    name_en: str
    kind: str
    is_restricted: bool
    level: int
    expected: int | None
    announced: int | None
    received: int | None
    live: int | None
    stale: int | None
    quarantined: int | None
    waiting: int | None
    blocking_findings: int | None
    other_findings: int | None
    waived_findings: int | None
    last_success_at: datetime | None
    reason_code: str
    reason_vi: str
    reason_en: str

    @property
    def present(self) -> int | None:
        """Live and not stale: what counts towards completeness."""
        if self.live is None or self.stale is None:
            return None
        return self.live - self.stale


@dataclass(frozen=True, slots=True)
class Headline:
    """Connected and synchronised units of one day, with their denominator; recomputed where no
    wave measured on the day."""

    as_of: date
    connected_count: int
    synchronised_count: int
    unit_count: int
    measured_at: datetime
    is_recomputed: bool


@dataclass(frozen=True, slots=True)
class UnitWave:
    """How one unit fared in one wave."""

    wave_key: str
    started_at: datetime
    outcome: str
    reason_vi: str
    reason_en: str
    received: int | None
    added: int | None
    changed: int | None
    unchanged: int | None
    quarantined: int | None
    waiting: int | None
    unreadable: int | None
    duplicate: int | None
    live_after: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure somebody announced; kept beside ours, never mixed with it."""

    claim_id: int
    claimed_on: date
    claim_vi: str
    claim_en: str
    connected_count: int | None
    synchronised_count: int | None
    unit_count: int | None
    stated_by: str
    source: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One rule broken in the country: in how many units and records, how often, and how many of
    those findings are accepted until a later day (None: not counted then)."""

    rule_code: str
    effect: str
    sentence_vi: str
    sentence_en: str
    unit_count: int
    record_count: int
    finding_count: int
    waived_count: int | None


@dataclass(frozen=True, slots=True)
class Contact:
    """An office to turn to about a unit: for its records, or for its system."""

    unit_code: str
    role: str
    office: str
    office_email: str
    office_phone: str
    since_on: date | None


def find_headline(
    conn: Connection, *, earliest: date | None = None, latest: date | None = None
) -> Headline | None:
    """The newest headline between two days, both included; without them the newest of all."""
    rows = _rows(conn, "facts_headline", {"earliest": earliest, "latest": latest})
    return Headline(**rows[0]) if rows else None


def list_headlines(conn: Connection, *, earliest: date, latest: date) -> list[Headline]:
    """The newest headline of each week (of each day, in a month), oldest first."""
    bound = {"earliest": earliest, "latest": latest}
    return [Headline(**row) for row in _rows(conn, "committee/headlines", bound)]


def list_unit_days(conn: Connection, as_of: date) -> list[UnitDay]:
    """Every unit of the day, by unit code."""
    rows = _rows(conn, "facts_unit_day", {"as_of": as_of, "unit_code": None})
    return [UnitDay(**row) for row in rows]


def find_unit_day(conn: Connection, unit_code: str, as_of: date) -> UnitDay | None:
    """One unit on one day, if it was measured then."""
    rows = _rows(conn, "facts_unit_day", {"as_of": as_of, "unit_code": unit_code})
    return UnitDay(**rows[0]) if rows else None


def list_unit_waves(
    conn: Connection, unit_code: str, *, before: datetime, row_count: int
) -> list[UnitWave]:
    """The unit's last waves that began before an instant, newest first."""
    bound = {"unit_code": unit_code, "before": before, "row_count": row_count}
    return [UnitWave(**row) for row in _rows(conn, "facts_unit_waves", bound)]


def list_claims(conn: Connection, latest: date) -> list[Claim]:
    """What others had announced by a day, newest first."""
    return [Claim(**row) for row in _rows(conn, "facts_claims", {"latest": latest})]


def list_causes(conn: Connection, as_of: date, *, with_restricted: bool) -> list[Cause]:
    """Rules broken on a day, most records first; restricted units where they may be seen."""
    bound = {"as_of": as_of, "with_restricted": with_restricted}
    return [Cause(**row) for row in _rows(conn, "committee/causes", bound)]


def list_contacts(conn: Connection, unit_code: str | None = None) -> list[Contact]:
    """Offices to turn to now, about every unit or one."""
    bound = {"unit_code": unit_code}
    return [Contact(**row) for row in _rows(conn, "committee/contacts", bound)]


def _rows(conn: Connection, name: str, bound: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(named_query(name), bound).mappings()]
