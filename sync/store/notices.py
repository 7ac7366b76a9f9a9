"""Who is written to about a unit, and which kinds of notices it does not want for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of a unit's office and what it wants to read; the last day is its own."""

    unit_code: str
    email: str
    kinds: tuple[str, ...]
    first_on: date
    last_on: date | None
    stated_by: str


@dataclass(frozen=True, slots=True)
class Mute:
    """A unit's wish for silence about one kind, until a day, that day included."""

    unit_code: str
    kind: str
    until_on: date
    reason: str
    stated_by: str


def end_address(conn: Connection, unit_code: str, email: str, first_on: date) -> int:
    """From a day on nothing that was said of this address holds; how many words ended."""
    bound = {"unit_code": unit_code, "email": email, "first_on": first_on}
    whose = "WHERE unit_code = :unit_code AND email = :email"
    statements = (
        f"DELETE FROM registry.notice_address {whose}"
        " AND lower(valid_on) >= CAST(:first_on AS date)",
        "UPDATE registry.notice_address SET valid_on ="
        f" daterange(lower(valid_on), CAST(:first_on AS date)) {whose}"
        " AND valid_on @> CAST(:first_on AS date)",
    )
    return sum(conn.execute(text(statement), bound).rowcount for statement in statements)


def add_address(conn: Connection, address: Address, stated_at: datetime) -> int:
    """A mailbox that is written to from its first day on; returns its number."""
    return int(
        conn.execute(
            text(
                "INSERT INTO registry.notice_address (unit_code, email, kinds, valid_on,"
                " stated_by, stated_at) VALUES (:unit_code, :email, CAST(:kinds AS text[]),"
                " daterange(CAST(:first_on AS date), CAST(:last_on AS date), '[]'),"
                " :stated_by, :stated_at) RETURNING address_id"
            ),
            {
                "unit_code": address.unit_code,
                "email": address.email,
                "kinds": list(address.kinds),
                "first_on": address.first_on,
                "last_on": address.last_on,
                "stated_by": address.stated_by,
                "stated_at": stated_at,
            },
        ).scalar_one()
    )


def list_addresses(conn: Connection, as_of: date) -> list[Address]:
    """Addresses in force on a day or later, by unit."""
    rows = conn.execute(
        text(
            "SELECT unit_code, email, kinds, lower(valid_on) AS first_on,"
            " upper(valid_on) - 1 AS last_on, stated_by FROM registry.notice_address"
            " WHERE coalesce(upper(valid_on), 'infinity') > CAST(:as_of AS date)"
            " ORDER BY unit_code, email, valid_on"
        ),
        {"as_of": as_of},
    )
    return [Address(**dict(row) | {"kinds": tuple(row["kinds"])}) for row in rows.mappings()]


def end_mutes(
    conn: Connection, unit_code: str, kinds: Sequence[str], by: str, at: datetime
) -> list[dict[str, Any]]:
    """These kinds are wanted again; the words that ended: number, kind and last day."""
    rows = conn.execute(
        text(
            "UPDATE registry.notice_mute SET ended_at = :at, ended_by = :by"
            " WHERE unit_code = :unit_code AND kind = ANY(:kinds) AND ended_at IS NULL"
            " RETURNING mute_id, kind, until_on"
        ),
        {"unit_code": unit_code, "kinds": list(kinds), "by": by, "at": at},
    )
    return [dict(row) for row in rows.mappings()]


def add_mute(conn: Connection, mute: Mute, stated_at: datetime) -> int:
    """No notices of this kind until a day; returns the word's number."""
    return int(
        conn.execute(
            text(
                "INSERT INTO registry.notice_mute (unit_code, kind, until_on, reason,"
                " stated_by, stated_at) VALUES (:unit_code, :kind, :until_on, :reason,"
                " :stated_by, :stated_at) RETURNING mute_id"
            ),
            {
                "unit_code": mute.unit_code,
                "kind": mute.kind,
                "until_on": mute.until_on,
                "reason": mute.reason,
                "stated_by": mute.stated_by,
                "stated_at": stated_at,
            },
        ).scalar_one()
    )


def list_mutes(conn: Connection, as_of: date) -> list[Mute]:
    """Kinds that units do not want on a day, with the day on which that ends."""
    rows = conn.execute(
        text(
            "SELECT unit_code, kind, until_on, reason, stated_by FROM registry.notice_mute"
            " WHERE ended_at IS NULL AND until_on >= :as_of ORDER BY unit_code, kind"
        ),
        {"as_of": as_of},
    )
    return [Mute(**row) for row in rows.mappings()]
