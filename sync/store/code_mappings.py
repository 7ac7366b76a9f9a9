"""A unit's own codes for national ones: applied to what was read, proposed, decided."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from sync.store.queries import named_query

Places = Mapping[str, Sequence[tuple[str, str]]]  # code list -> (group, field) that speak it


def apply(
    conn: Connection,
    snapshot_ids: Sequence[int],
    pass_no: int,
    places: Places,
    *,
    schema: str = "staging",
) -> None:
    """National codes in place of the units' own, in the rows that one pass typed."""
    scope = {"snapshot_ids": list(snapshot_ids)}
    for code_list in conn.execute(named_query("mappings/lists"), scope).scalars().all():
        for group, field in places.get(code_list, ()):
            statement = named_query("mappings/apply").text.format(group=group, field=field)
            conn.execute(
                text(statement.replace("staging.", f"{schema}.")),
                {**scope, "pass_no": pass_no, "code_list": code_list},
            )
