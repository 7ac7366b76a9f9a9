"""Which outside identity opens which account: named by an administrator, or by a code once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sync.model.desk import Actor, Role
from sync.model.errors import ConfigurationError
from sync.services.accounts import append_entry, keeper
from sync.services.context import Clock, utc_now
from sync.services.permissions import check_may
from sync.services.sessions import open_session, token_digest
from sync.store import accounts, links, sessions
from sync.store.accounts import Account
from sync.store.database import Database
from sync.store.links import Vouched

LONGEST_SUBJECT = 255  # OpenID Connect Core, section 2
CODE_LASTS = timedelta(hours=72)
VISIT_LASTS = timedelta(minutes=10)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read as something else
CODE_PARTS, PART_LENGTH = 4, 4  # 80 random bits
VISIT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Bound:
    """A code was right: the token of the new session, and where its reader wanted to go."""

    token: str
    target: str


def link_account(
    login: str,
    voucher: tuple[str, str],
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> None:
    """A provider vouches for the account from now on, by issuer and subject; no password does.

    Raises:
        PermissionDeniedError: the actor is no administrator.
        ConfigurationError: the subject is empty, or linked to another account.
    """
    check_may(actor, Role.ADMINISTRATOR)
    issuer, subject = voucher[0], voucher[1].strip()
    if not issuer or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ConfigurationError(
            f"Account {login} cannot be linked: set CBCCVC_OIDC_ISSUER and give the subject as"
            " the provider names it."
        )
    with (db or keeper()).transaction() as conn:
        account = accounts.get_by_login(conn, login)
        other = accounts.find_by_subject(conn, issuer, subject)
        if other is not None and other.account_id != account.account_id:
            raise ConfigurationError(
                f"The subject is linked to account {other.login}: reset or choose that one."
            )
        _bind(conn, account, (issuer, subject), clock())
        append_entry(conn, "account_linked", (actor, login), (), clock)


def issue_code(
    login: str, *, actor: Actor, db: Database | None = None, clock: Clock = utc_now
) -> str:
    """A code that ties whoever types it to the account; shown once, good once, for 72 hours.

    Raises:
        PermissionDeniedError: the actor is no administrator.
        ConfigurationError: the account is closed.
        NotFoundError: there is no such account.
    """
    check_may(actor, Role.ADMINISTRATOR)
    code = "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(PART_LENGTH)) for _ in range(CODE_PARTS)
    )
    with (db or keeper()).transaction() as conn:
        account = accounts.get_by_login(conn, login)
        if account.closed_at is not None:
            raise ConfigurationError(f"Account {login} is closed: name another.")
        now = clock()
        links.set_code(
            conn,
            account.account_id,
            _code_digest(code),
            created_by=actor.login,
            times=(now, now + CODE_LASTS),
        )
        append_entry(conn, "account_link_code_issued", (actor, login), (), clock)
    return code


def wait_for_code(
    vouched: Vouched, *, db: Database | None = None, clock: Clock = utc_now
) -> str:
    """Keep for whom a provider vouched, for ten minutes; returns what the browser keeps."""
    visit = secrets.token_urlsafe(VISIT_BYTES)
    now = clock()
    with (db or keeper()).transaction() as conn:
        links.add_vouched(conn, token_digest(visit), vouched, now=now, until=now + VISIT_LASTS)
    return visit


def find_waiting(
    visit: str, *, db: Database | None = None, clock: Clock = utc_now
) -> str | None:
    """As whom a provider vouched for whoever keeps this, lately and unused."""
    with (db or keeper()).transaction() as conn:
        vouched = links.find_vouched(conn, token_digest(visit), clock())
    return vouched.subject if vouched else None


def bind(
    visit: str,
    code: str,
    address: str,
    *,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> Bound | None:
    """The code's account belongs to whom the provider vouched for, and a session is opened.

    Nothing for a code that is wrong, used or too old: it counts as a wrong password of this
    address. Nothing either when the visit has ended.
    """
    now = clock()
    with (db or keeper()).transaction() as conn:
        vouched = links.find_vouched(conn, token_digest(visit), now)
        if vouched is None:
            return None
        if accounts.find_by_subject(conn, vouched.issuer, vouched.subject) is not None:
            links.drop_vouched(conn, token_digest(visit))  # linked meanwhile: sign in again
            return None
        login = links.take_code(conn, _code_digest(code), now)
        if login is None:
            sessions.add_failure(conn, address, now)
            return None
        account = accounts.get_by_login(conn, login)
        links.drop_vouched(conn, token_digest(visit))
        _bind(conn, account, (vouched.issuer, vouched.subject), now)
        append_entry(conn, "account_linked", (Actor(login), login), (), clock)
        return Bound(open_session(conn, account, now), vouched.target)


def _bind(conn: Connection, account: Account, voucher: tuple[str, str], now: datetime) -> None:
    accounts.set_voucher(conn, account.account_id, *voucher)
    links.drop_code(conn, account.account_id)
    sessions.end_sessions_of(conn, account.account_id, now)


def _code_digest(code: str) -> bytes:
    """What is kept of a code, however its letters and dashes were typed."""
    return token_digest("".join(each for each in code.upper() if each.isalnum()))
