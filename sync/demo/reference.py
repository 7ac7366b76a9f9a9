"""Tables of the national record, arranged for fast drawing."""

from dataclasses import dataclass
from datetime import date

from sync.contract.record import read_rows

CIVIL, EMPLOYEE = "civil_servant", "public_employee"
STAFF_KIND = {"CC": CIVIL, "CB": CIVIL, "VC": EMPLOYEE}


@dataclass(frozen=True, slots=True)
class Grade:
    """A salary group of one staff kind: coefficient of each step, years between steps."""

    group: str
    coefficients: tuple[str, ...]
    years: int

    @property
    def last(self) -> int:
        """The highest step."""
        return len(self.coefficients)


def _grades() -> dict[tuple[str, str], Grade]:
    steps: dict[tuple[str, str], dict[int, str]] = {}
    for row in read_rows("salary_steps.csv"):
        table = steps.setdefault((row["staff_kind"], row["group"]), {})
        table[int(row["step"])] = row["coefficient"]
    return {
        key: Grade(key[1], tuple(table[n] for n in sorted(table)), 3 if key[1][0] == "A" else 2)
        for key, table in steps.items()
    }


GRADES = _grades()


def _ranks() -> dict[tuple[str, str], tuple[str, ...]]:
    """Codes without a second salary group, not closed, not of the new career levels."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in read_rows("ranks.csv"):
        is_plain = not (row["valid_from"] or row["valid_to"])
        if is_plain and "legacy" not in row["notes"] and "accept" not in row["notes"]:
            found.setdefault((row["staff_category"], row["group"]), []).append(row["code"])
    return {key: tuple(codes) for key, codes in found.items()}


RANKS = _ranks()
GROUP_OF_RANK = {row["code"]: row["group"] for row in read_rows("ranks.csv")}
CAREER_LEVEL = {"B": "BAC1", "A0": "BAC2", "A1": "BAC3", "A2.1": "BAC4", "A3.1": "BAC5"}
LOWER_GROUP = {"A3.1": "A2.1", "A3.2": "A2.2", "A2.1": "A1", "A2.2": "A1"}  # others: their own

PREFIXES = tuple(sorted(row["cccd_prefix"] for row in read_rows("province_merge_2025.csv")))
PREFIXES_OF_UNIT: dict[str, tuple[str, ...]] = {}
PLACE_OF_PREFIX: dict[str, str] = {}
for _row in read_rows("province_merge_2025.csv"):
    _known = PREFIXES_OF_UNIT.get(_row["new_code"], ())
    PREFIXES_OF_UNIT[_row["new_code"]] = (*_known, _row["cccd_prefix"])
    PLACE_OF_PREFIX[_row["cccd_prefix"]] = _row["new_name"]

UNIT_NAMES: dict[str, str] = {}
# Current code -> its predecessors and the first day (ordinal) after they closed.
PREDECESSORS: dict[str, tuple[tuple[str, int], ...]] = {}
for _row in read_rows("units.csv"):
    UNIT_NAMES[_row["code"]] = _row["name_vi"]
    if _row["valid_to"] and _row["successor_code"] not in {"", _row["code"]}:
        _closed = (_row["code"], date.fromisoformat(_row["valid_to"]).toordinal() + 1)
        _known_codes = PREDECESSORS.get(_row["successor_code"], ())
        PREDECESSORS[_row["successor_code"]] = (*_known_codes, _closed)


@dataclass(frozen=True, slots=True)
class Post:
    """A leadership position: code, allowance, movement that gives it."""

    code: str
    allowance: str
    movement: str


# Allowances of Decree 07/2026 (code list position_allowance); communes of Hà Nội and
# Hồ Chí Minh City have their own column.
LEADERS_CENTRAL = (
    Post("CT", "1.10", "BN"),
    Post("CT", "1.00", "BN"),
    Post("PCT", "0.90", "BN"),
    Post("PCT", "0.80", "BN"),
)
METROPOLIS = frozenset({"H26", "H29"})
LEADERS = {  # by whether the province is one of the two
    False: (Post("TPX", "0.25", "BN"), Post("PTPX", "0.15", "BN")),
    True: (Post("TPX", "0.35", "BN"), Post("PTPX", "0.20", "BN")),
}
CADRES = {
    False: (Post("CTUBX", "0.60", "BC"), Post("PCTUBX", "0.50", "BC")),
    True: (Post("CTUBX", "0.70", "BC"), Post("PCTUBX", "0.60", "BC")),
}
