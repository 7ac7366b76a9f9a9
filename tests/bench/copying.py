"""The floor: the same typed rows copied into logged tables with the same keys, nothing else."""

import statistics
import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from sqlalchemy import create_engine, make_url

from sync.store.typed_rows import spoken_groups

TURNS = 3


@dataclass(frozen=True, slots=True)
class Copied:
    """Rows of all groups, and the median seconds of a bare COPY of them."""

    rows: int
    seconds: float


def copy_seconds(superuser_url: str, database: str) -> Copied:
    """Copy the register's typed rows into fresh tables, `TURNS` times over."""
    engine = create_engine(make_url(superuser_url).set(database=database))
    driver = engine.raw_connection()
    try:
        bodies = {group.name: _taken(driver, group.name) for group in spoken_groups()}
        turns = [_turn(driver, bodies) for _ in range(TURNS)]
    finally:
        driver.close()
        engine.dispose()
    return Copied(turns[0][0], statistics.median(seconds for _, seconds in turns))


def _taken(driver: Any, table: str) -> BytesIO:  # noqa: ANN401 - psycopg2's own connection
    body = BytesIO()
    with driver.cursor() as cursor:
        cursor.copy_expert(f"COPY register.{table} TO STDOUT (FORMAT binary)", body)
    driver.rollback()
    return body


def _turn(driver: Any, bodies: dict[str, BytesIO]) -> tuple[int, float]:  # noqa: ANN401 - a driver's own connection
    """Rows and seconds of one copy, in one transaction, into tables made just before."""
    with driver.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS bare CASCADE")
        cursor.execute("CREATE SCHEMA bare")
        for table in bodies:
            cursor.execute(f"CREATE TABLE bare.{table} (LIKE register.{table} INCLUDING ALL)")
        driver.commit()
        rows = 0
        started = time.perf_counter()
        for table, body in bodies.items():
            body.seek(0)
            cursor.copy_expert(f"COPY bare.{table} FROM STDIN (FORMAT binary)", body)
            rows += cursor.rowcount
        driver.commit()
    return rows, time.perf_counter() - started
