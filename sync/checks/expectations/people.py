"""Ratings, discipline and family: rows of lists beside what their person says."""

from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_

from sync.checks.expectations import turning
from sync.checks.expectations.days import ENDED, day, year_of
from sync.checks.expectations.rule import Parameters, row_rule

Column = ColumnElement[Any]


@row_rule("rating_year_within_service", "as_of", turns_on=turning.rating_year)
def rating_year_is_within_service(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """From the year of recruitment to this year: a year is rated before it is over."""
    year, recruited_on = columns
    return and_(year >= year_of(recruited_on), year <= year_of(day(given["as_of"])))


@row_rule("score_of_the_rating", "bands", "from_year")
def score_is_of_the_rating(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """`bands`: rating -> [lowest score, first score above it or null]."""
    score, rating, year = columns
    tests = []
    for code, (lowest, above) in sorted(given["bands"].items()):
        fits = score >= lowest if above is None else and_(score >= lowest, score < above)
        tests.append(or_(rating != code, fits))
    return or_(year < given["from_year"], and_(*tests))


@row_rule("rating_after_discipline", "categories", "lowest", "from_year")
def rating_fits_the_discipline(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Whoever was disciplined in the year, in the present post, is rated the lowest.

    The record tells today's category; before the present post it may have been another.
    """
    rating, year, disciplined_on, post_since, category = columns
    is_of_today = and_(disciplined_on > post_since, category.in_(given["categories"]))
    concerned = and_(is_of_today, year >= given["from_year"])
    return or_(rating == given["lowest"], not_(concerned))


@row_rule("discipline_for_the_category", "categories", "from_day")
def discipline_is_for_the_category(
    columns: list[Column], given: Parameters
) -> ColumnElement[bool]:
    """`categories`: form -> staff categories it applies to; a form not named applies to all.

    Asked only of decisions since `from_day` in the present post: the category is today's.
    """
    form, category, decided_on, post_since = columns
    is_of_today = and_(decided_on >= day(given["from_day"]), decided_on > post_since)
    fits = [
        or_(form != code, category.in_(allowed))
        for code, allowed in sorted(given["categories"].items())
    ]
    return or_(not_(is_of_today), and_(*fits))


@row_rule("severance_to_end_the_record", "form", "as_of", turns_on=turning.severance)
def severance_ends_the_record(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """A forced severance that has taken place leaves an ended record."""
    form, decided_on, status = columns
    has_happened = and_(form == given["form"], decided_on <= day(given["as_of"]))
    return or_(not_(has_happened), status.in_(ENDED))


@row_rule("relative_born_apart", "relations", "years")
def relative_is_born_apart(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """Born at least so many years after the person (before, where `years` is negative)."""
    relative_year, relation, born = columns
    limit = year_of(born) + given["years"]
    is_apart = relative_year >= limit if given["years"] > 0 else relative_year <= limit
    return or_(is_apart, relation.not_in(given["relations"]))


@row_rule("spouse_of_the_other_sex", "sex_of_relation")
def spouse_is_of_the_other_sex(columns: list[Column], given: Parameters) -> ColumnElement[bool]:
    """`sex_of_relation`: relation -> sex the person cannot have."""
    relation, sex = columns
    return and_(
        *(
            or_(relation != code, sex != wrong)
            for code, wrong in sorted(given["sex_of_relation"].items())
        )
    )
