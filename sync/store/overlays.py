"""Corrections laid over what was read, and taken off again where the two sides are compared.

Statements by field of which there are corrections, never by person; none where there are none.
"""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, TextClause, text

from sync.contract.record import Group, record_groups
from sync.contract.record import field as contract_field
from sync.model.value_key import ValueKey
from sync.store.group_tables import COLUMN_TYPES
from sync.store.queries import named_query
from sync.store.typed_rows import spoken_groups, typed_rows_sql

Place = tuple[str, str]  # group, field
NO_FIELD = "{}"
NOTHING = "'\\x00'::bytea"  # what is hashed for no value: no text can be this


def hmac_of(value: str) -> str:
    """SQL for the HMAC of a text value, as findings have it; binds the key's two pads."""
    said = f"coalesce(convert_to({value}, 'UTF8'), {NOTHING})"
    return f"sha256(CAST(:outer AS bytea) || sha256(CAST(:inner AS bytea) || {said}))"


def row_of(group_name: str) -> str:
    """SQL for every field of a row `g` that says something, as text, by its name.

    A field that the contract gets later says nothing in the rows of before.
    """
    codes = [field.code for field in record_groups()[group_name].fields]
    names = ", ".join(f"'{code}'" for code in codes)
    said = ", ".join(f"g.{code}::text" for code in codes)
    return f"jsonb_strip_nulls(jsonb_object(ARRAY[{names}], ARRAY[{said}]))"


def standing_hmac(group_name: str, field_code: str) -> str:
    """SQL for what a correction is bound to: the value it replaces, in a list its row."""
    if record_groups()[group_name].is_list:
        return hmac_of(f"{row_of(group_name)}::text")
    return hmac_of(f"g.{field_code}::text")


def column_kind(field_code: str) -> str:
    """The database's type of a field."""
    return COLUMN_TYPES[contract_field(field_code).kind]


def lay(
    conn: Connection,
    snapshot_ids: Sequence[int],
    pass_no: int,
    key: ValueKey,
    *,
    schema: str = "staging",
) -> None:
    """Compare every correction of the staged records with what was read; lay over what holds.

    Adds to `overlay`, and to each reading the corrections that were laid over it.
    """
    scope = {"snapshot_ids": list(snapshot_ids), "pass_no": pass_no}
    places = conn.execute(_of(schema, "places"), scope).all()
    pads = {"inner": key.inner, "outer": key.outer}
    for group, field in places:
        values = {"group_name": group, "field_code": field}
        conn.execute(_of(schema, "judge", (group, field)), {**scope, **values, **pads})
    for group, field in places:  # when all are judged: each looks at its row as read
        values = {"group_name": group, "field_code": field}
        conn.execute(_of(schema, "lay", (group, field)), {**scope, **values})
    if places:
        conn.execute(_of(schema, "ids"), scope)


def _of(schema: str, name: str, place: Place | None = None) -> TextClause:
    """A statement over this schema's rows, for one field where it is about one."""
    statement = named_query(f"overlays/{name}").text.replace("staging.", f"{schema}.")
    if place:
        group, field = place
        is_list = record_groups()[group].is_list
        row = f"jsonb_strip_nulls(s.said || coalesce(a.was, '{NO_FIELD}'))"
        said = row if is_list else "s.value"
        statement = statement.format(
            hmac=hmac_of(f"{said}::text"),
            said=row_of(group) if is_list else "NULL::jsonb",
            group=group,
            field=field,
            kind=column_kind(field),
            is_list=str(is_list).lower(),
        )
    return text(statement)


def hash_without(conn: Connection) -> list[tuple[int, bytes]]:
    """(record, hash) of the register's rows with overlays undone, for those in `overlaid`.

    `overlaid` is a temporary table (record_id, correction_id) of the caller. The rows are
    changed back in a savepoint that is rolled back. A row that does not hold what was laid over
    it gets a hash that equals nobody's: somebody else changed it.
    """
    places = conn.execute(named_query("overlays/undone_places")).all()
    savepoint = conn.begin_nested()
    try:
        spoilt: set[int] = set()
        for group, field in places:
            spoilt.update(conn.execute(_undoing("spoilt", group, field)).scalars())
            conn.execute(_undoing("undo", group, field))
        for group in spoken_groups():
            if not group.is_list and group.name != "person":
                conn.execute(_emptied(group))
        mine = "(SELECT DISTINCT record_id FROM overlaid)"
        hashed = typed_rows_sql("register", mine, f"g.record_id IN {mine}")
        rows = [(row.record_id, bytes(row.typed_sha256)) for row in conn.execute(text(hashed))]
    finally:
        savepoint.rollback()
    return [(rid, sha256(b"spoilt" + h).digest() if rid in spoilt else h) for rid, h in rows]


def _undoing(name: str, group: str, field: str) -> TextClause:
    statement = named_query(f"overlays/{name}").text.format(
        group=group, field=field, kind=column_kind(field)
    )
    return text(statement).bindparams(group_name=group, field_code=field)


def _emptied(group: Group) -> TextClause:
    """Reading writes no row without a value; one that an overlay made goes with it."""
    nothing = ", ".join(f"g.{f.code}" for f in group.fields)
    return text(
        f"DELETE FROM register.{group.name} AS g WHERE num_nonnulls({nothing}) = 0"
        " AND g.record_id IN (SELECT record_id FROM overlaid)"
    )
