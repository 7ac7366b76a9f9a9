"""Advisory locks; each ends with its transaction. Several units are locked in code order."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

UNIT, PULL, READING, MEASURING, KEEPING, REHEARSING, STARTING = range(7310, 7317)


def _lock(conn: Connection, space: int, name: str) -> None:
    conn.execute(
        text("SELECT pg_advisory_xact_lock(:space, hashtext(:name))"),
        {"space": space, "name": name},
    )


def lock_unit(conn: Connection, unit_code: str) -> None:
    """Nobody else changes what the register says of this unit."""
    _lock(conn, UNIT, unit_code)


def lock_units(conn: Connection, unit_codes: Iterable[str]) -> None:
    """The same for several units, without deadlock."""
    for unit_code in sorted(set(unit_codes)):
        lock_unit(conn, unit_code)


def lock_pull(conn: Connection, unit_code: str) -> None:
    """Two pulls of one unit take turns."""
    _lock(conn, PULL, unit_code)


def try_lock_pull(conn: Connection, unit_code: str) -> bool:
    """The same without waiting, which a slow source would make long; whether it is ours."""
    got: bool = conn.execute(
        text("SELECT pg_try_advisory_xact_lock(:space, hashtext(:name))"),
        {"space": PULL, "name": unit_code},
    ).scalar_one()
    return got


def lock_keeping(conn: Connection, name: str) -> None:
    """Two housekeepers of one unit take turns."""
    _lock(conn, KEEPING, name)


def lock_reading(conn: Connection) -> None:
    """Two waves read and check in turn; staging holds a snapshot once."""
    _lock(conn, READING, "staging")


def lock_measuring(conn: Connection) -> None:
    """Two waves write the day's figures in turn."""
    _lock(conn, MEASURING, "facts")


def lock_rehearsal(conn: Connection) -> None:
    """Two rehearsals take turns; waves go on meanwhile."""
    _lock(conn, REHEARSING, "rehearsal")


def lock_starting(conn: Connection) -> None:
    """Of several processes that start at once one makes what there is not yet."""
    _lock(conn, STARTING, "portal")
