"""People at the desk of a village: officers by role, flags by rule."""

from typing import Any

from sync.model.desk import Actor, Role
from tests.services.village import Village

_compiled: list[dict[str, Any]] = []
CONDITION = (
    "suites_sha256, compiler_sha256, rule_code, suite, position, condition_sql, turns_on_sql,"
    " stored_at"
)


def officer(unit_code: str, login: str = "an") -> Actor:
    """Who proposes."""
    return Actor(login, frozenset({(Role.HR_OFFICER, unit_code)}))


def approver(unit_code: str, login: str = "binh") -> Actor:
    """The second officer."""
    return Actor(login, frozenset({(Role.HR_APPROVER, unit_code)}))


def steward(login: str = "chi") -> Actor:
    """Who decides about codes."""
    return Actor(login, frozenset({(Role.STEWARD, "")}))


def knowing_rules(village: Village) -> Village:
    """The village's database knows the compiled rules of an earlier one: seconds saved."""
    from sqlalchemy import text

    with village.db.transaction() as conn:
        if _compiled:
            names = [name.strip() for name in CONDITION.split(",")]
            conn.execute(
                text(
                    f"INSERT INTO quality.rule_condition ({CONDITION})"  # noqa: S608 - our own columns
                    f" VALUES ({', '.join(':' + name for name in names)})"
                ),
                _compiled,
            )
    return village


def remember_rules(village: Village) -> None:
    """Keep what the village's first wave compiled."""
    from sqlalchemy import text

    if not _compiled:
        with village.db.transaction() as conn:
            rows = conn.execute(text(f"SELECT {CONDITION} FROM quality.rule_condition"))  # noqa: S608 - our own columns
            _compiled.extend(dict(row) for row in rows.mappings())


def flags(village: Village, rule: str) -> list[tuple[Any, ...]]:
    """(state, effect, due day) of a rule's flags, oldest first."""
    return village.rows(
        "SELECT state, effect, due_on::text FROM quality.flag WHERE rule_code = :rule"
        " ORDER BY flag_id",
        rule=rule,
    )


def flag_id(village: Village, rule: str, *, open_only: bool = True) -> int:
    """The newest flag of a rule."""
    found: int = village.one(
        "SELECT max(flag_id) FROM quality.flag WHERE rule_code = :rule"
        " AND (closed_at IS NULL OR NOT :open_only)",
        rule=rule,
        open_only=open_only,
    )
    return found


def state(village: Village, flag: int) -> str:
    """Where one flag stands."""
    found: str = village.one("SELECT state FROM quality.flag WHERE flag_id = :id", id=flag)
    return found
