"""Days as numbers, because a country is built from many of them."""

from datetime import date, timedelta

from sync.contract.record import read_rows

_BASE = date(1900, 1, 1).toordinal()
_ISO = tuple(
    (date(1900, 1, 1) + timedelta(days=n)).isoformat()
    for n in range(date(2101, 1, 1).toordinal() - _BASE)
)


def iso(day: int) -> str:
    """The day (a proleptic ordinal) as yyyy-mm-dd."""
    return _ISO[day - _BASE]


def year_of(day: int) -> int:
    """The calendar year of a day."""
    return int(_ISO[day - _BASE][:4])


def ordinal(text: str) -> int:
    """The day written as yyyy-mm-dd."""
    return date.fromisoformat(text).toordinal()


def years_after(day: int, years: int) -> int:
    """The same day some years later; 29 February becomes 1 March."""
    then = date.fromordinal(day)
    try:
        return then.replace(year=then.year + years).toordinal()
    except ValueError:
        return date(then.year + years, 3, 1).toordinal()


def first_of_month(month_index: int) -> int:
    """Day 1 of a month counted from year 0."""
    return date(month_index // 12, month_index % 12 + 1, 1).toordinal()


def _age_months() -> dict[str, dict[int, int]]:
    ages: dict[str, dict[int, int]] = {"M": {}, "F": {}}
    for row in read_rows("codes/retirement_roadmap.csv"):
        ages[row["sex"]][int(row["year"])] = int(row["age_years"]) * 12 + int(row["age_months"])
    for table in ages.values():
        table.update(dict.fromkeys(range(2036, 2100), table[2035]))
    return ages


_AGE_MONTHS = _age_months()


def _retirement_day(sex: str, birth_year: int, birth_month: int) -> int:
    born = birth_year * 12 + birth_month - 1
    for year, months in sorted(_AGE_MONTHS[sex].items()):
        if (born + months) // 12 <= year:
            return first_of_month(born + months + 1)
    return first_of_month(born + _AGE_MONTHS[sex][2099] + 1)


_RETIREMENT = {
    (sex, year, month): _retirement_day(sex, year, month)
    for sex in "MF"
    for year in range(1940, 2012)
    for month in range(1, 13)
}


def retirement_day(is_male: bool, birth: int) -> int:
    """First day of the month after the age of the roadmap is reached (Decree 135/2020)."""
    text = _ISO[birth - _BASE]
    return _RETIREMENT["M" if is_male else "F", int(text[:4]), int(text[5:7])]
