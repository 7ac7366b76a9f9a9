"""Dispute: an officer's word that the population register is wrong about a record.

Errors of name, sex and birth date stand on that side too and are corrected only through the
police; until then the rules are silent, the record counts as disputed, and nothing is
overwritten.
"""

from datetime import datetime

from sqlalchemy import Connection

from sync.model.errors import ConfigurationError, IllegalTransitionError
from sync.model.population import NEXT_POPULATION_STATES, PopulationStatus
from sync.model.reason import stated_reason
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.secrets import value_key
from sync.store import ledger, population
from sync.store.database import Database
from sync.store.locks import lock_unit
from sync.store.population import RecordAnswer

ACTIONS = {True: "population_disputed", False: "population_dispute_undone"}


def dispute_answer(
    record_id: int,
    *,
    actor: str,
    reason: str,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> PopulationStatus:
    """The register is wrong about this record; holds for the values it was asked about.

    Raises:
        NotFoundError: the register holds no such record.
        IllegalTransitionError: there is no answer to dispute about its present values.
        ConfigurationError: no reason, or one that quotes the person.
    """
    return _decide(record_id, True, (actor, reason.strip()), db or database_of(), clock)


def undo_dispute(
    record_id: int,
    *,
    actor: str,
    reason: str,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> PopulationStatus:
    """The register was right after all; its rules speak again.

    Raises:
        as `dispute_answer`.
    """
    return _decide(record_id, False, (actor, reason.strip()), db or database_of(), clock)


def _decide(
    record_id: int, is_wrong: bool, word: tuple[str, str], database: Database, clock: Clock
) -> PopulationStatus:
    with database.transaction() as conn:
        found = population.get_answer(conn, record_id, value_key(), word[1])
        lock_unit(conn, found.unit_code)
        found = population.get_answer(conn, record_id, value_key(), word[1])
        _check_reason(word[1], found)
        wanted = PopulationStatus.DISPUTED if is_wrong else found.answer
        _check_move(record_id, found.status, wanted)
        now = clock()
        population.set_dispute(conn, record_id, word if is_wrong else None, now)
        _enter(conn, found, (record_id, is_wrong, word), now, clock)
    return wanted


def _check_reason(reason: str, found: RecordAnswer) -> None:
    if found.quotes_person:
        raise ConfigurationError(
            "The reason quotes the person: say why without name, number or birth date."
        )
    stated_reason(reason)


def _check_move(record_id: int, status: PopulationStatus, wanted: PopulationStatus) -> None:
    allowed = NEXT_POPULATION_STATES[status]
    if wanted not in allowed:
        raise IllegalTransitionError(f"Record {record_id}", status, wanted, allowed)


def _enter(
    conn: Connection,
    found: RecordAnswer,
    decision: tuple[int, bool, tuple[str, str]],
    now: datetime,
    clock: Clock,
) -> None:
    record_id, is_wrong, (actor, reason) = decision
    ledger.append(
        conn,
        ledger.Entry(
            unit_code=found.unit_code,
            action=ACTIONS[is_wrong],
            actor=actor,
            as_of=today(clock),
            recorded_at=now,
            figures={"record_id": record_id, "answer": str(found.answer), "reason": reason},
        ),
    )
