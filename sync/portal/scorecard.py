"""All figures of one day, read once for the page, the report, the sheets and the feed."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from sync.portal.views import as_seen
from sync.store import facts
from sync.store.facts import Cause, Claim, Contact, Headline, UnitDay

SLACK = timedelta(days=6)  # an earlier figure may be this much older than the day asked for
WEEK, MONTH, YEAR = "week", "month", "year"
MONTHS_BEFORE = {MONTH: 1, YEAR: 12}


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Where the country stood on a day, as this reader may see it."""

    now: Headline
    past: Mapping[str, Headline | None]  # by WEEK, MONTH, YEAR
    trend: tuple[Headline, ...]  # within the year before, oldest first
    units: tuple[UnitDay, ...]
    causes: tuple[Cause, ...]
    claims: tuple[Claim, ...]
    contacts: tuple[Contact, ...]

    @property
    def is_some_hidden(self) -> bool:
        """Whether the headcounts of some units are not shown to this reader."""
        return any(unit.live is None for unit in self.units)

    @property
    def counted_units(self) -> int:
        """Units whose records are in the sums: the denominator of the causes."""
        return sum(unit.live is not None for unit in self.units)


def load_scorecard(
    conn: Connection, day: date | None, *, is_signed_in: bool
) -> Scorecard | None:
    """The figures of a day, the newest without one; None where the day was not measured."""
    now = facts.find_headline(conn, earliest=day, latest=day)
    if now is None:
        return None
    return Scorecard(
        now=now,
        past={name: _before(conn, day_before(now.as_of, name)) for name in (WEEK, MONTH, YEAR)},
        trend=tuple(
            facts.list_headlines(conn, earliest=day_before(now.as_of, YEAR), latest=now.as_of)
        ),
        units=tuple(
            as_seen(unit, is_signed_in=is_signed_in)
            for unit in facts.list_unit_days(conn, now.as_of)
        ),
        causes=tuple(facts.list_causes(conn, now.as_of, with_restricted=is_signed_in)),
        claims=tuple(facts.list_claims(conn, now.as_of)),
        contacts=tuple(facts.list_contacts(conn)) if is_signed_in else (),
    )


def _before(conn: Connection, then: date) -> Headline | None:
    return facts.find_headline(conn, earliest=then - SLACK, latest=then)


def day_before(day: date, name: str) -> date:
    """The day a week, a month or a year earlier."""
    if name == WEEK:
        return day - timedelta(days=7)
    return months_before(day, MONTHS_BEFORE[name])


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Beside:
    """A claimed figure and what was proved on its day; `then` is None before we measured."""

    claim: Claim
    then: Headline | None


def claims_beside(conn: Connection, now: Headline) -> list[Beside]:
    """Every claimed figure up to a day, newest first, each beside the proved one of its day."""
    return [
        Beside(claim, _before(conn, claim.claimed_on))
        for claim in facts.list_claims(conn, now.as_of)
    ]
