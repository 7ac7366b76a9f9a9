"""A unit's own codes for national ones: applied to what was read, proposed, decided."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, text

from sync.model.desk import MappingState
from sync.model.errors import NotFoundError
from sync.store.queries import named_query, run_named

COLUMNS = (
    "mapping_id, unit_code, code_list, local_code, national_code, reason, state, proposed_by,"
    " proposed_at, decided_by, decided_at, decision_reason, ended_at"
)

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


@dataclass(frozen=True, slots=True)
class NewMapping:
    """A unit's own code of a list, and the national one it stands for."""

    unit_code: str
    code_list: str
    local_code: str
    national_code: str


@dataclass(frozen=True, slots=True)
class CodeMapping:
    """One mapping and where it stands."""

    mapping_id: int
    unit_code: str
    code_list: str
    local_code: str
    national_code: str
    reason: str
    state: MappingState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NationalCode:
    """One code of a national list."""

    code: str
    name_vi: str
    name_en: str


def is_asked_about(conn: Connection, new: NewMapping, rules: Sequence[str]) -> bool:
    """Whether a cause of the unit quotes this code; what may not be quoted is not mapped."""
    return bool(
        conn.execute(
            text(
                "SELECT EXISTS (SELECT FROM quality.cause WHERE unit_code = :unit_code"
                " AND label = :local_code AND label <> '' AND rule_code = ANY(:rules))"
            ),
            {
                "unit_code": new.unit_code,
                "local_code": new.local_code,
                "rules": list(rules),
            },
        ).scalar_one()
    )


def count_records(
    conn: Connection, unit_code: str, cause_hmac: bytes, rules: Sequence[str]
) -> int:
    """Records of the unit that open findings of this cause are about."""
    return int(
        conn.execute(
            text(
                "SELECT coalesce(sum(record_count), 0) FROM quality.cause"
                " WHERE unit_code = :unit_code AND cause_hmac = :cause"
                " AND rule_code = ANY(:rules)"
            ),
            {"unit_code": unit_code, "cause": cause_hmac, "rules": list(rules)},
        ).scalar_one()
    )


def list_national(conn: Connection, code_list: str, day: date) -> list[NationalCode]:
    """Codes of a list that hold on a day, by code."""
    rows = run_named(conn, "mappings/national", {"code_list": code_list, "day": day})
    return [NationalCode(**row) for row in rows.mappings()]


def is_national(conn: Connection, code_list: str, code: str, day: date) -> bool:
    """Whether the list has the code on the day."""
    return any(each.code == code for each in list_national(conn, code_list, day))


def add(conn: Connection, new: NewMapping, reason: str, by: tuple[str, datetime]) -> int:
    """Propose; the new mapping's id. `by`: who, and when."""
    return int(
        conn.execute(
            text(
                "INSERT INTO registry.code_mapping (unit_code, code_list, local_code,"
                " national_code, reason, state, proposed_by, proposed_at) VALUES"
                " (:unit_code, :code_list, :local_code, :national_code, :reason, 'proposed',"
                " :actor, :now) RETURNING mapping_id"
            ),
            {**asdict(new), "reason": reason, "actor": by[0], "now": by[1]},
        ).scalar_one()
    )


def find_in_force(conn: Connection, new: NewMapping) -> CodeMapping | None:
    """The mapping of this code that waits or holds, if any."""
    rows = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM registry.code_mapping WHERE unit_code = :unit_code"
            " AND code_list = :code_list AND local_code = :local_code"
            " AND state IN ('proposed', 'approved')"
        ),
        {key: value for key, value in asdict(new).items() if key != "national_code"},
    )
    return next((_mapping(row) for row in rows.mappings()), None)


def get(conn: Connection, mapping_id: int, *, for_update: bool = False) -> CodeMapping:
    """One mapping.

    Raises:
        NotFoundError: there is none with this id, or this viewer may not see it.
    """
    lock = " FOR UPDATE" if for_update else ""
    rows = conn.execute(
        text(f"SELECT {COLUMNS} FROM registry.code_mapping WHERE mapping_id = :id{lock}"),
        {"id": mapping_id},
    )
    found = next((_mapping(row) for row in rows.mappings()), None)
    if found is None:
        raise NotFoundError(
            f"There is no mapping {mapping_id}: list them with cbccvc mappings list."
        )
    return found


def list_in_states(
    conn: Connection, unit_code: str | None, states: Sequence[MappingState]
) -> list[CodeMapping]:
    """Mappings of one unit or of all in these states, oldest first."""
    rows = conn.execute(
        text(
            f"SELECT {COLUMNS} FROM registry.code_mapping WHERE state = ANY(:states)"
            " AND (CAST(:unit_code AS text) IS NULL OR unit_code = :unit_code)"
            " ORDER BY mapping_id"
        ),
        {"unit_code": unit_code, "states": [str(state) for state in states]},
    )
    return [_mapping(row) for row in rows.mappings()]


def decide(
    conn: Connection, mapping_id: int, state: MappingState, word: tuple[str, str, datetime]
) -> None:
    """A steward's word: who, why and when."""
    actor, reason, now = word
    conn.execute(
        text(
            "UPDATE registry.code_mapping SET state = :state, decided_by = :actor,"
            " decision_reason = :reason, decided_at = :now WHERE mapping_id = :id"
        ),
        {"id": mapping_id, "state": str(state), "actor": actor, "reason": reason, "now": now},
    )


def withdraw(conn: Connection, mapping_id: int, now: datetime) -> None:
    """Taken back; who decided before stays."""
    conn.execute(
        text(
            "UPDATE registry.code_mapping SET state = 'withdrawn', ended_at = :now"
            " WHERE mapping_id = :id"
        ),
        {"id": mapping_id, "now": now},
    )


def follow(
    conn: Connection, mapping_id: int, cause_hmac: bytes, fields: Sequence[str], now: datetime
) -> int:
    """Queue the records and move the flags that the mapping's state concerns; how many are
    read again."""
    return int(
        conn.execute(
            text("SELECT quality.follow_mapping(:id, :cause, :fields, :now)"),
            {"id": mapping_id, "cause": cause_hmac, "fields": list(fields), "now": now},
        ).scalar_one()
    )


def _mapping(row: RowMapping) -> CodeMapping:
    return CodeMapping(**{**row, "state": MappingState(row["state"])})
