"""What the population register says of a person: a verdict, never the values it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class PopulationStatus(StrEnum):
    """Where a record stands with the population register (rules ID015, ID016)."""

    NOT_CHECKED = "not_checked"  # never asked, not answered, or our value has changed since
    MATCHED = "matched"
    MISMATCHED = "mismatched"  # number known, some of the other fields differ
    NOT_FOUND = "not_found"
    DISPUTED = "disputed"  # a person says that the register is wrong; its rules are silent


# What a person may do; everything else follows from what the register answers.
NEXT_POPULATION_STATES: Mapping[PopulationStatus, frozenset[PopulationStatus]] = {
    PopulationStatus.NOT_CHECKED: frozenset(),
    PopulationStatus.MATCHED: frozenset(),
    PopulationStatus.MISMATCHED: frozenset({PopulationStatus.DISPUTED}),
    PopulationStatus.NOT_FOUND: frozenset({PopulationStatus.DISPUTED}),
    PopulationStatus.DISPUTED: frozenset(
        {PopulationStatus.MISMATCHED, PopulationStatus.NOT_FOUND}
    ),
}

NAME, BIRTH, SEX = "ho_va_ten", "ngay_sinh", "gioi_tinh"


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """The four values asked about, whole; `asked_hmac` is the database's own hash of them."""

    record_id: int
    number: str = field(repr=False)
    name: str = field(repr=False)
    born_on: date = field(repr=False)
    sex: str = field(repr=False)
    asked_hmac: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one question. `fields` are those of NAME, BIRTH, SEX that differ.

    `is_name_close`: the name is among them, by accents, case, spaces or encoding only.
    """

    status: PopulationStatus
    fields: tuple[str, ...] = ()
    is_name_close: bool = False
