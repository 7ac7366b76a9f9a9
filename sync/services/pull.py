"""Pull: one unit's whole answer → one sealed snapshot. Broken off half-way, nothing changed."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Connection

from sync.model.errors import (
    DeadlineError,
    SourceRejectedError,
    SourceUnavailableError,
    SyncError,
    UnreadableAnswerError,
)
from sync.model.source import Connector, Page, Source
from sync.model.states import Outcome
from sync.services.basis import profile_content
from sync.services.context import Clock, database_of, utc_now
from sync.services.secrets import find_secret
from sync.settings import get_settings
from sync.sources.connect import open_connector
from sync.sources.profiles import load_profile
from sync.store import documents, ledger, quality, registry, snapshots, waves
from sync.store.database import Database
from sync.store.locks import lock_pull

REASONS: dict[type[SyncError], tuple[Outcome, str]] = {
    DeadlineError: (Outcome.UNAVAILABLE, "deadline"),
    SourceUnavailableError: (Outcome.UNAVAILABLE, "source_unavailable"),
    SourceRejectedError: (Outcome.REJECTED, "source_rejected"),
    UnreadableAnswerError: (Outcome.UNREADABLE, "unreadable_answer"),
}


@dataclass
class Tally:
    """What came so far."""

    received: int = 0
    kept: int = 0
    pages: int = 0
    announced: int | None = None
    page_digests: list[bytes] = field(default_factory=list)

    def add(self, page: Page, kept: int) -> None:
        """Count one page."""
        self.received += len(page.documents)
        self.kept += kept
        self.pages += 1
        self.announced = page.announced if page.announced is not None else self.announced
        self.page_digests.append(page.sha256)


def pull_unit(
    unit_code: str, wave_key: str, *, db: Database | None = None, clock: Clock = utc_now
) -> int:
    """Ask one unit for everything and seal its answer; returns the snapshot's id.

    Raises:
        SourceUnavailableError, SourceRejectedError, UnreadableAnswerError: the unit's outcome
            and a ledger entry are already written.
    """
    database = db or database_of()
    with database.transaction() as conn:
        as_of = waves.get_as_of(conn, wave_key)
        source = registry.get_source(conn, unit_code, as_of)
    tally = Tally()
    try:
        return _pull(database, source, wave_key, tally, clock)
    except SyncError as error:
        outcome, code = REASONS.get(type(error), (Outcome.FAILED, "failed"))
        _record_failure(database, source, wave_key, (outcome, code, tally.pages + 1), clock)
        raise


def _pull(database: Database, source: Source, wave_key: str, tally: Tally, clock: Clock) -> int:
    settings = get_settings()
    profile = load_profile(source.profile_name)
    secret = find_secret(source.secret_name)
    connector = open_connector(
        source,
        profile,
        secret,
        timeout_s=settings.http_timeout_s,
        attempts=settings.http_attempts,
    )
    try:
        with database.transaction() as conn:  # apart: others with this profile need not wait
            registry.set_profile(conn, profile.name, profile.sha256, profile_content(profile))
        with database.transaction() as conn:
            lock_pull(conn, source.unit_code)
            as_of = waves.get_as_of(conn, wave_key)
            new = snapshots.NewSnapshot(
                source.source_code, source.unit_code, wave_key, as_of, profile.sha256, clock()
            )
            snapshot_id = snapshots.open_snapshot(conn, new)
            _take_pages(conn, connector, source, tally, clock)
            _seal(conn, snapshot_id, tally, clock)
    finally:
        connector.close()
    return snapshot_id


def _take_pages(
    conn: Connection, connector: Connector, source: Source, tally: Tally, clock: Clock
) -> None:
    """Page by page, in bounded memory, until the answer or the time is over."""
    deadline_s = get_settings().pull_deadline_s
    deadline = clock() + timedelta(seconds=deadline_s)
    documents.open_arrivals(conn)
    for page in connector.pages():
        tally.add(page, documents.add_page(conn, source.unit_code, page.documents))
        if clock() > deadline:
            raise DeadlineError(
                f"Source {source.source_code} was still answering after {deadline_s} s;"
                " the next wave asks again."
            )


def _seal(conn: Connection, snapshot_id: int, tally: Tally, clock: Clock) -> None:
    snapshot = snapshots.get(conn, snapshot_id)
    key_list = documents.seal_arrivals(conn, snapshot.unit_code, snapshot_id)
    snapshots.seal(
        conn,
        snapshot_id,
        {
            "announced": tally.announced,
            "received": tally.received,
            "pages": tally.pages,
            "pages_sha256": sha256(b"".join(tally.page_digests)).digest(),
            "key_list_sha256": key_list,
            "sealed_at": clock(),
        },
    )
    older = snapshots.supersede_older(conn, snapshot_id)
    quality.queue_checked(conn, older)
    waves.supersede_outcomes(conn, older, (Outcome.SUPERSEDED, "superseded"), clock())
    unit = waves.WaveUnit(snapshot.unit_code, Outcome.PULLED, "", {}, snapshot_id)
    # with the seal, not after it: whoever admits the snapshot at once has the last word
    waves.set_outcome(conn, snapshot.wave_key, unit, clock())
    ledger.append(
        conn,
        ledger.about(
            snapshot,
            "snapshot_sealed",
            clock(),
            figures={"kept": tally.kept},
            counts={"announced": tally.announced, "received": tally.received},
        ),
    )


def _record_failure(
    database: Database,
    source: Source,
    wave_key: str,
    failure: tuple[Outcome, str, int],
    clock: Clock,
) -> None:
    outcome, code, page = failure
    figures = {"page": page, "seconds": get_settings().pull_deadline_s}
    with database.transaction() as conn:
        unit = waves.WaveUnit(source.unit_code, outcome, code, figures, None)
        waves.set_outcome(conn, wave_key, unit, clock())
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=source.unit_code,
                action="pull_failed",
                actor=ledger.PIPELINE,
                as_of=waves.get_as_of(conn, wave_key),
                recorded_at=clock(),
                wave_key=wave_key,
                reason_code=code,
                figures=figures,
            ),
        )
