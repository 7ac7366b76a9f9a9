"""The hash of a record's typed rows, and which mandatory fields it lacks; generated once.

The same expression runs over staging and over the register, so that the two sides of a digest
(ARCHITECTURE section 6) are computed alike. Dates print as ISO, instants in the service's zone.
"""

from collections.abc import Mapping

from sync.contract.record import Group, record_groups

SETTINGS = {"DateStyle": "ISO, YMD", "TimeZone": "Asia/Ho_Chi_Minh", "extra_float_digits": "1"}


def spoken_groups() -> list[Group]:
    """Groups that travel on the plain channel: those with a field that is not secret."""
    return [g for g in record_groups().values() if not all(f.is_secret for f in g.fields)]


def _row_text(group: Group) -> str:
    return (
        "ROW(" + ", ".join(f"g.{f.code}" for f in group.fields if not f.is_secret) + ")::text"
    )


def _missing(group: Group) -> str:
    required = [f.code for f in group.fields if f.is_required and not f.is_secret]
    if group.is_list:
        tests = [f"CASE WHEN bool_or(g.{code} IS NULL) THEN '{code}' END" for code in required]
    else:
        tests = [f"CASE WHEN g.{code} IS NULL THEN '{code}' END" for code in required]
    return f"array_remove(ARRAY[{', '.join(tests)}]::text[], NULL)"


def _all_missing(group: Group) -> str:
    """What lacks when a single group did not come at all; a list may be empty."""
    codes = [f.code for f in group.fields if f.is_required and not f.is_secret]
    if group.is_list or not codes:
        return "'{}'::text[]"
    return "ARRAY[" + ", ".join(f"'{code}'" for code in codes) + "]"


def _group_side(group: Group, schema: str, scope: str) -> str:
    """(record_id, typed, missing) of one group."""
    if group.is_list:
        return (
            f"SELECT g.record_id, string_agg({_row_text(group)}, chr(10) ORDER BY g.row_no)"
            " AS typed,"
            f" {_missing(group)} AS missing FROM {schema}.{group.name} AS g WHERE {scope}"
            " GROUP BY g.record_id"
        )
    return (
        f"SELECT g.record_id, {_row_text(group)} AS typed, {_missing(group)} AS missing"
        f" FROM {schema}.{group.name} AS g WHERE {scope}"
    )


def typed_rows_sql(schema: str, records: str, scope: str) -> str:
    """SELECT record_id, typed_sha256, missing_fields.

    `records` is a FROM item with column record_id; `scope` restricts each group's rows
    (alias g).
    """
    groups = spoken_groups()
    missing = " || ".join(f"coalesce({g.name}.missing, {_all_missing(g)})" for g in groups)
    sides = {g.name: f"({_group_side(g, schema, scope)})" for g in groups}
    return (
        f"SELECT base.record_id, {_hash()} AS typed_sha256, {missing} AS missing_fields"
        f"\nFROM {records} AS base{_joined(sides)}"
    )


def store_typed_rows_sql(records: str) -> str:
    """INSERT INTO written (record_id, typed_sha256) of the rows of `:snapshot_id`, stored now.

    One statement for all groups; hashed is what the register's tables say they stored, so
    nothing written is looked for again (the planner knows little of tables that just grew).
    """
    groups = spoken_groups()
    stored = ",\n".join(f"{g.name}_stored AS ({_store(g, records)})" for g in groups)
    sides = {
        g.name: "(SELECT record_id, string_agg(typed, chr(10) ORDER BY row_no) AS typed"
        f" FROM {g.name}_stored GROUP BY record_id)"
        if g.is_list
        else f"{g.name}_stored"
        for g in groups
    }
    return (
        f"WITH {stored}\nINSERT INTO written (record_id, typed_sha256)"
        f"\nSELECT base.record_id, {_hash()}\nFROM {records} AS base{_joined(sides)}"
    )


def _store(group: Group, records: str) -> str:
    columns = ", ".join(["record_id", "row_no", *(f.code for f in group.fields)])
    return (
        f"INSERT INTO register.{group.name} AS g ({columns}) SELECT {columns}"
        f" FROM staging.{group.name} WHERE snapshot_id = :snapshot_id"
        f" AND record_id IN (SELECT record_id FROM {records} AS chosen)"
        f" RETURNING g.record_id, g.row_no, {_row_text(group)} AS typed"
    )


def _hash() -> str:
    typed = ", ".join(f"coalesce({g.name}.typed, '')" for g in spoken_groups())
    return f"sha256(convert_to(concat_ws(chr(30), {typed}), 'UTF8'))"


def _joined(sides: Mapping[str, str]) -> str:
    return "".join(
        f"\nLEFT JOIN {side} AS {name} ON {name}.record_id = base.record_id"
        for name, side in sides.items()
    )
