"""A full sheet, taken away and brought back with a cell of each row changed."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from sync.sheets.layout import ROW_LIMIT
from sync.store.database import Database
from tests.bench.country import bench_country
from tests.bench.lines import Line
from tests.bench.memory import peak_mb
from tests.bench.serve import served
from tests.bench.waves import Runner

if TYPE_CHECKING:
    from tests.bench.run import Bench

FIELD, RULE = "email", "ID017b"
ASKED = """
    WITH found AS (
        INSERT INTO quality.finding (unit_code, record_id, document_id, snapshot_id, group_name,
            row_no, rule_code, field_code, effect, found_at, since)
        SELECT p.unit_code, p.record_id, coalesce(p.document_id, p.other_document_ids[1]),
               p.snapshot_id, 'person', 1, :rule, :field, 'ask', now(), now()
        FROM  (SELECT p.*, (SELECT max(snapshot_id) FROM landing.snapshot) AS snapshot_id
               FROM landing.present AS p ORDER BY record_id LIMIT :rows) AS p
        ON CONFLICT DO NOTHING RETURNING *)
    INSERT INTO quality.flag (finding_id, unit_code, record_id, group_name, row_no, field_code,
        rule_code, effect, value_hmac, cause_hmac, state, since, due_on, opened_at, moved_at)
    SELECT finding_id, unit_code, record_id, group_name, row_no, field_code, rule_code, effect,
           value_hmac, cause_hmac, 'open', since, current_date, since, since
    FROM   found
"""
Urls = tuple[str, str]  # of the pipeline, of the checker


def full_sheet(bench: "Bench") -> Iterator[Line]:
    """One unit with 20,000 open questions, each about a cell of its own."""
    rows = min(bench.documents, ROW_LIMIT)
    bench.say(f"a sheet of {rows} rows")
    url = bench.stage.fresh("bench_sheet")
    country = bench_country(rows + rows // 20, is_one_unit=True)
    with served(rows + rows // 20, is_one_unit=True) as base_url:
        bench.stage.register(url, country, base_url)
        runner = Runner(url)
        runner.run(0)
        runner.close()
    unit_code = country.units[0].unit_code
    urls = (url, bench.stage.url("desk_checker", "bench_sheet"))
    _ask(url, rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        written, seconds, peak = _alone(_export, urls, unit_code, path)
        bench.say(f"{written} rows in {path.stat().st_size // 1024} KB")
        yield Line(f"export_{rows}_rows_mb", peak, "MB", budget="<= 200")
        yield Line(f"export_{rows}_rows_s", seconds, "s")
        _change(path)
        accepted, seconds, peak = _alone(_import, urls, unit_code, path)
        bench.say(f"{accepted} cells would be proposed")
        yield Line(f"preview_{rows}_rows_s", seconds, "s")
        yield Line(f"preview_{rows}_rows_mb", peak, "MB")
        yield from _decided(bench, urls, unit_code, accepted)


def _decided(bench: "Bench", urls: Urls, unit_code: str, accepted: int) -> Iterator[Line]:
    """What was accepted becomes proposals, and a second officer approves all of them."""
    proposed, seconds, peak = _alone(_confirm, urls, unit_code)
    bench.say(f"{proposed} cells were proposed")
    yield Line(f"confirm_{accepted}_cells_s", seconds, "s")
    approved, seconds, peak = _alone(_approve, urls, unit_code)
    if approved != accepted:
        raise RuntimeError(f"{accepted} cells were accepted, {approved} approved.")
    yield Line(f"approve_{accepted}_proposals_s", seconds, "s")
    yield Line(f"approve_{accepted}_proposals_mb", peak, "MB")


def _ask(url: str, rows: int) -> None:
    from sqlalchemy import text

    database = Database.connect(url)
    with database.transaction() as conn:
        conn.execute(text(ASKED), {"rule": RULE, "field": FIELD, "rows": rows})
    with database.transaction() as conn:
        conn.execute(text("ANALYZE quality.flag"))
    database.close()


def _alone(work: object, *given: object) -> tuple[int, float, float]:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()  # type: ignore[arg-type]  # one of the functions below


def _export(urls: Urls, unit_code: str, path: Path) -> tuple[int, float, float]:
    from sync.services.correct import Desk
    from sync.services.export_sheet import SheetOrder, export_sheet
    from sync.services.permissions import operator
    from sync.store.sheets import Chosen
    from tests.sheets.books import WORDS

    desk = Desk(*(Database.connect(url) for url in urls))
    chosen = Chosen(unit_code, rule_code=RULE)
    started = time.perf_counter()
    done = export_sheet(path, SheetOrder(chosen, WORDS), actor=operator("bench"), desk=desk)
    return done.row_count, time.perf_counter() - started, peak_mb()


def _change(path: Path) -> None:
    """Another address in every row."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value == f"person.{FIELD}")
    for number in range(3, sheet.max_row + 1):
        sheet.cell(number, column).value = f"a{number}@example.org"
        sheet.cell(number, column).comment = None
    book.save(path)


def _import(urls: Urls, unit_code: str, path: Path) -> tuple[int, float, float]:
    from sync.model.sheet import Verdict
    from sync.services.correct import Desk
    from sync.services.import_sheet import get_draft, preview_sheet
    from sync.services.permissions import operator

    desk, actor = Desk(*(Database.connect(url) for url in urls)), operator("bench")
    started = time.perf_counter()
    draft_id = preview_sheet(path, unit_code, actor=actor, desk=desk)
    seconds = time.perf_counter() - started
    draft = get_draft(draft_id, actor=actor, db=desk.db)
    return draft.counts.get(Verdict.ACCEPTED, 0), seconds, peak_mb()


def _confirm(urls: Urls, unit_code: str) -> tuple[int, float, float]:
    """The last sheet that was previewed becomes proposals."""
    from sqlalchemy import text

    from sync.services.correct import Desk
    from sync.services.import_sheet import confirm_draft
    from sync.services.permissions import operator

    desk = Desk(*(Database.connect(url) for url in urls))
    with desk.db.transaction() as conn:
        last = "SELECT max(draft_id) FROM register.upload_draft WHERE unit_code = :unit_code"
        draft_id = conn.execute(text(last), {"unit_code": unit_code}).scalar_one()
    started = time.perf_counter()
    count = confirm_draft(draft_id, "On paper.", actor=operator("bench"), desk=desk)
    return count, time.perf_counter() - started, peak_mb()


def _approve(urls: Urls, unit_code: str) -> tuple[int, float, float]:
    """A second officer looks at the whole lot and approves it."""
    from sync.services.approve_lot import approve_lot, look_at_lot
    from sync.services.permissions import operator
    from sync.store.lots import list_lots

    db, second = Database.connect(urls[0]), operator("bench-2")
    started = time.perf_counter()
    with db.transaction() as conn:
        largest, *_ = list_lots(conn, unit_code, second.login, 10)
    seen = look_at_lot(largest.lot, 25, actor=second, db=db)
    count = approve_lot(largest.lot, seen.shown, actor=second, db=db)
    return count, time.perf_counter() - started, peak_mb()
