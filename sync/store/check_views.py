"""Views and functions the rules look through: one relation a suite, made from the contract.

`staging.check_servant` has one row a record; `staging.check_<list group>` one row a list row.
Each view is its function (`staging.check_servant_of(snapshot_ids)`) asked about all snapshots.
A view alone would aggregate every snapshot first; the function is inlined with its array.
"""

import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import resources

from sqlalchemy import Connection

from sync.contract.record import Group, list_groups, record_groups, single_groups
from sync.store.queries import named_query

# What a list group's rules ask about the person: group of the contract -> field codes.
CONTEXT: dict[str, dict[str, tuple[str, ...]]] = {
    "training_history": {"person": ("ngay_sinh", "trang_thai")},
    "evaluation": {
        "person": ("phan_loai_ho_so", "trang_thai"),
        "recruitment": ("ngay_tuyen_dung",),
    },
    "reward": {"recruitment": ("ngay_tuyen_dung",)},
    "discipline": {
        "person": ("phan_loai_ho_so", "trang_thai"),
        "recruitment": ("ngay_tuyen_dung",),
    },
    "family": {"person": ("ngay_sinh", "gioi_tinh", "so_dinh_danh")},
}

# The lists that are added up.
SUMMED = frozenset(
    ("work_history", "training_history", "evaluation", "family", "salary_history", "discipline")
)

STEP_DEMOTION = """LEFT JOIN (
    SELECT DISTINCT snapshot_id, record_id FROM staging.discipline
    WHERE dc_hinh_thuc = 'HBL' AND dc_ngay_qd < DATE '2025-07-01'
        AND ($1 IS NULL OR snapshot_id = ANY($1))
) AS demotion
    ON demotion.snapshot_id = item.snapshot_id AND demotion.record_id = item.record_id"""

SUMS = """LEFT JOIN staging.sums AS sums
    ON sums.snapshot_id = item.snapshot_id AND sums.record_id = item.record_id
    AND ($1 IS NULL OR sums.snapshot_id = ANY($1))"""

DISCIPLINED_YEAR = """LEFT JOIN (
    SELECT snapshot_id, record_id, date_part('year', dc_ngay_qd)::integer AS year,
        max(dc_ngay_qd) AS disciplined_on
    FROM staging.discipline WHERE $1 IS NULL OR snapshot_id = ANY($1)
    GROUP BY snapshot_id, record_id, 3
) AS measure ON measure.snapshot_id = item.snapshot_id AND measure.record_id = item.record_id
    AND measure.year = item.ev_nam"""

# Further context: group -> (column, join) of each.
DERIVED = {
    "salary_history": (("demotion.record_id IS NOT NULL AS had_step_demotion", STEP_DEMOTION),),
    "training_history": (("sums.ended_on", SUMS),),
    "evaluation": (
        ("measure.disciplined_on", DISCIPLINED_YEAR),
        ("sums.ended_on,\n    sums.post_since", SUMS),
    ),
    "discipline": (("sums.post_since", SUMS),),
}


def views_sha256() -> str:
    """The version of the relations that rules look through."""
    return sha256("\n".join(statements()).encode()).hexdigest()


def create_check_views(conn: Connection, schema: str = "staging") -> None:
    """Create every function and view in one schema; its tables must exist."""
    for statement in statements():
        conn.exec_driver_sql(statement.replace("staging.", f"{schema}."))


def statements() -> Iterator[str]:
    """DDL in order."""
    yield _template("retirement_day").replace("%", "%%")
    yield _template("one_slip").replace("%", "%%")
    yield (
        "CREATE FUNCTION staging.check_document_of(bigint[]) RETURNS SETOF staging.document"
        " LANGUAGE sql STABLE PARALLEL SAFE"
        " AS $body$ SELECT * FROM staging.document"
        " WHERE $1 IS NULL OR snapshot_id = ANY($1) $body$"
    )
    yield from _function_and_view("check_servant", _servant())
    yield from _function_and_view("check_register", _template("register"))
    yield from _function_and_view("check_snapshot", _template("snapshot"))
    for group in checked_list_groups():
        yield from _function_and_view(f"check_{group.name}", _list(group))


def checked_list_groups() -> tuple[Group, ...]:
    """List groups that travel on the plain channel."""
    return tuple(group for group in list_groups() if _open_fields(group))


def groups_looked_at(suite: str) -> frozenset[str]:
    """Groups whose staged rows the relation of a suite reads."""
    seen = _function_of(suite)
    groups = {name for name in record_groups() if re.search(rf"staging\.{name}\b", seen)}
    if "staging.sums" in seen:  # a list's rows look only at what the posts add up to
        groups |= SUMMED if suite == "servant" else {"work_history"}
    return frozenset(groups)


def adds_up(suite: str) -> bool:
    """Whether the relation of a suite reads what the lists of a record add up to."""
    return "staging.sums" in _function_of(suite)


def looks_around(suite: str) -> bool:
    """Whether the relation of a suite reads what other records say."""
    return "staging.context" in _function_of(suite)


def definition_of(suite: str) -> str:
    """What a suite's rules look through: its function, and what was added up for it."""
    return _function_of(suite) + (named_query("stage_sums").text if adds_up(suite) else "")


@cache
def _function_of(suite: str) -> str:
    """The DDL of the function that a suite's rules look through."""
    return "".join(part for part in statements() if f" staging.check_{suite}_of(" in part)


def _open_fields(group: Group) -> list[str]:
    return [field.code for field in group.fields if not field.is_secret]


def _template(name: str) -> str:
    path = resources.files("sync.store") / "sql" / "check_views" / f"{name}.sql"
    return path.read_text(encoding="utf-8")


def _function_and_view(name: str, query: str) -> Iterator[str]:
    """A view gives the row type, the function takes the snapshots; both hold the same query."""
    for_all = query.replace("$1", "NULL::bigint[]")
    for statement in (
        f"CREATE VIEW staging.{name} AS {for_all}",
        f"CREATE FUNCTION staging.{name}_of(bigint[]) RETURNS SETOF staging.{name}"
        f" LANGUAGE sql STABLE PARALLEL SAFE AS $body$ {query} $body$",
    ):
        yield statement.replace("%", "%%")


def _join(group: str, to: str) -> str:
    return (
        f'LEFT JOIN staging.{group} AS "{group}" ON "{group}".snapshot_id = {to}.snapshot_id'
        f' AND "{group}".record_id = {to}.record_id'
        f' AND ($1 IS NULL OR "{group}".snapshot_id = ANY($1))'
    )


def _servant() -> str:
    groups = [group for group in single_groups() if _open_fields(group)]
    names = [group.name for group in groups]
    return _template("servant").format(
        fields=",\n    ".join(f'"{g.name}".{code}' for g in groups for code in _open_fields(g)),
        unreadable=" || ".join(f'"{name}".unreadable_fields' for name in names),
        converted=" || ".join(f'"{name}".converted_fields' for name in names),
        joins="\n".join(_join(name, "person") for name in names if name != "person"),
    )


def _list(group: Group) -> str:
    context = CONTEXT.get(group.name, {})
    columns = [f'"{source}".{code}' for source, codes in context.items() for code in codes]
    joins = [_join(source, "item") for source in context]
    for column, join in DERIVED.get(group.name, ()):
        columns.append(column)
        joins.append(join)
    return _template("list").format(
        group=group.name,
        fields=",\n    ".join(f"item.{code}" for code in _open_fields(group)),
        context="".join(f",\n    {column}" for column in columns),
        joins="\n".join(joins),
    )
