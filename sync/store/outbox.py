"""What is to be told to units, the mails that tell it, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from sync.model.letters import Letter
from sync.model.notice import MailState, NoticeKind
from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class Recipients:
    """Addresses of one unit that want a kind of notice, and whether the unit is mute."""

    emails: tuple[str, ...]
    is_mute: bool


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about; the key is the same when the same thing is said again."""

    unit_code: str
    kind: NoticeKind
    about_on: date
    about_key: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to be tried, with its text."""

    mail_id: int
    email: str
    message_key: UUID
    attempts: int
    unit_code: str
    kind: str
    letter: Letter


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a try: the mail's state, the server's answer, when it is tried next."""

    state: MailState
    smtp_code: int
    at: datetime
    next_try_at: datetime


def list_desks(conn: Connection, as_of: date) -> Sequence[Mapping[str, Any]]:
    """Per unit: counts of its flags, its last delivery, its level; columns as in the file."""
    return _rows(conn, "notices/desks", as_of)


def list_falls(conn: Connection, as_of: date) -> Sequence[Mapping[str, Any]]:
    """Units that stand lower than before; columns as in the file."""
    return _rows(conn, "notices/falls", as_of)


def list_holds(conn: Connection, as_of: date) -> Sequence[Mapping[str, Any]]:
    """Deliveries on hold; columns as in the file."""
    return _rows(conn, "notices/holds", as_of)


def list_recipients(
    conn: Connection, kind: NoticeKind, as_of: date, about_on: date
) -> dict[str, Recipients]:
    """Who wants this kind today, by unit; mute is who did not on the day it is about."""
    bound = {"kind": kind, "as_of": as_of, "about_on": about_on}
    found: dict[str, Recipients] = {}
    for row in conn.execute(named_query("notices/recipients"), bound):
        before = found.get(row.unit_code, Recipients((), row.is_mute)).emails
        found[row.unit_code] = Recipients((*before, row.email), row.is_mute)
    return found


def add_notice(
    conn: Connection, about: About, letter: Letter, emails: Sequence[str], at: datetime
) -> bool:
    """Queue one mail an address, unless the same thing was said before; whether it was new."""
    notice_id = conn.execute(
        text(
            "INSERT INTO registry.notice (unit_code, kind, about_on, about_key, subject,"
            " body_vi, body_en, queued_at) VALUES (:unit_code, :kind, :about_on, :about_key,"
            " :subject, :body_vi, :body_en, :at) ON CONFLICT (about_key) DO NOTHING"
            " RETURNING notice_id"
        ),
        {
            "unit_code": about.unit_code,
            "kind": about.kind,
            "about_on": about.about_on,
            "about_key": about.about_key,
            "subject": letter.subject,
            "body_vi": letter.body_vi,
            "body_en": letter.body_en,
            "at": at,
        },
    ).scalar_one_or_none()
    if notice_id is None:
        return False
    conn.execute(
        text(
            "INSERT INTO registry.notice_mail (notice_id, email, state, next_try_at)"
            " SELECT :notice_id, email, 'queued', :at FROM unnest(CAST(:emails AS text[]))"
            " AS email"
        ),
        {"notice_id": notice_id, "emails": list(emails), "at": at},
    )
    return True


def drop_unwanted(conn: Connection, as_of: date) -> int:
    """Mails that nobody wants any more are dropped and say why; how many."""
    return conn.execute(named_query("notices/drop_unwanted"), {"as_of": as_of}).rowcount


def fail_old(conn: Connection, before: datetime) -> int:
    """Mails that could not be sent in time are given up; how many."""
    return conn.execute(named_query("notices/fail_old"), {"before": before}).rowcount


def count_due(conn: Connection, now: datetime) -> int:
    """Mails whose next try is due."""
    return int(
        conn.execute(
            text(
                "SELECT count(*) FROM registry.notice_mail"
                " WHERE state = 'queued' AND next_try_at <= :now"
            ),
            {"now": now},
        ).scalar_one()
    )


def take_next(conn: Connection, now: datetime) -> Mail | None:
    """The next mail to try; nobody else takes it until this transaction ends."""
    row = conn.execute(named_query("notices/take_next"), {"now": now}).mappings().one_or_none()
    if row is None:
        return None
    values = dict(row)
    texts = Letter(*(values.pop(name) for name in ("subject", "body_vi", "body_en")))
    return Mail(**values, letter=texts)


def set_verdict(conn: Connection, mail: Mail, verdict: Verdict) -> None:
    """What became of a try; the database keeps a mail that is no longer queued as it is."""
    conn.execute(
        text(
            "UPDATE registry.notice_mail SET state = :state, smtp_code = :smtp_code,"
            " attempts = attempts + 1, next_try_at = :next_try_at,"
            " sent_at = CASE WHEN :state = 'sent' THEN CAST(:at AS timestamptz) END"
            " WHERE mail_id = :mail_id"
        ),
        {
            "mail_id": mail.mail_id,
            "state": verdict.state,
            "smtp_code": verdict.smtp_code,
            "next_try_at": verdict.next_try_at,
            "at": verdict.at,
        },
    )


def list_mails(conn: Connection, unit_code: str | None, row_count: int) -> list[dict[str, Any]]:
    """The newest mails of one unit or of all, and what became of them."""
    bound = {"unit_code": unit_code, "row_count": row_count}
    return [dict(row) for row in conn.execute(named_query("notices/mails"), bound).mappings()]


def _rows(conn: Connection, name: str, as_of: date) -> Sequence[Mapping[str, Any]]:
    return [dict(row) for row in conn.execute(named_query(name), {"as_of": as_of}).mappings()]
