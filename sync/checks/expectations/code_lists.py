"""Codes against the dated lists of the registry: exactly, never by containment."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    cast,
    column,
    func,
    not_,
    null,
    or_,
    select,
    table,
)

from sync.checks.expectations.days import ACTIVE, day, only_if
from sync.checks.expectations.rule import Parameters, column_rule, row_rule

Column = ColumnElement[Any]
CODE = table("code", column("list_name"), column("code"), column("valid_on"), schema="registry")
RANK = table(
    "rank",
    *(
        column(name)
        for name in (
            "rank_code",
            "valid_on",
            "staff_category",
            "salary_group",
            "allowed_groups",
        )
    ),
    schema="registry",
)
UNIT = table("unit", column("unit_code"), column("valid_on"), schema="registry")
RANKS = "ranks"  # a list with a table of its own


def codes(list_name: str, as_of: str | None) -> Select[Any]:
    """Codes of a list valid on a day; without a day, ever."""
    if list_name == RANKS:
        return select(RANK.c.rank_code.label("known_code"))
    known = select(CODE.c.code.label("known_code")).where(CODE.c.list_name == list_name)
    return known if as_of is None else known.where(CODE.c.valid_on.op("@>")(day(as_of)))


def units(as_of: str | None = None) -> Select[Any]:
    """Codes of units valid on a day; without a day, ever."""
    known = select(UNIT.c.unit_code.label("known_unit"))
    return known if as_of is None else known.where(UNIT.c.valid_on.op("@>")(day(as_of)))


def root_unit(code: Column) -> Column:
    """The level-1 code in `H26.012` or in the older `000.00.00.H26`."""
    return case((func.left(code, 4) == "000.", func.right(code, 3)), else_=func.left(code, 3))


def _next_bound(
    value: Column,
    known: Column,
    valid_on: Column,
    given: Parameters,
    *where: ColumnElement[bool],
) -> Column:
    """The next day on which a validity begins or has ended; for most values there is none."""
    today = day(given["as_of"])
    bounds = (func.lower(valid_on), func.upper(valid_on))
    to_come = [case((and_(each > today, func.isfinite(each)), each)) for each in bounds]
    turns_on = func.least(*to_come)
    coming = select(known.label("known_value")).where(*where, turns_on.is_not(None))
    soonest: Select[Any] = select(func.min(turns_on)).where(*where)  # of all such values
    return only_if(value.in_(coming), soonest.scalar_subquery())


def _code_turns_on(code: Column, given: Parameters) -> Column:
    """The next day the code enters or leaves its list."""
    if given["as_of"] is None:
        return cast(null(), Date)
    of_list = CODE.c.list_name == given["list_name"]
    return _next_bound(code, CODE.c.code, CODE.c.valid_on, given, of_list)


@column_rule("be_in_code_list", "list_name", "as_of", turns_on=_code_turns_on)
def is_in_code_list(code: Column, given: Parameters) -> ColumnElement[bool]:
    """The code stands in the list (on the day, where one is given)."""
    return code.in_(codes(given["list_name"], given["as_of"]))


@row_rule("code_valid_on_its_day", "list_name")
def is_valid_on_its_day(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A code with an end is not used after it; an unknown code is another rule's matter."""
    code, used_on = columns
    ending = (
        select(
            CODE.c.code.label("known_code"),
            func.max(func.upper(CODE.c.valid_on)).label("ends_on"),
        )
        .where(CODE.c.list_name == given["list_name"])
        .group_by(CODE.c.code)
        .subquery("ending")
    )
    ended = select(ending.c.known_code).where(ending.c.ends_on <= used_on)
    return or_(code.not_in(codes(given["list_name"], None)), code.not_in(ended))


def _unit_turns_on(code: Column, given: Parameters) -> Column:
    """The next day the level-1 unit begins or is merged."""
    return _next_bound(root_unit(code), UNIT.c.unit_code, UNIT.c.valid_on, given)


@column_rule("begin_with_a_unit", "as_of", turns_on=_unit_turns_on)
def begins_with_a_unit(code: Column, given: Parameters) -> ColumnElement[bool]:
    """The level-1 unit exists on the day."""
    return root_unit(code).in_(units(given["as_of"]))


@column_rule("not_begin_with_a_closed_unit", "as_of", turns_on=_unit_turns_on)
def does_not_begin_with_a_closed_unit(code: Column, given: Parameters) -> ColumnElement[bool]:
    """The level-1 unit was not merged or abolished before the day."""
    root = root_unit(code)
    return or_(root.not_in(units()), root.in_(units(given["as_of"])))


@row_rule("begin_with_the_sending_unit")
def begins_with_the_sending_unit(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """The level-1 unit is the one that sends the record."""
    code, sender = columns
    return root_unit(code) == sender


def _rank_turns_on(columns: list[Column], given: Parameters) -> Column:
    """The next day the title code is opened or closed."""
    return _next_bound(columns[0], RANK.c.rank_code, RANK.c.valid_on, given)


@row_rule("rank_still_in_use", "pattern", "categories", "as_of", turns_on=_rank_turns_on)
def rank_is_still_in_use(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """An active person does not hold a public employee's title code closed by the day."""
    code, category, status = columns
    valid = RANK.c.valid_on.op("@>")(day(given["as_of"]))
    closed = select(RANK.c.rank_code.label("known_code")).where(
        RANK.c.staff_category == "public_employee",
        RANK.c.rank_code.op("~")(given["pattern"]),
        not_(valid),
    )
    concerned = [status.in_(ACTIVE)]
    if given["categories"]:
        concerned.append(category.in_(given["categories"]))
    return not_(and_(code.in_(closed), *concerned))


@row_rule("rank_to_fit_the_staff_category", "kinds")
def rank_fits_the_staff_category(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """`kinds`: staff category -> kind of rank it may hold; a category not named holds any."""
    rank, category = columns
    fits = []
    for kind in sorted(set(given["kinds"].values())):
        categories = [code for code, wanted in given["kinds"].items() if wanted == kind]
        others = select(RANK.c.rank_code.label("known_code")).where(
            RANK.c.staff_category != kind
        )
        fits.append(not_(and_(category.in_(categories), rank.in_(others))))
    return and_(*fits)
