"""Peak memory of a process that pulls one large answer."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from sync.store.database import Database


def pull_peak_mb(url: str, unit_code: str) -> tuple[int, float]:
    """Documents received and the most memory (RSS) a pulling process of its own ever had."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_pull, url, unit_code).result()


def _pull(url: str, unit_code: str) -> tuple[int, float]:
    from sqlalchemy import text

    from sync.services import pull, wave

    database = Database.connect(url)
    key = "bench memory"
    wave.list_due_units(key, "bench", only=unit_code, db=database)
    snapshot_id = pull.pull_unit(unit_code, key, db=database)
    with database.transaction() as conn:
        received = conn.execute(
            text("SELECT received_count FROM landing.snapshot WHERE snapshot_id = :id"),
            {"id": snapshot_id},
        ).scalar_one()
    database.close()
    return int(received), peak_mb()


def peak_mb() -> float:
    """The most memory this process ever had, by the kernel's own mark.

    getrusage would also count the parent's memory before exec.
    """
    status = Path("/proc/self/status").read_text()
    mark = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(mark.split()[1]) / 1024
