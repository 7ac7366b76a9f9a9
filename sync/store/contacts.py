"""Offices to turn to about a unit; dated in the registry, and as the pages' copy."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, text

from sync.store.queries import named_query


@dataclass(frozen=True, slots=True)
class StatedContact:
    """Whom to ask in a unit: `records` for its people's records, `technical` for its system."""

    unit_code: str
    role: str
    office: str
    office_email: str
    office_phone: str


def set_contacts(
    conn: Connection, contacts: Iterable[StatedContact], valid_from: date, stated_by: str
) -> None:
    """From a day on these offices are to be asked; what held before ends the day before."""
    for contact in contacts:
        values = asdict(contact) | {"valid_from": valid_from, "stated_by": stated_by}
        keys = {key: values[key] for key in ("unit_code", "role", "valid_from")}
        for name in ("contact_replaced", "contact_ended"):
            conn.execute(named_query(f"committee/{name}"), keys)
        conn.execute(named_query("committee/contact_added"), values)


def copy_to_facts(conn: Connection, as_of: date) -> None:
    """Let the pages show the contacts in force on a day, and no others."""
    conn.execute(text("DELETE FROM facts.contact"))
    conn.execute(named_query("committee/contact_copied"), {"as_of": as_of})
