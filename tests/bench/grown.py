"""More rows of the same kind, set-wise: writing a million documents would take longer.

A copy has its own record, document and hash; names and identity numbers repeat.
"""

from sqlalchemy import Connection, text

from sync.store.check_views import checked_list_groups
from sync.store.database import Database
from sync.store.staging import tables

WITHOUT_COPIES = frozenset({"located"})
COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = :schema AND table_name = :name AND NOT (is_identity = 'YES' AND :drops)
    ORDER BY ordinal_position
"""
LANDED = {
    "landing.record": {
        "record_id": "c.record_id + k * :records",
        "local_key": "c.local_key || '~' || k",
    },
    "landing.document": {
        "document_id": "c.document_id + k * :documents",
        "content_sha256": "sha256(c.content_sha256 || convert_to(k::text, 'UTF8'))",
    },
    "landing.present": {
        "record_id": "c.record_id + k * :records",
        "document_id": "c.document_id + k * :documents",
    },
    "quality.finding": {
        "record_id": "c.record_id + k * :records",
        "document_id": "c.document_id + k * :documents",
    },
}


def count_rows(conn: Connection) -> int:
    """Rows of the relations that row suites look at."""
    names = ["document", "person", *(group.name for group in checked_list_groups())]
    counts = " + ".join(f"(SELECT count(*) FROM staging.{name})" for name in names)  # noqa: S608 - our own names
    return int(conn.execute(text(f"SELECT {counts}")).scalar_one())


def multiply_staged(superuser_url: str, wanted: int) -> None:
    """Copy what is staged until the row suites have so many rows to look at."""
    database = Database.connect(superuser_url)
    with database.transaction() as conn:
        copies = -(-wanted // count_rows(conn)) - 1
        record = conn.execute(text("SELECT max(record_id) FROM staging.document")).scalar_one()
        shifted = {"record_id": "c.record_id + k * :records"}
        fresh = {"recheck_on": "NULL"}  # as read: no check has said when to ask again
        for name in sorted({*tables()} - WITHOUT_COPIES):
            if "record_id" in _columns(conn, f"staging.{name}"):
                changed = shifted | (fresh if name == "reading" else {})
                _copy(conn, f"staging.{name}", changed, {"copies": copies, "records": record})
    settle(database)
    database.close()


def settle(database: Database) -> None:
    """What was written reaches the disk before what comes next is timed, on either side."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        for work in ("VACUUM", "CHECKPOINT"):  # either would come by itself, in the middle
            conn.execute(text(work))


def multiply_present(superuser_url: str, wanted: int) -> int:
    """Copy present answers with documents and findings; how many records there are then.

    The register is left as it is: what other records say of a copy is said by the other copies.
    """
    database = Database.connect(superuser_url)
    with database.transaction() as conn:
        present = conn.execute(text("SELECT count(*) FROM landing.present")).scalar_one()
        values = {
            "copies": -(-wanted // present) - 1,
            "records": conn.execute(
                text("SELECT max(record_id) FROM landing.record")
            ).scalar_one(),
            "documents": conn.execute(
                text("SELECT max(document_id) FROM landing.document")
            ).scalar_one(),
        }
        for table, changed in LANDED.items():
            _copy(conn, table, changed, values)
    database.close()
    return int(present * (values["copies"] + 1))


def _copy(
    conn: Connection, table: str, changed: dict[str, str], values: dict[str, int]
) -> None:
    """One statement a table; numbers the database gives itself are given again."""
    names = _columns(conn, table, keeps=changed)
    said = ", ".join(changed.get(name, f"c.{name}") for name in names)
    asked = {name: number for name, number in values.items() if f":{name}" in said}
    conn.execute(
        text(
            f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE"  # noqa: S608 - names of our own tables
            f" SELECT {said} FROM {table} AS c, generate_series(1, :copies) AS k"
        ),
        {**asked, "copies": values["copies"]},
    )
    conn.execute(text(f"ANALYZE {table}"))


def _columns(conn: Connection, table: str, keeps: dict[str, str] | None = None) -> list[str]:
    """The columns of a table, without numbers that nobody gives."""
    schema, name = table.split(".")
    every = conn.execute(
        text(COLUMNS), {"schema": schema, "name": name, "drops": False}
    ).scalars()
    given = set(
        conn.execute(text(COLUMNS), {"schema": schema, "name": name, "drops": True}).scalars()
    )
    return [each for each in every if each in given or each in (keeps or {})]
