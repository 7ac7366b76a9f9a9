"""Verify: are people who the population register says they are? Nothing of theirs changes.

A mismatch never overwrites: it becomes a finding for both sides at the next wave (rules ID015,
ID016), and either side may be wrong. Order to match everybody: TB 43/TB-VPCP, 26/01/2026.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sync.model.errors import (
    SourceRejectedError,
    SourceUnavailableError,
    SyncError,
    UnreadableAnswerError,
)
from sync.model.population import PopulationStatus, Verdict
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.secrets import find_secret, value_key
from sync.settings import get_settings
from sync.sources.population import Access, PopulationRegister, open_population_register
from sync.store import ledger, population, registry
from sync.store.database import Database
from sync.store.locks import lock_unit

REASONS: dict[type[SyncError], str] = {
    SourceUnavailableError: "source_unavailable",
    SourceRejectedError: "source_rejected",
    UnreadableAnswerError: "unreadable_answer",
}
OF_THE_REGISTER = tuple(REASONS)
COUNTED = (PopulationStatus.MATCHED, PopulationStatus.MISMATCHED, PopulationStatus.NOT_FOUND)


@dataclass(slots=True)
class Tally:
    """What came of the questions about one unit."""

    due: int = 0
    asked: int = 0
    counts: dict[PopulationStatus, int] = field(
        default_factory=lambda: dict.fromkeys(COUNTED, 0)
    )
    disputes_ended: int = 0
    stopped: str = ""  # why some who were due were not asked

    def add(self, asked: int, verdicts: Mapping[int, Verdict], disputes_ended: int) -> None:
        """Count one batch."""
        self.asked += asked
        for verdict in verdicts.values():
            self.counts[verdict.status] += 1
        self.disputes_ended += disputes_ended

    def figures(self) -> dict[str, Any]:
        """Counts by name, for the ledger and for people."""
        named = {str(status): count for status, count in self.counts.items()}
        return {
            "due": self.due,
            "asked": self.asked,
            **named,
            "unanswered": self.asked - sum(self.counts.values()),
            "disputes_ended": self.disputes_ended,
        }


def list_units_to_verify(*, db: Database | None = None, clock: Clock = utc_now) -> list[str]:
    """Units with people to ask about, longest waiting first; none while the register rests."""
    with (db or database_of()).transaction() as conn:
        if population.find_pause(conn, clock()):
            return []
        return population.list_due_units(conn, value_key(), clock())


def verify_unit(
    unit_code: str,
    limit: int | None = None,
    *,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> dict[str, Any]:
    """Ask about everybody of a unit whose values or answer are not known good; counts.

    Every batch is kept as it is answered: broken off, the next call goes on from there.

    Raises:
        SourceUnavailableError, SourceRejectedError, UnreadableAnswerError: a ledger entry with
            what was done is already written; a register that fails is let alone for a while.
        ConfigurationError: no population register is registered, or its secret is missing.
        NotFoundError: there never was such a unit.
    """
    database = db or database_of()
    with closing(open_register(database)) as register:
        return _Verification(database, register, clock).unit(unit_code, limit)


def verify_all(
    limit: int | None = None, *, db: Database | None = None, clock: Clock = utc_now
) -> Iterator[dict[str, Any]]:
    """The same for every unit, longest waiting first, at most `limit` people in all.

    Raises:
        as `verify_unit`; the units before are done.
    """
    database = db or database_of()
    left = limit
    with closing(open_register(database)) as register:
        verification = _Verification(database, register, clock)
        for unit_code in list_units_to_verify(db=database, clock=clock):
            result = verification.unit(unit_code, left)
            yield result
            left = None if left is None else left - result["asked"]
            if result["stopped"] or left == 0:
                return


def list_standings(
    *, db: Database | None = None, clock: Clock = utc_now
) -> list[dict[str, Any]]:
    """Per unit: live, matched, mismatched, not_found, disputed, not_checked and more."""
    with (db or database_of()).transaction() as conn:
        return [asdict(s) for s in population.list_standings(conn, value_key(), clock())]


def register_population(
    address: str, auth: str, secret_name: str | None, *, db: Database | None = None
) -> None:
    """Say where the population register is, and which secret opens it."""
    with (db or database_of()).transaction() as conn:
        population.set_register(conn, population.RegisterEntry(address, auth, secret_name))


def open_register(database: Database) -> PopulationRegister:
    """The register as it is registered.

    Raises:
        ConfigurationError: it is not, or its secret is missing.
    """
    with database.transaction() as conn:
        entry = population.get_register(conn)
    settings = get_settings()
    return open_population_register(
        Access(entry.address, entry.auth, find_secret(entry.secret_name)),
        timeout_s=settings.http_timeout_s,
        attempts=settings.http_attempts,
        per_second=settings.population_requests_per_s,
    )


@dataclass(frozen=True, slots=True)
class _Verification:
    database: Database
    register: PopulationRegister
    clock: Clock

    def unit(self, unit_code: str, limit: int | None) -> dict[str, Any]:
        """One unit, batch by batch, and its ledger entry."""
        tally = Tally()
        try:
            self._ask_all(unit_code, limit, tally)
        except OF_THE_REGISTER as error:
            self._stop(unit_code, tally, error)
            raise
        if tally.asked:
            self._enter(unit_code, tally)
        return {"unit_code": unit_code, **tally.figures(), "stopped": tally.stopped}

    def _ask_all(self, unit_code: str, limit: int | None, tally: Tally) -> None:
        with self.database.transaction() as conn:
            registry.get_unit(conn, unit_code)
            now = self.clock()
            due = population.list_due(conn, unit_code, value_key(), now, limit)
            tally.due = len(due)
            tally.stopped = "paused" if due and population.find_pause(conn, now) else ""
        size = get_settings().population_batch
        for first in range(0, len(due), size):
            if tally.stopped:
                return
            self._ask(unit_code, due[first : first + size], tally)

    def _ask(self, unit_code: str, record_ids: Sequence[int], tally: Tally) -> None:
        """One batch: reserve within the day's limit, ask without a transaction, keep."""
        settings, now = get_settings(), self.clock()
        with self.database.transaction() as conn:
            granted = population.reserve_questions(
                conn, today(self.clock), len(record_ids), settings.population_daily_limit
            )
            people = population.list_asked(conn, record_ids[:granted], value_key())
        if granted < len(record_ids):
            tally.stopped = "daily_limit"
        verdicts = self.register.verify(people) if people else {}
        valid_until = now + timedelta(days=settings.population_valid_days)
        batch = population.Batch(unit_code, people, now, valid_until)
        with self.database.transaction() as conn:
            lock_unit(conn, unit_code)
            ended = population.set_verdicts(conn, batch, verdicts)
        tally.add(len(people), verdicts, ended)

    def _stop(self, unit_code: str, tally: Tally, error: SyncError) -> None:
        tally.stopped = REASONS[type(error)]
        if isinstance(error, SourceUnavailableError):
            pause = timedelta(seconds=get_settings().population_pause_s)
            with self.database.transaction() as conn:
                population.pause_until(conn, today(self.clock), self.clock() + pause)
        self._enter(unit_code, tally)

    def _enter(self, unit_code: str, tally: Tally) -> None:
        with self.database.transaction() as conn:
            ledger.append(
                conn,
                ledger.Entry(
                    unit_code=unit_code,
                    action="population_verified",
                    actor=ledger.PIPELINE,
                    as_of=today(self.clock),
                    recorded_at=self.clock(),
                    reason_code=tally.stopped,
                    figures=tally.figures(),
                ),
            )
