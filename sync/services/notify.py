"""Notify: what a unit's office must know is queued once, and sent once by mail.

Queueing and sending are apart: what is queued survives a crash, and a mail server that is down
stops nothing. A mail that the server took is settled at once, in a transaction of its own.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync.logs import log_event
from sync.model.letters import (
    Addressee,
    Desk,
    Fall,
    Held,
    Letter,
    digest_letter,
    hold_letter,
    level_letter,
)
from sync.model.notice import MailState, NoticeKind
from sync.model.reasons import sentence
from sync.services import mail
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.mail import MailServer
from sync.settings import get_settings
from sync.store import outbox
from sync.store.database import Database
from sync.store.outbox import About, Mail, Recipients, Verdict

DIGEST_FROM = time(7, 30)  # of Vietnam; ours
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(hours=6)  # between two tries
TOO_OLD = timedelta(days=3)  # then a notice is no news
OUTCOMES = ("sent", "later", "failed")
NO_ONE = Recipients((), is_mute=False)
UNIT_PATH = "/don-vi/"  # where the unit stands: what an alert speaks of
DESK_PATH = "/viec?unit="  # what is to do: what a digest speaks of
FIELDS = ("field", "rule", "broken")  # what a brake speaks of, beside its code

log = logging.getLogger(__name__)


def queue_due(*, db: Database | None = None, clock: Clock = utc_now) -> dict[str, int]:
    """Alerts at any time, digests from half past seven; again is nothing. Counts of notices."""
    counts = queue_alerts(db=db, clock=clock)
    if _local(clock()).time() >= DIGEST_FROM:
        counts |= queue_digests(db=db, clock=clock)
    return counts


def queue_digests(
    as_of: date | None = None, *, db: Database | None = None, clock: Clock = utc_now
) -> dict[str, int]:
    """One digest a day for each unit with an address that wants it; how many were new."""
    day = as_of or today(clock)
    count = 0
    with (db or database_of()).transaction() as conn:
        wanted = outbox.list_recipients(conn, NoticeKind.DIGEST, day, day)
        for row in outbox.list_desks(conn, day):
            unit = _addressee(row, DESK_PATH)
            about = About(
                unit.unit_code, NoticeKind.DIGEST, day, f"digest:{unit.unit_code}:{day}"
            )
            count += _queue(conn, about, digest_letter(unit, _desk(row), day), wanted, clock())
    log_event(log, "digests_queued", count=count, as_of=day.isoformat())
    return {"digests": count}


def queue_alerts(
    as_of: date | None = None, *, db: Database | None = None, clock: Clock = utc_now
) -> dict[str, int]:
    """Units that fell a level, and deliveries on hold; each said once. How many were new."""
    day = as_of or today(clock)
    with (db or database_of()).transaction() as conn:
        counts = {
            "levels": _queue_falls(conn, day, clock()),
            "holds": _queue_holds(conn, day, clock()),
        }
    log_event(log, "alerts_queued", **counts, as_of=day.isoformat())
    return counts


def _queue_falls(conn: Connection, day: date, at: datetime) -> int:
    count = 0
    for row in outbox.list_falls(conn, day):
        unit, about_on = _addressee(row), row["about_on"]
        about = About(
            unit.unit_code,
            NoticeKind.LEVEL,
            about_on,
            f"level:{unit.unit_code}:{about_on}:{row['level']}",
        )
        fall = Fall(
            *(row[name] for name in ("level", "level_before", "before_on")),
            *(row[name] for name in ("reason_vi", "reason_en")),
        )
        wanted = outbox.list_recipients(conn, NoticeKind.LEVEL, day, about_on)
        count += _queue(conn, about, level_letter(unit, fall, about_on), wanted, at)
    return count


def _queue_holds(conn: Connection, day: date, at: datetime) -> int:
    count = 0
    wanted = outbox.list_recipients(conn, NoticeKind.HOLD, day, day)
    for row in outbox.list_holds(conn, day):
        unit, code, figures = _addressee(row), row["reason_code"], row["figures"]
        subject = next((str(figures[name]) for name in FIELDS if name in figures), "")
        about = About(
            unit.unit_code,
            NoticeKind.HOLD,
            row["about_on"],
            f"hold:{unit.unit_code}:{row['since_entry']}:{code}:{subject}",
        )
        reasons = (sentence(code, figures, english=english) for english in (False, True))
        held = Held(row["snapshot_id"], _local(row["sealed_at"]), *reasons)
        count += _queue(conn, about, hold_letter(unit, held), wanted, at)
    return count


def _queue(
    conn: Connection,
    about: About,
    letter: Letter,
    wanted: Mapping[str, Recipients],
    at: datetime,
) -> bool:
    """Whether the notice was new, and somebody wants it."""
    recipients = wanted.get(about.unit_code, NO_ONE)
    if recipients.is_mute or not recipients.emails:
        return False
    return outbox.add_notice(conn, about, letter, recipients.emails, at)


def send_notices(*, db: Database | None = None, clock: Clock = utc_now) -> dict[str, int]:
    """Try every mail that is due, over one connection; counts of sent, later, failed, dropped.

    A mail server that says "later" (4xx) is asked again after a pause; one that refuses a mail
    (5xx) is not. Without a mail server nothing is sent, and `waiting` mails stay queued.

    Raises:
        SourceUnavailableError: the mail server does not answer; what was not sent stays queued.
        ConfigurationError: the mail server refuses our sign-in or sender.
    """
    database, now = db or database_of(), clock()
    server = mail.find_mail_server()
    with database.transaction() as conn:
        counts = dict.fromkeys(OUTCOMES, 0)
        counts["failed"] = outbox.fail_old(conn, now - TOO_OLD)
        counts["dropped"] = outbox.drop_unwanted(conn, today(clock))
        waiting = outbox.count_due(conn, now)
    if server is None:
        log_event(log, "no_mail_server", waiting=waiting)
        return counts | {"waiting": waiting}
    if waiting:
        _send_due(database, server, clock, counts)
    log_event(log, "notices_sent", **counts)
    return counts | {"waiting": 0}


def _send_due(
    database: Database, server: MailServer, clock: Clock, counts: dict[str, int]
) -> None:
    began = clock()
    with mail.connected(server) as client:
        while True:
            with database.transaction() as conn:
                found = outbox.take_next(conn, began)
                if found is None:
                    return
                code = mail.hand_over(client, server, found, _local(clock()))
                verdict = _verdict(found, code, clock())
                outbox.set_verdict(conn, found, verdict)
            name = "later" if verdict.state is MailState.QUEUED else str(verdict.state)
            counts[name] += 1
            if code in (mail.GONE, mail.CLOSING):
                log_event(log, "notices_sent", **counts)
                raise mail.went_away()


def _verdict(found: Mail, code: int, now: datetime) -> Verdict:
    pause = min(FIRST_PAUSE * 2 ** min(found.attempts, 10), LONGEST_PAUSE)
    state = MailState.QUEUED
    if code == mail.TAKEN:
        state = MailState.SENT
    elif code >= mail.REFUSED_FOR_GOOD:
        state = MailState.FAILED
    return Verdict(state, code, now, now + pause)


def _addressee(row: Mapping[str, Any], path: str = UNIT_PATH) -> Addressee:
    portal = get_settings().portal_url
    return Addressee(
        row["unit_code"],
        row["name_vi"],
        row["name_en"],
        row["is_restricted"],
        f"{portal}{path}{row['unit_code']}" if portal else "",
    )


def _desk(row: Mapping[str, Any]) -> Desk:
    names = (name for name in Desk.__dataclass_fields__ if name != "delivered_at")
    at = row["delivered_at"]
    return Desk(**{name: row[name] for name in names}, delivered_at=_local(at) if at else None)


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(get_settings().timezone))
