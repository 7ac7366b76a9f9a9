"""Turns a profile into the SQL that reads documents into typed rows. Sets, no loop over people.

A value passes three levels: as sent (text) → prepared (a castable candidate, or UNREADABLE) →
typed. What cannot be typed is NULL and its field code stands in `unreadable_fields`; nothing
a source sends can raise, because every cast is guarded by `pg_input_is_valid`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync.contract.profile import DateFormat, GroupMapping, Profile
from sync.contract.record import Field, record_groups
from sync.contract.record import field as contract_field

UNREADABLE = "chr(1)"
TEXT_LIMIT = 1000  # a longer value is no value of these fields; ours
ROW_OFFSET = 100_000_000  # the second list of one group counts its rows from here
DIGITS = "translate({}, '0123456789', '9999999999')"

SHAPES = {
    DateFormat.DMY: (
        "99/99/9999",
        "substr({0}, 7, 4) || '-' || substr({0}, 4, 2) || '-' || substr({0}, 1, 2)",
    ),
    DateFormat.DMY_DASH: (
        "99-99-9999",
        "substr({0}, 7, 4) || '-' || substr({0}, 4, 2) || '-' || substr({0}, 1, 2)",
    ),
    DateFormat.COMPACT: (
        "99999999",
        "substr({0}, 1, 4) || '-' || substr({0}, 5, 2) || '-' || substr({0}, 7, 2)",
    ),
}


def quote(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''").replace(":", "\\:") + "'"


def identifier(name: str) -> str:
    """A quoted name; vendors' keys may hold anything."""
    return '"' + name.replace('"', '""').replace(":", "\\:") + '"'


def path_literal(path: tuple[str, ...]) -> str:
    """A jsonb path as text[] literal."""
    return "ARRAY[" + ", ".join(quote(part) for part in path) + "]::text[]"


def at(path: tuple[str, ...]) -> str:
    """The part of the document at a path; the whole document at ()."""
    return f"(d.doc #> {path_literal(path)})" if path else "d.doc"


@dataclass
class Node:
    """One JSON object being opened: text leaves and inner objects by key."""

    leaves: set[str] = field(default_factory=set)
    inner: dict[str, "Node"] = field(default_factory=dict)


def _tree(paths: Iterator[tuple[str, ...]]) -> Node:
    root = Node()
    for path in paths:
        node = root
        for key in path[:-1]:
            node = node.inner.setdefault(key, Node())
        node.leaves.add(path[-1])
    return root


def _open(node: Node, source: str, prefix: str) -> tuple[str, dict[tuple[str, ...], str]]:
    """LATERAL joins that open a JSON object, and where each leaf then stands."""
    keys = [f"{identifier(key)} text" for key in sorted(node.leaves - node.inner.keys())]
    keys += [f"{identifier(key)} jsonb" for key in sorted(node.inner)]
    joins = (
        f"\n  CROSS JOIN LATERAL jsonb_to_record(CASE WHEN jsonb_typeof({source}) = 'object'"
        f" THEN {source} END) AS {prefix}({', '.join(keys)})"
    )
    places: dict[tuple[str, ...], str] = {
        (key,): f"{prefix}.{identifier(key)}" for key in node.leaves - node.inner.keys()
    }
    for number, (key, child) in enumerate(sorted(node.inner.items())):
        inner_joins, inner_places = _open(
            child, f"{prefix}.{identifier(key)}", f"{prefix}_{number}"
        )
        joins += inner_joins
        places |= {(key, *path): place for path, place in inner_places.items()}
    return joins, places


def _mapped(value: str, codes: Mapping[str, str]) -> str:
    if not codes:
        return value
    cases = " ".join(f"WHEN {quote(local)} THEN {quote(code)}" for local, code in codes.items())
    return f"CASE {value} {cases} ELSE {value} END"


def _prepared(column: Field, sent: str, profile: Profile) -> str:
    """The castable candidate of one value; NULL when absent, UNREADABLE without a shape."""
    value = f"NULLIF(btrim({sent}), '')"
    if column.kind == "date":
        shapes = f"WHEN '9999-99-99' THEN {value}"
        if profile.date_format in SHAPES:
            shape, iso = SHAPES[profile.date_format]
            shapes += f" WHEN {quote(shape)} THEN {iso.format(value)}"
        return (
            f"CASE WHEN {value} IS NULL THEN NULL ELSE"
            f" CASE {DIGITS.format(value)} {shapes} ELSE {UNREADABLE} END END"
        )
    if column.kind == "int":
        return (
            f"CASE WHEN {value} ~ '^[0-9]{{1,9}}$' THEN {value}"
            f" WHEN {value} IS NOT NULL THEN {UNREADABLE} END"
        )
    if column.kind == "decimal":
        return (
            f"CASE WHEN {value} ~ '^[0-9]{{1,15}}([.,][0-9]{{1,9}})?$' THEN replace({value},"
            " ',', '.')"
            f" WHEN {value} IS NOT NULL THEN {UNREADABLE} END"
        )
    if column.kind == "timestamp":
        return (
            f"CASE WHEN {value} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T"
            f" ][0-9]{{2}}:[0-9]{{2}}' THEN {value}"
            f" WHEN {value} IS NOT NULL THEN {UNREADABLE} END"
        )
    limit = max(TEXT_LIMIT, column.length or 0)
    if column.kind == "code":
        value = _mapped(value, profile.codes.get(column.code_list, {}))
        if column.code_list == "ranks":  # the codified law writes V11.05.09 and V.11.05.09
            value = f"regexp_replace({value}, '^V([0-9])', 'V.\\1')"
    return f"CASE WHEN length({sent}) > {limit} THEN {UNREADABLE} ELSE {value} END"


