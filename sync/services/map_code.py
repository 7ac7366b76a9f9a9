"""Map a unit's own code once: HR proposes a national one, a steward decides.

Approved, every record that says the code is read again with the national one in its place, and
no other record is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from sync.model.desk import NEXT_MAPPING_STATES, Actor, MappingState, Role, check_step
from sync.model.errors import (
    IllegalTransitionError,
    NotFoundError,
    RefusedValueError,
    SecondOfficerNeededError,
)
from sync.model.reason import stated_reason
from sync.services.basis import current_suites
from sync.services.code_fields import fields_of_lists, unknown_code_rules
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.permissions import check_may
from sync.services.secrets import value_key
from sync.store import code_mappings, ledger
from sync.store.code_mappings import CodeMapping, NationalCode, NewMapping
from sync.store.database import Database
from sync.store.locks import lock_unit


@dataclass(frozen=True, slots=True)
class Decision:
    """A steward's word, and why."""

    is_approved: bool
    reason: str = ""


def propose_mapping(
    new: NewMapping,
    reason: str,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> CodeMapping:
    """A national code for one of the unit's own; its flags wait for the steward.

    Raises:
        PermissionDeniedError: the actor is no HR officer of the unit.
        NotFoundError: nobody asks about such a code of the unit, or it may not be quoted.
        RefusedValueError: the national code is not in its list today.
        IllegalTransitionError: the code is mapped or waits already.
        ConfigurationError: no reason, or one that quotes a number.
    """
    said, now = stated_reason(reason), clock()
    check_may(actor, Role.HR_OFFICER, new.unit_code)
    with (db or database_of()).transaction() as conn:
        lock_unit(conn, new.unit_code)
        rules = _rules_of(new.code_list)
        if not code_mappings.is_asked_about(conn, new, rules):
            raise NotFoundError(
                f"Unit {new.unit_code} has no question about such a code of list"
                f" {new.code_list}: choose one of its causes."
            )
        _check_codes(conn, new, clock)
        known = code_mappings.find_in_force(conn, new)
        if known is not None:
            raise IllegalTransitionError(
                f"Mapping {known.mapping_id} of this code",
                known.state,
                "proposed",
                ["withdrawn"],
            )
        mapping_id = code_mappings.add(conn, new, said, (actor.login, now))
        return _follow(conn, mapping_id, (actor, said), clock)


def decide_mapping(
    mapping_id: int,
    decision: Decision,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> CodeMapping:
    """The steward approves or declines; approved, the records concerned are read again.

    Raises:
        NotFoundError: there is no such mapping.
        PermissionDeniedError: the actor is no steward, or proposed it.
        IllegalTransitionError: it was decided already; names what is possible.
        RefusedValueError: the national code is not in its list any more.
        ConfigurationError: declined without a reason.
    """
    check_may(actor, Role.STEWARD)
    said = decision.reason.strip()
    if said or not decision.is_approved:
        said = stated_reason(said)
    wanted = MappingState.APPROVED if decision.is_approved else MappingState.DECLINED
    with (db or database_of()).transaction() as conn:
        found = _lock(conn, mapping_id)
        check_step(f"Mapping {mapping_id}", found.state, wanted, NEXT_MAPPING_STATES)
        if found.proposed_by == actor.login:
            raise SecondOfficerNeededError(
                f"Mapping {mapping_id} needs somebody else's word: you proposed it."
            )
        if decision.is_approved:
            _check_national(conn, found.code_list, found.national_code, clock)
        code_mappings.decide(conn, mapping_id, wanted, (actor.login, said, clock()))
        return _follow(conn, mapping_id, (actor, said), clock)


def withdraw_mapping(
    mapping_id: int,
    reason: str,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> CodeMapping:
    """Take back a proposal (its unit's officer) or an approved mapping (a steward).

    Records that were read by it are read again.

    Raises:
        NotFoundError: there is no such mapping.
        PermissionDeniedError: the actor has not the role.
        IllegalTransitionError: it ended already.
        ConfigurationError: no reason, or one that quotes a number.
    """
    said = stated_reason(reason)
    with (db or database_of()).transaction() as conn:
        found = _lock(conn, mapping_id)
        if found.state is MappingState.APPROVED:
            check_may(actor, Role.STEWARD)
        else:
            check_may(actor, Role.HR_OFFICER, found.unit_code)
        subject = f"Mapping {mapping_id}"
        check_step(subject, found.state, MappingState.WITHDRAWN, NEXT_MAPPING_STATES)
        code_mappings.withdraw(conn, mapping_id, clock())
        return _follow(conn, mapping_id, (actor, said), clock)


def list_mappings(
    unit_code: str | None = None,
    states: Sequence[MappingState] = (MappingState.PROPOSED, MappingState.APPROVED),
    *,
    db: Database | None = None,
) -> list[CodeMapping]:
    """Mappings of one unit or of all, oldest first."""
    with (db or database_of()).transaction() as conn:
        return code_mappings.list_in_states(conn, unit_code, states)


def list_national_codes(
    code_list: str, *, db: Database | None = None, clock: Clock = utc_now
) -> list[NationalCode]:
    """Codes of a national list that hold today, with their names, by code."""
    with (db or database_of()).transaction() as conn:
        return code_mappings.list_national(conn, code_list, today(clock))


def count_records_of(mapping: CodeMapping, *, db: Database | None = None) -> int:
    """How many records of the unit ask about the code now; no record is named."""
    with (db or database_of()).transaction() as conn:
        cause = value_key().digest(mapping.local_code)
        rules = _rules_of(mapping.code_list)
        return code_mappings.count_records(conn, mapping.unit_code, cause, rules)


def _lock(conn: Connection, mapping_id: int) -> CodeMapping:
    lock_unit(conn, code_mappings.get(conn, mapping_id).unit_code)
    return code_mappings.get(conn, mapping_id, for_update=True)


def _rules_of(code_list: str) -> list[str]:
    """Rules that find codes which the list does not know."""
    fields = {field for _, field in fields_of_lists().get(code_list, ())}
    rules = current_suites().rules
    unknown = unknown_code_rules()
    return [rule.code for rule in rules if rule.code in unknown and rule.field in fields]


def _check_codes(conn: Connection, new: NewMapping, clock: Clock) -> None:
    """The own code is nobody else's, the national one is in its list."""
    if code_mappings.is_national(conn, new.code_list, new.local_code, today(clock)):
        raise RefusedValueError(
            f"That code of list {new.code_list} is a national one: correct the records.",
            problem="is_national",
        )
    _check_national(conn, new.code_list, new.national_code, clock)


def _check_national(conn: Connection, code_list: str, code: str, clock: Clock) -> None:
    if not code_mappings.is_national(conn, code_list, code, today(clock)):
        raise RefusedValueError(
            f"List {code_list} has no such code today: choose one of the list.",
            problem="not_in_list",
        )


def _follow(
    conn: Connection, mapping_id: int, word: tuple[Actor, str], clock: Clock
) -> CodeMapping:
    """What the new state sets in motion, and its ledger entry."""
    found, now = code_mappings.get(conn, mapping_id), clock()
    cause = value_key().digest(found.local_code)
    fields = [field for _, field in fields_of_lists().get(found.code_list, ())]
    queued = code_mappings.follow(conn, mapping_id, cause, fields, now)
    figures: dict[str, Any] = {
        "mapping_id": mapping_id,
        "code_list": found.code_list,
        "local_code": found.local_code,
        "national_code": found.national_code,
        "records_queued": queued,
    }
    ledger.append(
        conn,
        ledger.Entry(
            unit_code=found.unit_code,
            action=f"mapping_{found.state}",
            actor=word[0].login,
            as_of=today(clock),
            recorded_at=now,
            figures=figures | ({"reason": word[1]} if word[1] else {}),
        ),
    )
    return found
