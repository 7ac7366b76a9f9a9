"""The units of the pretend country: who they are, how big, with which system, how it fails."""

import math
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from random import Random

from sync.contract.record import read_rows

SPREAD = 64.0  # the biggest unit over the smallest, before rounding
YEAR_ONLY_SIZE = 120
ROOM = 1.05  # numbers kept free for people who join later

PROFILES = ("hrm_trang", "hrm_con_tro", "thong_diep_bnv", "thu_muc")
_SHARE = {"hrm_trang": 20, "hrm_con_tro": 14, "thong_diep_bnv": 12, "thu_muc": 10}
_XLSX_UNITS = 3


class Fault(StrEnum):
    """How a unit's system fails to give a whole answer at once."""

    NONE = ""
    DOWN = "down"  # its port refuses
    SLOW = "slow"  # 429 several times, then slowly, but it succeeds
    EXPIRED = "expired"  # its credential is no longer good: 401
    EMPTY = "empty"  # a complete answer with nobody


_FAULT_PROFILE = {
    Fault.DOWN: "hrm_con_tro",
    Fault.SLOW: "hrm_trang",
    Fault.EXPIRED: "hrm_trang",
    Fault.EMPTY: "thong_diep_bnv",
}


@dataclass(frozen=True, slots=True)
class PretendUnit:
    """One unit: `size` people, numbered in the country from `first_number`."""

    unit_code: str
    name_vi: str
    name_en: str
    kind: str
    size: int
    first_number: int
    profile_name: str = "hrm_trang"
    file_format: str = ""
    fault: Fault = Fault.NONE
    is_careless: bool = False  # where most blocking defects are
    is_year_only: bool = False  # many births known by year only, nothing else wrong

    @property
    def is_province(self) -> bool:
        """A province or a centrally run city."""
        return self.kind in {"province", "municipality"}

    @property
    def is_answering(self) -> bool:
        """A whole answer, at once: only such units carry defects."""
        return self.fault is Fault.NONE


@dataclass(slots=True)
class _Draft:
    row: dict[str, str]
    size: int
    profile_name: str = ""
    file_format: str = ""
    fault: Fault = Fault.NONE
    is_careless: bool = field(default=False)
    is_year_only: bool = field(default=False)


def list_units(seed: int, as_of: date, people: int) -> tuple[PretendUnit, ...]:
    """The units valid on `as_of`, in code order, `people` on average in each.

    The same arguments always give the same units; sizes vary more than 50-fold.
    """
    random = Random(f"{seed}/units")  # noqa: S311 - a pretend country, not a secret
    rows = _valid_rows(as_of)
    order = sorted(rows, key=lambda row: (_weight(row) * (0.5 + random.random()), row["code"]))
    sizes = _sizes(len(order), people)
    drafts = [_Draft(row, size) for row, size in zip(order, sizes, strict=True)]
    _give_profiles(drafts, random)
    _give_faults(drafts)
    _give_carelessness(drafts)
    _give_year_only(drafts)
    return _numbered(sorted(drafts, key=lambda draft: draft.row["code"]))


def _valid_rows(as_of: date) -> list[dict[str, str]]:
    day = as_of.isoformat()
    return [
        row
        for row in read_rows("units.csv")
        if (row["valid_from"] or "0000") <= day <= (row["valid_to"] or "9999")
    ]


def _weight(row: dict[str, str]) -> float:
    return {"municipality": 8.0, "province": 5.0, "ministry": 2.5}.get(row["kind"], 1.0)


def _sizes(count: int, people: int) -> list[int]:
    curve = [math.exp(math.log(SPREAD) * n / (count - 1)) for n in range(count)]
    scale = people * count / sum(curve)
    sizes = [max(1, round(value * scale)) for value in curve]
    sizes[-1] += people * count - sum(sizes)
    return sizes


def _give_profiles(drafts: list[_Draft], random: Random) -> None:
    """Every product is used from small to big units."""
    names = [name for name, share in _SHARE.items() for _ in range(share)]
    random.shuffle(names)
    for position, draft in enumerate(drafts):
        draft.profile_name = names[position % len(names)]
    files = [draft for draft in drafts if draft.profile_name == "thu_muc"]
    for position, draft in enumerate(files):
        draft.file_format = "xlsx" if position < _XLSX_UNITS else "csv"


def _give_faults(drafts: list[_Draft]) -> None:
    """Units of middling size fail, one in each way."""
    for fault, profile_name in _FAULT_PROFILE.items():
        free = [d for d in drafts if d.profile_name == profile_name and not d.fault]
        free[len(free) // 2].fault = fault


def _give_carelessness(drafts: list[_Draft]) -> None:
    """A few big units hold most of the blocking defects, so that the others stay clean."""
    whole = [draft for draft in drafts if not draft.fault]
    for draft in whole[-12:-2:2]:
        draft.is_careless = True


def _give_year_only(drafts: list[_Draft]) -> None:
    """The smallest whole unit that is big enough for a habit to show."""
    whole = [d for d in drafts if not d.fault and not d.is_careless]
    for draft in [d for d in whole if d.size >= YEAR_ONLY_SIZE][:1]:
        draft.is_year_only = True


def _numbered(drafts: list[_Draft]) -> tuple[PretendUnit, ...]:
    units, number = [], 0
    for draft in drafts:
        units.append(
            PretendUnit(
                unit_code=draft.row["code"],
                name_vi=draft.row["name_vi"],
                name_en=draft.row["name_en"],
                kind=draft.row["kind"],
                size=draft.size,
                first_number=number,
                profile_name=draft.profile_name,
                file_format=draft.file_format,
                fault=draft.fault,
                is_careless=draft.is_careless,
                is_year_only=draft.is_year_only,
            )
        )
        number += int(draft.size * ROOM) + 20
    return tuple(units)
