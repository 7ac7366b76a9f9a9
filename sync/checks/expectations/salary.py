"""Rank, step and coefficient against the tables of Decree 204/2004 in the registry."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    any_,
    case,
    cast,
    column,
    func,
    literal,
    not_,
    or_,
    select,
    table,
    true,
    tuple_,
)

from sync.checks.expectations import turning
from sync.checks.expectations.code_lists import RANK
from sync.checks.expectations.days import (
    NO_POSITION,
    day,
    later,
    next_after,
    only_if,
    year_of,
)
from sync.checks.expectations.rule import Parameters, row_rule

Column = ColumnElement[Any]
STEP = table(
    "salary_step",
    *(
        column(name)
        for name in ("staff_kind", "salary_group", "step", "coefficient", "steps_in_group")
    ),
    schema="registry",
)
TOLERANCE = 0.005
LONG_STEP_MONTHS, SHORT_STEP_MONTHS = 36, 24  # A groups; B and C
LONG_WAIT, SHORT_WAIT = 3, 2  # years until 5% beyond the frame


def _table() -> Select[*tuple[Any, ...]]:
    """(rank, step, coefficient, last step): every group a rank may stand in."""
    allowed = func.unnest(RANK.c.allowed_groups).table_valued("group").render_derived("allowed")
    joined = and_(
        STEP.c.staff_kind == RANK.c.staff_category,
        STEP.c.salary_group == allowed.c.group,
    )
    return select(
        RANK.c.rank_code.label("known_rank"),
        STEP.c.step.label("known_step"),
        STEP.c.coefficient.label("known_coefficient"),
        STEP.c.steps_in_group.label("last_step"),
        STEP.c.salary_group.label("known_group"),
    ).select_from(RANK.join(allowed, true()).join(STEP, joined))


def _is_last_step(rank: Column, step: Column) -> ColumnElement[bool]:
    steps = _table().subquery("steps")
    last = select(steps.c.known_rank, steps.c.last_step)
    return tuple_(rank, step).in_(last)


def _ranks_only_in(prefixes: tuple[str, ...]) -> Select[Any]:
    """Ranks every group of which begins so."""
    steps = _table().subquery("steps")
    fits = or_(*(steps.c.known_group.startswith(prefix) for prefix in prefixes))
    return select(steps.c.known_rank).group_by(steps.c.known_rank).having(func.bool_and(fits))


def _months_of_a_step(rank: Column) -> Column:
    short = rank.in_(_ranks_only_in(("B", "C")))
    return case((short, SHORT_STEP_MONTHS), else_=LONG_STEP_MONTHS)


def _is_known_step(rank: Column, step: Column) -> ColumnElement[bool]:
    steps = _table().subquery("steps")
    return tuple_(rank, step).in_(select(steps.c.known_rank, steps.c.known_step))


def _has_its_coefficient(
    rank: Column, step: Column, coefficient: Column
) -> ColumnElement[bool]:
    """Rounded to the table's two decimals: nearer than 0.005."""
    steps = _table().subquery("steps")
    known = select(steps.c.known_rank, steps.c.known_step, steps.c.known_coefficient)
    return tuple_(rank, step, func.round(coefficient, 2)).in_(known)


