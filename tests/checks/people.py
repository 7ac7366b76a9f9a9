"""Random people made of the examples' values, in every relation: many at once, with ties,
duplicates, nulls and empties.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from sync.contract.record import Field, record_groups
from sync.store import staging
from tests.checks.staged import SNAPSHOT_ID, stage_snapshot
from tests.checks.test_examples import EXAMPLES

EXAMPLE_SHARE = 0.5  # of rows: some example's failing row laid over
FLAGS = (
    *("is_readable", "has_key", "has_nul", "has_repeated_key"),
    *("has_secret_field", "is_malformed"),
)
COUNTS = ("entry_count", "repeat_count", "differing_count")


def pool() -> dict[str, list[Any]]:
    """Values by field, from the examples of all rules: sound ones and failing ones."""
    values: dict[str, list[Any]] = {}
    for _, example in EXAMPLES.values():
        for row in (*example["pass"], *example["fail"]):
            for name, value in row.items():
                known = values.setdefault(name, [None])
                if value not in known:
                    known.append(value)
    return values


class Crowd:
    """Draws rows; `nulls` is the share of values that are absent, `empties` of empty texts."""

    def __init__(self, seed: int, nulls: float = 0.1, empties: float = 0.02) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        self.values = pool()
        self.examples = [row for _, each in EXAMPLES.values() for row in each["fail"]]
        self.nulls = nulls
        self.empties = empties

    def value(self, field: Field) -> object:
        """A value that some example of the field has, or none."""
        draw = self.random.random()
        if draw < self.nulls:
            return None
        if draw < self.nulls + self.empties and field.kind in ("text", "code"):
            return ""
        return self.random.choice(self.values.get(field.code, [None]))

    def row(self, fields: tuple[Field, ...]) -> dict[str, Any]:
        """One row of a group; some of what is absent could not be read, some was converted."""
        row = {field.code: self.value(field) for field in fields}
        if self.random.random() < EXAMPLE_SHARE:
            known = self.random.choice(self.examples)
            row |= {code: value for code, value in known.items() if code in row}
        drawn = [(code, value, self.random.random()) for code, value in row.items()]
        return {
            **row,
            "unreadable_fields": [
                code for code, value, x in drawn if value is None and x < 0.2
            ],
            "converted_fields": [code for code, _, x in drawn if x > 0.97],
        }

    def rows(self, fields: tuple[Field, ...], most: int) -> Iterator[dict[str, Any]]:
        """Up to so many rows of one person; some come twice, some tie with the one before."""
        last: dict[str, Any] | None = None
        for _ in range(self.random.randint(0, most) if most > 1 else 1):
            draw = self.random.random()
            new = self.row(fields)
            if last is not None and draw < 0.1:
                new = dict(last)
            elif last is not None and draw < 0.3:
                tied = self.random.choice(
                    [name for name in new if not name.endswith("_fields")]
                )
                new[tied] = last[tied]
            yield new
            last = new


def stage_people(
    conn: Connection, crowd: Crowd, people: int, as_of: date, rows: int = 3
) -> None:
    """So many people in one snapshot, with up to `rows` rows in each list."""
    stage_snapshot(conn, as_of)
    ids = range(1, people + 1)
    _fill(conn, "document", [_document(crowd, record_id, as_of) for record_id in ids])
    for group in record_groups().values():
        fields = tuple(field for field in group.fields if not field.is_secret)
        most = rows if group.is_list else 1
        if fields:
            staged = [
                {"record_id": record_id, "row_no": row_no, **row}
                for record_id in ids
                for row_no, row in enumerate(crowd.rows(fields, most), 1)
            ]
            _fill(conn, group.name, staged)
    names = _context_columns(conn, crowd)
    _fill(conn, "context", [_context(crowd, record_id, names) for record_id in ids])
    _fill(conn, "reading", [_reading(record_id) for record_id in ids])
    staging.add_up(conn, [SNAPSHOT_ID])
    _stage_beside(conn, crowd, list(ids), as_of)
    _fill(conn, "figures", [_figures(conn, crowd, row_no, as_of) for row_no in range(1, 120)])


def _document(crowd: Crowd, record_id: int, as_of: date) -> dict[str, Any]:
    flags = {name: crowd.random.random() < 0.5 for name in FLAGS}
    counts = {name: crowd.random.randint(1, 3) for name in COUNTS}
    whose = {"record_id": record_id, "document_id": record_id, "unit_code": "H26"}
    return {**whose, "as_of": as_of, "pass_no": 1, **flags, **counts}


def _context_columns(conn: Connection, crowd: Crowd) -> dict[str, list[Any]]:
    """What may stand in each column of the context that some rule looks at."""
    found = conn.execute(
        text(
            "SELECT attname, attnotnull FROM pg_attribute"
            " WHERE attrelid = 'staging.context'::regclass AND attnum > 0"
            " AND attname NOT IN ('snapshot_id', 'record_id') ORDER BY attnum"
        )
    )
    return {
        row.attname: [
            value
            for value in crowd.values[row.attname]
            if value is not None or not row.attnotnull
        ]
        for row in found
        if row.attname in crowd.values
    }


def _context(crowd: Crowd, record_id: int, names: Mapping[str, list[Any]]) -> dict[str, Any]:
    drawn = {name: crowd.random.choice(values) for name, values in names.items()}
    return {"record_id": record_id, **drawn}


def _stage_beside(conn: Connection, crowd: Crowd, ids: list[int], as_of: date) -> None:
    """What stands beside some of them: a twin, a departure, news; and their unit's answer."""

    def some(share: float) -> list[int]:
        return [each for each in ids if crowd.random.random() < share]

    def lately(days: int = 90) -> date | None:
        back = crowd.random.randint(-5, days)
        return None if crowd.random.random() < 0.2 else as_of - timedelta(days=back)

    def toss() -> bool:
        return crowd.random.random() < 0.5

    pulled = {"first_on": as_of - timedelta(days=60), "previous_on": as_of - timedelta(days=1)}
    counts = {"received_count": len(ids), "new_year_count": len(ids) // 10 + 10}
    _fill(conn, "answer", [{**counts, **pulled}])
    _fill(conn, "twin", [{"record_id": each} for each in some(0.2)])
    flags = ("is_elsewhere", "is_outside")
    departures = [
        {"record_id": each, "left_on": lately(), **{flag: toss() for flag in flags}}
        for each in some(0.5)
    ]
    _fill(conn, "departure", departures)
    dates = ("joined_on", "oldest_reward_on", "oldest_discipline_on", "oldest_post_on")
    news = [
        {"record_id": each, "is_new": toss(), **{name: lately(30) for name in dates}}
        for each in some(0.7)
    ]
    _fill(conn, "news", news)


def _figures(conn: Connection, crowd: Crowd, row_no: int, as_of: date) -> dict[str, Any]:
    """Counts of one delivery: small ones and large ones, ties, and some that nobody counted."""
    names = conn.execute(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'staging.figures'::regclass"
            " AND attnum > 0 AND atttypid = 'integer'::regtype AND attname <> 'row_no'"
            " ORDER BY attnum"
        )
    ).scalars()
    whole = crowd.random.choice((0, 20, 60, 1000))
    counts = {
        name: None if crowd.random.random() < 0.1 else crowd.random.choice((0, 1, whole))
        for name in names
    }
    known = {"row_no": row_no, "unit_code": "H26", "as_of": as_of}
    return {**known, **counts, "rule_code": "ID003", "field_code": "ngay_sinh"}


def _reading(record_id: int) -> dict[str, Any]:
    return {"record_id": record_id, "typed_sha256": b"", "missing_fields": []}


def _fill(conn: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Many rows in few statements."""
    if rows:
        names = list(rows[0])
        places = ", ".join(f":{name}" for name in names)
        conn.execute(
            text(
                f"INSERT INTO staging.{table} (snapshot_id, {', '.join(names)})"  # noqa: S608 - our own names
                f" VALUES ({SNAPSHOT_ID}, {places})"
            ),
            rows,
        )
    conn.execute(text(f"ANALYZE staging.{table}"))
