"""Packaged registers: units, ranks, salary steps, code lists; rows ready for the registry.

Sources and confidence stay beside every row. `valid_on` are ranges as the domain pack gives
them: both ends belong.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

import orjson

from sync.contract.record import read_rows

RESTRICTED_UNITS = frozenset(
    {"G01", "G11"}
)  # public security and defence; ours, see the README
SEX_CODES = {"M": "1", "F": "2"}
KINDS = {"provincial": "province"}

# Rule SA004: ranks that may stand in more than one salary group, from the notes of ranks.csv.
OTHER_GROUPS = {
    "01.004": ("B",),
    "01.005": ("C1", "C2", "C3"),
    "06.032": ("B",),
    "06.039": ("B",),
    "06.040": ("C2",),
    "08.052": ("B",),
    "08.053": ("C1",),
}

# Lists that the contract names in words instead of a file; codes are the form's own.
VALUE_LISTS = {
    "academic_titles": {
        "GS": ("Giáo sư", "Professor"),
        "PGS": ("Phó giáo sư", "Associate professor"),
    },
    "degrees": {
        "TSKH": ("Tiến sĩ khoa học", "Doctor of Science"),
        "TS": ("Tiến sĩ", "PhD"),
        "ThS": ("Thạc sĩ", "Master"),
    },
}


def valid_on(row: dict[str, str]) -> str:
    """A range literal from valid_from and valid_to, both inclusive, empty meaning open."""
    return f"[{row.get('valid_from') or ''},{row.get('valid_to') or ''}]"


def unit_rows() -> Iterator[dict[str, Any]]:
    """Every reporting organisation, current and former (PM Decision 09/2025/QĐ-TTg)."""
    for row in read_rows("units.csv"):
        yield {
            "unit_code": row["code"],
            "valid_on": valid_on(row),
            "name_vi": row["name_vi"],
            "name_en": row["name_en"],
            "kind": KINDS.get(row["kind"], row["kind"]),
            "successor_code": row["successor_code"] or None,
            "gso_code": row["gso_code"] or None,
            "is_restricted": row["code"] in RESTRICTED_UNITS,
            "source": row["source"],
            "confidence": row["confidence"],
            "notes": row["notes"],
        }


def rank_rows() -> Iterator[dict[str, Any]]:
    """Ranks and titles with the salary groups they may stand in."""
    for row in read_rows("ranks.csv"):
        yield {
            "rank_code": row["code"],
            "valid_on": valid_on(row),
            "name_vi": row["name_vi"],
            "name_en": row["name_en"],
            "salary_group": row["group"],
            "allowed_groups": [row["group"], *OTHER_GROUPS.get(row["code"], ())],
            "staff_category": row["staff_category"],
            "source": row["source"],
            "confidence": row["confidence"],
            "notes": row["notes"],
        }


def salary_step_rows() -> Iterator[dict[str, Any]]:
    """Coefficients of Decree 204/2004/NĐ-CP, tables 2 and 3."""
    for row in read_rows("salary_steps.csv"):
        yield {
            "staff_kind": row["staff_kind"],
            "salary_group": row["group"],
            "step": int(row["step"]),
            "coefficient": row["coefficient"],
            "steps_in_group": int(row["steps_in_group"]),
            "increment": row["increment"],
            "years_to_next_step": int(row["years_to_next_step"]),
            "source": row["source"],
            "confidence": row["confidence"],
        }


def retirement_age_rows() -> Iterator[dict[str, Any]]:
    """The roadmap of Decree 135/2020/NĐ-CP Art. 4, in months."""
    for row in read_rows("codes/retirement_roadmap.csv"):
        yield {
            "year": int(row["year"]),
            "sex_code": SEX_CODES[row["sex"]],
            "age_months": 12 * int(row["age_years"]) + int(row["age_months"]),
            "source": row["source"],
            "confidence": row["confidence"],
        }


def id_prefix_rows() -> Iterator[dict[str, Any]]:
    """The 63 old provinces' prefixes of identity numbers (Circular 59/2021/TT-BCA Art. 4)."""
    for row in read_rows("province_merge_2025.csv"):
        yield {
            "prefix": row["cccd_prefix"],
            "gso_code": row["old_gso"],
            "name_vi": row["old_name"],
        }


def code_rows() -> Iterator[dict[str, Any]]:
    """Every code of every list, dated where the list is."""
    folder = resources.files("sync.contract") / "data" / "codes"
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        name = path.name.removesuffix(".csv")
        for row in read_rows(f"codes/{path.name}"):
            if "code" not in row:
                break  # a table of another shape: roadmap, number structure, allowances
            extra = {k: v for k, v in row.items() if v and k not in CODE_COLUMNS}
            yield _code(name, row["code"], (row["name_vi"], row["name_en"]), row, extra)
    note = {"source": "values named in record_fields.csv", "confidence": "medium"}
    for name, values in VALUE_LISTS.items():
        for code, names in values.items():
            yield _code(name, code, names, note, {})


CODE_COLUMNS = frozenset(
    {"code", "name_vi", "name_en", "valid_from", "valid_to", "source", "confidence"}
)


def _code(
    name: str, code: str, names: tuple[str, str], row: dict[str, str], extra: dict[str, str]
) -> dict[str, Any]:
    return {
        "list_name": name,
        "code": code,
        "valid_on": valid_on(row),
        "name_vi": names[0],
        "name_en": names[1],
        "attributes": orjson.dumps(extra).decode(),
        "source": row["source"],
        "confidence": row["confidence"],
    }


@cache
def contract_sha256() -> str:
    """The version of the contract: part of every basis."""
    path = resources.files("sync.contract") / "data" / "fields.csv"
    return sha256(path.read_bytes()).hexdigest()