@row_rule("step_of_the_rank")
def step_is_of_the_rank(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A known rank has that step, in one of its groups."""
    rank, step = columns
    known = select(RANK.c.rank_code.label("known_rank"))
    return or_(rank.not_in(known), _is_known_step(rank, step))


@row_rule("coefficient_of_the_step")
def coefficient_is_of_the_step(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """The table's value for rank and step; an impossible step is another rule's matter."""
    rank, step, coefficient = columns
    return or_(_has_its_coefficient(rank, step, coefficient), not_(_is_known_step(rank, step)))


@row_rule("coefficient_not_of_another_step")
def coefficient_is_not_of_another_step(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """A wrong coefficient that stands elsewhere in the table: a slip of step or rank code."""
    rank, step, coefficient = columns
    elsewhere = select(STEP.c.coefficient.label("other_coefficient"))
    is_right = or_(
        _has_its_coefficient(rank, step, coefficient), not_(_is_known_step(rank, step))
    )
    return or_(is_right, coefficient.not_in(elsewhere))


def _raise_turns_on(columns: list[Column], given: Parameters) -> Column:
    """The day after the months of the step; the last step is looked at once in vain."""
    rank, _, since, status, _ = columns
    over = later(since, months=_months_of_a_step(rank), days=1)
    return only_if(status.in_(given["statuses"]), next_after(day(given["as_of"]), over))


@row_rule("step_raised_in_time", "statuses", "as_of", turns_on=_raise_turns_on)
def step_is_raised_in_time(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Nobody in service stands below the last step longer than the table's time.

    A discipline since the step began makes a longer wait lawful; leave does, while it lasts.
    """
    rank, step, since, status, disciplined_on = columns
    today = day(given["as_of"])
    # Spares most rows the rest; a day more, because 29 February counts as 28 both ways.
    may_be_due = since < later(today, months=-SHORT_STEP_MONTHS, days=1)
    is_due = later(since, months=_months_of_a_step(rank)) < today
    return not_(
        and_(
            may_be_due,
            is_due,
            status.in_(given["statuses"]),
            not_(func.coalesce(disciplined_on >= since, False)),
            _is_known_step(rank, step),
            not_(_is_last_step(rank, step)),
        )
    )


@row_rule("beyond_frame_only_at_the_last_step")
def beyond_frame_is_at_the_last_step(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """A percent beyond the frame belongs to the last step."""
    percent, rank, step = columns
    return or_(
        percent.is_(None),
        percent == 0,
        _is_last_step(rank, step),
        not_(_is_known_step(rank, step)),
    )


def _beyond_frame_turns_on(columns: list[Column], given: Parameters) -> Column:
    """The next anniversary that counts, where the percent is higher than the years allow."""
    percent, _, _, since = columns
    today = day(given["as_of"])
    years = year_of(func.age(today, since))
    next_year = later(since, years=func.greatest(years + 1, SHORT_WAIT))
    anniversary = func.greatest(next_year, later(today, days=1))  # of 29 February: a day later
    return only_if(percent > 5 + years - LONG_WAIT, cast(anniversary, Date))


@row_rule("beyond_frame_of_the_years", "as_of", turns_on=_beyond_frame_turns_on)
def beyond_frame_is_of_the_years(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """5% after three years (two in B and C), then 1% a year, and not more."""
    percent, rank, step, since = columns
    years = year_of(func.age(day(given["as_of"]), since))
    wait = case((rank.in_(_ranks_only_in(("B", "C"))), SHORT_WAIT), else_=LONG_WAIT)
    fits = and_(percent >= 5, percent <= 5 + years - wait)
    return or_(percent.is_(None), percent == 0, not_(_is_last_step(rank, step)), fits)


@row_rule("allowance_with_the_position")
def allowance_goes_with_the_position(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """A leadership position comes with its allowance; one without a post may be kept."""
    allowance, position, unreadable = columns
    has_allowance = func.coalesce(allowance, 0) > 0
    has_position = func.coalesce(position, NO_POSITION) != NO_POSITION
    could_read = func.coalesce(literal("sal_hs_pccv") == any_(unreadable), False)
    return or_(has_allowance, not_(has_position), could_read)


@row_rule(
    *("allowance_of_the_position", "values", "highest", "from_day", "as_of"),
    turns_on=turning.from_day,
)
def allowance_is_of_the_position(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """`values`: position -> allowances of its table; no allowance exceeds `highest`.

    One above its table may be kept from an earlier post.
    """
    allowance, position = columns
    fits = [
        or_(position != code, allowance.in_(values), allowance > max(values))
        for code, values in sorted(given["values"].items())
    ]
    return or_(
        day(given["as_of"]) < day(given["from_day"]), and_(allowance <= given["highest"], *fits)
    )


@row_rule("current_salary_in_the_history")
def current_salary_is_in_the_history(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """The open row of the salary history says what the current salary says."""
    rank, step, coefficient, open_rank, open_step, open_coefficient = columns
    return and_(
        rank == open_rank,
        step == open_step,
        func.abs(coefficient - open_coefficient) <= TOLERANCE,
    )


@row_rule("career_level_in_its_group", "groups")
def career_level_is_in_its_group(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """`groups`: career level -> [its group, the old group whose coefficients must be gone]."""
    rank, coefficient = columns
    tests = []
    for level, (own, old) in sorted(given["groups"].items()):
        own_values = select(STEP.c.coefficient.label("own_value")).where(
            STEP.c.salary_group == own
        )
        old_values = select(STEP.c.coefficient.label("old_value")).where(
            STEP.c.salary_group == old
        )
        tests.append(
            or_(rank != level, coefficient.not_in(old_values), coefficient.in_(own_values))
        )
    return and_(*tests)


@row_rule("at_most_two_decimals")
def has_at_most_two_decimals(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A coefficient of the table has two decimals."""
    return columns[0] == func.round(columns[0], 2)


@row_rule("education_for_the_rank", "university", "college")
def education_is_enough_for_the_rank(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Ranks of A1 and above need a university degree, A0 a college degree."""
    level, rank = columns
    from_a1 = _ranks_only_in(("A1", "A2", "A3"))
    from_a0 = _ranks_only_in(("A",))
    return and_(
        or_(level <= given["university"], rank.not_in(from_a1)),
        or_(level <= given["college"], rank.not_in(from_a0)),
    )


@row_rule("training_for_the_rank", "levels_of_rank", "levels_of_group")
def training_is_enough_for_the_rank(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """Ranks (or civil-servant groups) that ask for a programme, and the levels that serve."""
    level, rank = columns
    wanted = [
        (rank == code, levels)
        for code, levels in sorted((given["levels_of_rank"] or {}).items())
    ]
    for group, levels in sorted((given["levels_of_group"] or {}).items()):
        ranks = select(RANK.c.rank_code.label("known_rank")).where(
            RANK.c.salary_group == group, RANK.c.staff_category == "civil_servant"
        )
        wanted.append((rank.in_(ranks), levels))
    return not_(
        or_(
            *(
                and_(concerned, func.coalesce(level, "").not_in(levels))
                for concerned, levels in wanted
            )
        )
    )
