"""Ages, dates and states of a career."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, cast, func, not_, or_

from sync.checks.expectations import turning
from sync.checks.expectations.days import (
    ACTIVE,
    ENDED,
    NO_POSITION,
    day,
    later,
    names_one_of,
    year_of,
)
from sync.checks.expectations.rule import Parameters, column_rule, row_rule

Column = ColumnElement[Any]


@row_rule("age_of_an_active_person", "from_years", "to_years", "as_of", turns_on=turning.age)
def age_is_of_an_active_person(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Full years on the day, from `from_years` to `to_years`, for whoever is active."""
    born, status = columns
    today = day(given["as_of"])
    is_of_age = and_(
        later(born, years=given["from_years"]) <= today,
        later(born, years=given["to_years"] + 1) > today,
    )
    return or_(is_of_age, status.not_in(ACTIVE))


@row_rule("date_after_years", "years")
def date_is_after_years(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The second date comes so many years after the first, or later."""
    first, second = columns
    return second >= later(first, years=given["years"])


@column_rule("not_be_after", "as_of", turns_on=turning.date)
def is_not_after(value: Column, given: Parameters) -> ColumnElement[bool]:
    """The day is not in the future."""
    return value <= day(given["as_of"])


@column_rule("not_be_recorded_after", "zone", "as_of", turns_on=turning.instant)
def is_not_recorded_after(value: Column, given: Parameters) -> ColumnElement[bool]:
    """The instant's calendar day in the zone is not in the future."""
    return value < func.timezone(given["zone"], later(day(given["as_of"]), days=1))


@row_rule("category_still_in_use", "categories", "until", "as_of", turns_on=turning.category)
def category_is_still_in_use(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Nobody active stands in a staff category abolished at `until`."""
    category, status = columns
    is_past = day(given["as_of"]) >= day(given["until"])
    return not_(and_(category.in_(given["categories"]), status.in_(ACTIVE), is_past))


@column_rule("not_name_a_district", "words", "from_day", "as_of", turns_on=turning.district)
def does_not_name_a_district(value: Column, given: Parameters) -> ColumnElement[bool]:
    """Since the districts were abolished an address names province and commune."""
    is_too_early = day(given["as_of"]) < day(given["from_day"])
    return or_(is_too_early, not_(names_one_of(value, given["words"])))


@row_rule(
    *("reappointed_within", "categories", "years", "days", "as_of"),
    turns_on=turning.reappointment,
)
def is_reappointed_within(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """An appointed leader's last (re)appointment is not older than a term and its margin.

    `categories`: who is appointed; cadres, and whoever names a term, hold posts by election.
    """
    first, again, position, status, category, term = columns
    last = func.greatest(first, again)
    in_term = later(last, years=given["years"], days=given["days"]) >= day(given["as_of"])
    leads = func.coalesce(position, NO_POSITION) != NO_POSITION
    is_appointed = and_(category.in_(given["categories"]), term.is_(None))
    return or_(in_term, not_(leads), status.not_in(ACTIVE), not_(is_appointed))


@row_rule("one_open_post_while_active")
def has_one_open_post_while_active(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Exactly one open main post for whoever is active and has a work history."""
    status, open_count, row_count = columns
    return or_(open_count == 1, row_count.is_(None), status.not_in(ACTIVE))


@row_rule("no_open_post_when_ended")
def has_no_open_post_when_ended(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Whoever has left has no open main post."""
    status, open_count = columns
    return or_(open_count == 0, status.not_in(ENDED))


@row_rule("open_post_in_the_current_unit", "seconded")
def open_post_is_in_the_current_unit(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """The one open post is where the person is said to work."""
    unit, open_unit, open_count, status = columns
    concerned = and_(open_count == 1, status.in_(ACTIVE), status != given["seconded"])
    return or_(unit == open_unit, not_(concerned))


@row_rule("not_active_past_retirement", "months", "as_of", turns_on=turning.retirement)
def is_not_active_past_retirement(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Active at most some months beyond the roadmap, unless a later day is recorded."""
    status, retires_on, planned_on = columns
    today = day(given["as_of"])
    is_extended = func.coalesce(planned_on > today, False)
    return or_(
        later(retires_on, months=given["months"]) >= today, is_extended, status.not_in(ACTIVE)
    )


@row_rule("planned_retirement_by_the_roadmap", "days")
def planned_retirement_is_by_the_roadmap(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """The expected retirement day of an active person is the roadmap's, or `days` before.

    Service ends with a month's last day and the pension begins with the next one.
    """
    planned_on, retires_on, status = columns
    is_planned = planned_on.between(later(retires_on, days=-given["days"]), retires_on)
    return or_(is_planned, status.not_in(ACTIVE))


@row_rule("ended_with_a_decision")
def ended_with_a_decision(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """An ended status rests on a dated movement with a decision number."""
    status, decision_count = columns
    return or_(decision_count > 0, status.not_in(ENDED))


@row_rule("early_retirement_named_so", "retired", "days", "from_day")
def early_retirement_is_named_so(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Retiring more than `days` before the roadmap's is not recorded as ordinary retirement."""
    status, ended_on, retires_on = columns
    due_on = later(retires_on, days=-given["days"])
    is_early = and_(ended_on < due_on, ended_on >= day(given["from_day"]))
    return not_(and_(status == given["retired"], is_early))


@row_rule("secondment_to_have_host_and_end", "movement", "years")
def secondment_has_host_and_end(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """A secondment names its host and ends within the limit."""
    ended_on, began_on, host, movement = columns
    is_limited = and_(host.is_not(None), ended_on.is_not(None))
    fits = func.coalesce(ended_on <= later(began_on, years=given["years"]), is_limited)
    return or_(and_(is_limited, fits), movement != given["movement"])


@row_rule(
    *("rating_of_last_year", "status", "month", "day_of_month", "as_of"),
    turns_on=turning.rating,
)
def has_rating_of_last_year(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Active all last year means rated by the day and month given."""
    status, recruited_on, has_rating = columns
    today = day(given["as_of"])
    year = year_of(today)
    is_due = today >= func.make_date(year, given["month"], given["day_of_month"])
    served = recruited_on < func.make_date(year - 1, 1, 1)
    return or_(has_rating, not_(and_(status == given["status"], served, is_due)))


@row_rule("both_dates_in_a_window", "from_months", "to_months")
def second_date_is_in_a_window(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The second date is so many months after the first; one before it is another rule's."""
    first, second = columns
    return or_(
        second < first,
        second.between(
            later(first, months=given["from_months"]), later(first, months=given["to_months"])
        ),
    )


@row_rule("value_with_a_date")
def value_goes_with_a_date(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Where the date is given the value is too; one that could not be read counts as given."""
    dated_on, value = columns
    return or_(dated_on.is_(None), value.is_not(None))


@row_rule("title_with_a_doctorate", "levels")
def title_goes_with_a_doctorate(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Professors and associate professors hold a doctorate."""
    title, level = columns
    return or_(title.is_(None), level.in_(given["levels"]))


@row_rule("highest_level_of_the_training", "list_name")
def level_is_the_highest_of_the_training(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """The highest qualification is the highest of the training history (01 is the highest)."""
    from sync.checks.expectations.code_lists import codes

    level, highest = columns
    return or_(level == highest, level.not_in(codes(given["list_name"], None)))


@row_rule("both_parents_named")
def both_parents_are_named(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A family list names father and mother."""
    return cast(columns[0], Boolean)
