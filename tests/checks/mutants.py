"""Deliberately weakened copies of a rule: one argument changed a little, one copy each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

Change = tuple[str, Any]
Row = Mapping[str, Any]
PLACES = {"column", "column_list", "column_A", "column_B", "as_of", "ignore_row_if", "zone"}
PATTERNS = {"regex", "pattern", "words"}
FIXED = {"bands", "groups"}  # lists with places that mean something
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
REPEATED = re.compile(r"\{(\d+)\}")


def mutants(kwargs: Row, examples: Sequence[Row]) -> Iterator[Change]:
    """(what was changed, arguments) for every way to change one argument."""
    for name, value in kwargs.items():
        if name not in PLACES:
            for what, changed in _changed(name, value, examples):
                yield f"{name} {what}", {**kwargs, name: changed}


def _changed(name: str, value: object, examples: Sequence[Row]) -> Iterator[Change]:
    match value:
        case bool():
            yield f"is {not value}", not value
        case int() | float():
            unit = 1 if isinstance(value, int) else 0.1
            yield f"is a unit more than {value}", round(value + unit, 6)
            yield f"is a unit less than {value}", round(value - unit, 6)
        case str():
            yield from _changed_text(name, value)
        case list():
            yield from _changed_list(name, value, examples)
        case dict():
            yield from _changed_mapping(name, value, examples)


def _changed_text(name: str, value: str) -> Iterator[Change]:
    if name in PATTERNS:
        yield from _changed_pattern(value)
    elif DAY.match(value):
        day = date.fromisoformat(value)
        yield "is a day later", (day + timedelta(days=1)).isoformat()
        yield "is a day earlier", (day - timedelta(days=1)).isoformat()
    elif value.isdigit():
        yield "is one more", str(int(value) + 1).zfill(len(value))
        yield "is one less", str(abs(int(value) - 1)).zfill(len(value))
    else:
        yield "is another", f"{value}x"


def _changed_pattern(value: str) -> Iterator[Change]:
    """Anchors taken away, repetitions a unit looser."""
    if value.startswith("^"):
        yield "may begin anywhere", value[1:]
    if value.endswith("$"):
        yield "may go on", value[:-1]
    for found in REPEATED.finditer(value):
        count = int(found[1])
        for looser in (f"{{{count},{count + 1}}}", f"{{{count - 1},{count}}}"):
            yield f"repeats {looser}", value[: found.start()] + looser + value[found.end() :]


def _changed_mapping(
    name: str, value: dict[str, Any], examples: Sequence[Row]
) -> Iterator[Change]:
    for key, inner in value.items():
        if len(value) > 1:
            yield f"lacks {key}", {other: value[other] for other in value if other != key}
        for what, changed in _changed(name, inner, examples):
            yield f"of {key} {what}", {**value, key: changed}


def _changed_list(name: str, value: list[Any], examples: Sequence[Row]) -> Iterator[Change]:
    """One value less, one more that an example has, numbers a unit off."""
    for place, each in enumerate(value):
        others = value[:place] + value[place + 1 :]
        if others and name not in FIXED:
            yield f"lacks {each}", others
        if isinstance(each, int | float) and not isinstance(each, bool):
            for what, changed in _changed(name, each, examples):
                yield f"with {each} {what}", [*value[:place], changed, *value[place + 1 :]]
    for other in [] if name in FIXED else _beside(value, examples):
        yield f"has {other} too", [*value, other]


def _beside(value: list[Any], examples: Sequence[Row]) -> list[Any]:
    """Values of the columns that the list speaks of, which it does not have."""
    about = {name for row in examples for name, each in row.items() if each in value}
    said = {str(row[name]): row[name] for row in examples for name in about if name in row}
    return [said[each] for each in sorted(said.keys() - {"None", *map(str, value)})]
