"""Working days of Viet Nam: Monday to Friday without public and substituted holidays."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

SATURDAY = 5


@cache
def _days_off(year: int) -> frozenset[date]:
    return frozenset(country_holidays("VN", years=year))


def is_working_day(day: date) -> bool:
    """Whether offices work on that day."""
    return day.weekday() < SATURDAY and day not in _days_off(day.year)


def later_working_day(day: date, count: int) -> date:
    """The day so many working days after `day`, which itself does not count."""
    found = day
    while count > 0:
        found += timedelta(days=1)
        count -= is_working_day(found)
    return found


def due_days(days: Iterable[date], count: int) -> dict[date, date]:
    """Each day once, with the day so many working days later."""
    return {day: later_working_day(day, count) for day in sorted(set(days))}