def _typed(column: Field) -> str:
    name = f"p.{column.code}"
    if column.kind in ("text", "code"):
        return f"NULLIF({name}, {UNREADABLE})"
    cast = {"date": "date", "int": "integer", "decimal": "numeric", "timestamp": "timestamptz"}[
        column.kind
    ]
    return f"CASE WHEN pg_input_is_valid({name}, '{cast}') THEN {name}::{cast} END"


def _converted(columns: list[Field], sent: dict[str, str], profile: Profile) -> str:
    """Field codes whose decimal mark was not the vendor's own."""
    other = "." if profile.decimal_mark == "," else ","
    tests = [
        f"CASE WHEN position({quote(other)} IN {sent[c.code]}) > 0 THEN {quote(c.code)} END"
        for c in columns
        if c.kind == "decimal"
    ]
    return f"array_remove(ARRAY[{', '.join(tests)}]::text[], NULL)" if tests else "'{}'::text[]"


def read_group_sql(profile: Profile, mapping: GroupMapping, list_number: int) -> str:
    """INSERT of one group's typed rows for the snapshots `:snapshot_ids` of this profile."""
    group = record_groups()[mapping.group]
    columns = [contract_field(code) for code in mapping.fields]
    joins, places = _open(_tree(iter(mapping.fields.values())), "e.item", "r")
    sent = {code: places[path] for code, path in mapping.fields.items()}
    if group.is_list:
        items = (
            "CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN"
            f" jsonb_typeof({at(mapping.path)}) = 'array'"
            f" THEN {at(mapping.path)} END) WITH ORDINALITY AS e(item, row_no)"
        )
    else:
        items = (
            f"CROSS JOIN LATERAL (SELECT {at(mapping.path)} AS item, 1 AS row_no OFFSET 0) AS e"
        )
    names = ", ".join(c.code for c in columns)
    prepared = ",\n    ".join(
        f"{_prepared(c, sent[c.code], profile)} AS {c.code}" for c in columns
    )
    typed = ",\n    ".join(f"{_typed(c)} AS t_{c.code}" for c in columns)
    unreadable = ", ".join(
        f"CASE WHEN t.{c.code} IS NOT NULL AND t.t_{c.code} IS NULL THEN {quote(c.code)} END"
        for c in columns
    )
    keep = (
        ""
        if mapping.group == "person"
        else f"WHERE num_nonnulls({', '.join('p.' + c.code for c in columns)}) > 0"
    )
    return f"""
INSERT INTO staging.{group.name} (snapshot_id, record_id, row_no, {names},
    unreadable_fields, converted_fields)
SELECT t.snapshot_id, t.record_id, t.row_no, {", ".join(f"t.t_{c.code}" for c in columns)},
    array_remove(ARRAY[{unreadable}]::text[], NULL), t.converted_fields
FROM (
  SELECT p.*, {typed}
  FROM (
    SELECT s.snapshot_id, s.record_id, {list_number * ROW_OFFSET} + e.row_no::integer AS row_no,
    {_converted(columns, sent, profile)} AS converted_fields,
    {prepared}
    FROM staging.document AS s
    JOIN landing.document AS d ON d.document_id = s.document_id
    {items}{joins}
    WHERE s.snapshot_id = ANY(:snapshot_ids) AND s.pass_no = :pass_no
      AND s.is_readable AND NOT s.is_malformed AND s.differing_count = 1
    OFFSET 0
  ) AS p
  {keep}
  OFFSET 0
) AS t
"""


def read_statements(profile: Profile, only: frozenset[str] | None = None) -> list[str]:
    """Every INSERT of this profile, person first; `only`: of these groups."""
    seen: dict[str, int] = {}
    statements = []
    for mapping in sorted(profile.groups, key=lambda m: m.group != "person"):
        number = seen.get(mapping.group, 0)
        seen[mapping.group] = number + 1
        if only is not None and mapping.group not in only:
            continue
        statements.append(read_group_sql(profile, mapping, number))
    return statements


def malformed_sql(profile: Profile) -> str:
    """True where a section is neither absent nor of its kind: an object, or a list of them."""
    tests = ["jsonb_typeof(d.doc) <> 'object'"]
    for mapping in profile.groups:
        if not mapping.path:
            continue
        place = at(mapping.path)
        if record_groups()[mapping.group].is_list:
            tests.append(
                f"jsonb_typeof({place}) NOT IN ('array', 'null')"
                # strict, because lax opens a list within the list; silent where it is no list
                f" OR jsonb_path_exists({place}, 'strict $[*] ? (@.type() != \"object\")',"
                " '{}', true)"
            )
        else:
            tests.append(f"jsonb_typeof({place}) NOT IN ('object', 'null')")
    return (
        "coalesce("
        + " OR ".join(f"coalesce({test}, false)" for test in dict.fromkeys(tests))
        + ", false)"
    )
