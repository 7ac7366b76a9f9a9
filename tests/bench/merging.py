"""The same documents merged by dlt: the tool many would take, without rules or accounting.

dlt gets every advantage: documents of one shape, already in this process, no HTTP, one table
with child tables, CSV for COPY (the faster of its formats here). Its start-up is not counted.
"""

import logging
import os
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine, make_url, text

from sync.demo.answers import DocumentWriter
from sync.sources.profiles import load_profile
from tests.bench.country import INSTEAD, BenchCountry

KEY = "local_key"
BATCH = 1000
QUIET = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "DATA_WRITER__DISABLE_COMPRESSION": "true",  # the files never leave this machine
    "LOAD__WORKERS": "2",
}


def merge_seconds(superuser_url: str, folder: Path, country: BenchCountry) -> tuple[int, float]:
    """Documents merged and the seconds it took, in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_merge, superuser_url, folder, country).result()


def _merge(superuser_url: str, folder: Path, country: BenchCountry) -> tuple[int, float]:
    os.environ.update(QUIET)  # noqa: TID251 - dlt's own settings, in this process only
    import dlt

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    _make_database(superuser_url)
    bodies = list(_bodies(country))
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.postgres(_address(superuser_url)),
        dataset_name="merged",
    )
    people = dlt.resource(
        _batches(bodies), name="dossier", primary_key=KEY, write_disposition="merge"
    )
    started = time.perf_counter()
    pipeline.run(people, loader_file_format="csv")
    seconds = time.perf_counter() - started
    return _count(superuser_url, len(bodies)), seconds


def _bodies(country: BenchCountry) -> Iterator[bytes]:
    """Everybody as one vendor's product sends them, the key in front."""
    writer = DocumentWriter(load_profile(INSTEAD), country)
    for unit in country.units:
        for entry in country.entries(unit.unit_code, 0, unit.size):
            if not entry.transport:
                body = writer.write(entry, unit.unit_code)
                yield b'{"%b":%b,%b' % (KEY.encode(), orjson.dumps(entry.local_key), body[1:])


def _batches(bodies: list[bytes]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(bodies), BATCH):
        yield [orjson.loads(body) for body in bodies[first : first + BATCH]]


def _address(superuser_url: str) -> str:
    url = make_url(superuser_url).set(drivername="postgresql", database="bench_dlt")
    return url.render_as_string(hide_password=False)


def _make_database(superuser_url: str) -> None:
    engine = create_engine(superuser_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text("CREATE DATABASE bench_dlt"))
    engine.dispose()


def _count(superuser_url: str, sent: int) -> int:
    """How many dlt merged; a loss would make the comparison worthless."""
    engine = create_engine(make_url(superuser_url).set(database="bench_dlt"))
    with engine.connect() as conn:
        merged = int(conn.execute(text("SELECT count(*) FROM merged.dossier")).scalar_one())
    engine.dispose()
    if merged != sent:
        raise RuntimeError(f"dlt merged {merged} of {sent} documents: compare nothing with it.")
    return merged
