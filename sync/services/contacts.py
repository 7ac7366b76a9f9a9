"""Offices to turn to about each unit; a steward's list, checked before it is kept."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from sync.model.desk import Actor, Role
from sync.model.errors import ConfigurationError
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.permissions import check_may
from sync.store import contacts, facts, ledger, registry
from sync.store.contacts import StatedContact
from sync.store.database import Database

COLUMNS = ("unit_code", "role", "office", "email", "phone")
ROLES = ("records", "technical")
MAILBOX = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
PHONE = re.compile(r"\+?[0-9][0-9 .()-]{5,24}")
PRIVATE_MAIL = frozenset(
    {"gmail.com", "yahoo.com", "yahoo.com.vn", "outlook.com", "hotmail.com", "icloud.com"}
)


def read_contacts(content: str) -> list[StatedContact]:
    """The contacts of a CSV file with the columns unit_code, role, office, email, phone.

    Raises:
        ConfigurationError: a column is missing, or a line cannot be a contact; names the line.
    """
    lines = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")))
    if not set(COLUMNS) <= set(lines.fieldnames or ()):
        raise ConfigurationError(f"The file needs the columns {', '.join(COLUMNS)}.")
    found = []
    for number, line in enumerate(lines, 2):
        row = {name: (line[name] or "").strip() for name in COLUMNS}
        problem = _problem(row)
        if problem:
            raise ConfigurationError(f"Line {number} is no contact: {problem}.")
        found.append(StatedContact(*(row[name] for name in COLUMNS)))
    return found


def _problem(row: dict[str, str]) -> str:
    """What is wrong with a line, without quoting it."""
    email, phone = row["email"], row["phone"]
    checks = (
        (row["role"] not in ROLES, f"role must be one of {', '.join(ROLES)}"),
        (not row["office"], "name the office"),
        (not (email or phone), "give the office's e-mail or phone"),
        (bool(email) and not MAILBOX.fullmatch(email), "the e-mail is none"),
        (email.rpartition("@")[2].lower() in PRIVATE_MAIL, "give the office's own mailbox"),
        (bool(phone) and not PHONE.fullmatch(phone), "the phone is none"),
    )
    return next((said for is_wrong, said in checks if is_wrong), "")


def set_contacts(
    stated: Iterable[StatedContact],
    *,
    actor: Actor,
    valid_from: date | None = None,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> int:
    """From a day (today) on these offices are to be asked; returns how many were kept.

    Others stay. The pages show them at once.

    Raises:
        PermissionDeniedError: the actor is no steward.
        NotFoundError: there never was one of the units.
        ConfigurationError: one unit has two offices for one role.
    """
    check_may(actor, Role.STEWARD)
    wanted = list(stated)
    counts = Counter((contact.unit_code, contact.role) for contact in wanted)
    twice = sorted(f"{unit} {role}" for (unit, role), count in counts.items() if count > 1)
    if twice:
        raise ConfigurationError(
            f"Each unit has one office for a role: see {', '.join(twice)}."
        )
    first = valid_from or today(clock)
    with (db or database_of()).transaction() as conn:
        for unit_code in sorted({contact.unit_code for contact in wanted}):
            registry.get_unit(conn, unit_code)
            roles = sorted(c.role for c in wanted if c.unit_code == unit_code)
            ledger.append(
                conn,
                ledger.Entry(
                    unit_code=unit_code,
                    action="contacts_set",
                    actor=actor.login,
                    as_of=today(clock),
                    recorded_at=clock(),
                    figures={"roles": roles, "valid_from": str(first)},
                ),
            )
        contacts.set_contacts(conn, wanted, first, actor.login)
        contacts.copy_to_facts(conn, today(clock))
    return len(wanted)


def list_contacts(
    unit_code: str | None = None, *, db: Database | None = None
) -> list[dict[str, Any]]:
    """Offices to turn to now: unit, role, office, e-mail, phone, since when."""
    with (db or database_of()).transaction() as conn:
        found = facts.list_contacts(conn, unit_code)
    return [
        {
            "unit_code": contact.unit_code,
            "role": contact.role,
            "office": contact.office,
            "email": contact.office_email,
            "phone": contact.office_phone,
            "since": contact.since_on.isoformat() if contact.since_on else None,
        }
        for contact in found
    ]
