"""A sheet that comes back after the source moved on, twice, or too late."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sync.model.errors import (
    ConfigurationError,
    IllegalTransitionError,
    NotFoundError,
    RefusedFileError,
)
from sync.model.sheet import DraftState, Verdict
from sync.services.correct import Desk
from sync.services.housekeeping import tidy_rest
from sync.services.import_sheet import confirm_draft, get_draft, list_cells, preview_sheet
from sync.store.database import Database
from sync.store.upload_drafts import Draft, DraftCell
from tests.conftest import Urls
from tests.services.desk import officer
from tests.services.sheet_unit import AN, exported, spoiled
from tests.services.village import A, Village
from tests.sheets.books import edited

REASON = "Read aloud."
GOOD = "dung@example.org"


@pytest.fixture
def unit(village: Village) -> Village:
    return spoiled(village)


@pytest.fixture
def desk(unit: Village, urls: Urls) -> Iterator[Desk]:
    checker = Database.connect(urls("desk_checker"))
    yield Desk(unit.db, checker)
    checker.close()


@pytest.fixture
def sheet(unit: Village, desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    exported(unit, desk, path)
    return path


def good(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
    rows.cell(3, at["person.email"]).value = GOOD


class Officer:
    """Brings sheets to one desk."""

    def __init__(self, unit: Village, desk: Desk) -> None:
        self.unit, self.desk = unit, desk

    def brings(self, path: Path) -> Draft:
        draft_id = preview_sheet(path, A, actor=AN, desk=self.desk, clock=self.unit.clock)
        return self.draft(draft_id)

    def draft(self, draft_id: int) -> Draft:
        return get_draft(draft_id, actor=AN, db=self.unit.db, clock=self.unit.clock)

    def cells(self, draft: Draft) -> list[DraftCell]:
        return list_cells(draft, list(Verdict), limit=100, db=self.unit.db)

    def confirms(self, draft: Draft, reason: str = REASON) -> int:
        words: dict[str, Any] = {"actor": AN, "desk": self.desk, "clock": self.unit.clock}
        return confirm_draft(draft.draft_id, reason, **words)


@pytest.fixture
def an(unit: Village, desk: Desk) -> Officer:
    return Officer(unit, desk)


def test_a_cell_that_the_source_changed_meanwhile_shows_all_three_values(
    unit: Village, an: Officer, sheet: Path, tmp_path: Path
) -> None:
    unit.houses[A].main(1)["email"] = "also not an address"
    unit.day = 1
    unit.wave()

    draft = an.brings(edited(sheet, good, tmp_path / "b.xlsx"))

    (cell,) = an.cells(draft)
    assert cell.verdict is Verdict.CONFLICT
    said = (cell.exported, cell.given, cell.present)
    assert said == ("not an address", GOOD, "also not an address")
    assert an.confirms(draft) == 0


def test_what_the_source_fixed_in_the_same_way_is_unchanged(
    unit: Village, an: Officer, sheet: Path, tmp_path: Path
) -> None:
    unit.houses[A].main(1)["email"] = GOOD
    unit.day = 1
    unit.wave()

    draft = an.brings(edited(sheet, good, tmp_path / "b.xlsx"))

    assert an.cells(draft) == []


def test_what_changed_after_the_preview_stays_out(
    unit: Village, an: Officer, sheet: Path, tmp_path: Path
) -> None:
    draft = an.brings(edited(sheet, good, tmp_path / "b.xlsx"))
    assert draft.counts == {Verdict.ACCEPTED: 1}
    unit.houses[A].main(1)["email"] = "also not an address"
    unit.day = 0
    unit.wave()

    assert an.confirms(draft) == 0
    assert unit.one("SELECT count(*) FROM register.correction") == 0


def test_a_sheet_is_confirmed_once_and_only_with_a_reason(
    unit: Village, an: Officer, sheet: Path, tmp_path: Path
) -> None:
    draft = an.brings(edited(sheet, good, tmp_path / "b.xlsx"))

    with pytest.raises(ConfigurationError):
        an.confirms(draft, "")
    assert an.confirms(draft) == 1
    with pytest.raises(IllegalTransitionError):
        an.confirms(draft)

    assert unit.one("SELECT count(*) FROM register.correction") == 1
    again = an.draft(draft.draft_id)
    assert (again.state, again.proposed_count) == (DraftState.CONFIRMED, 1)
    waiting = an.brings(tmp_path / "b.xlsx")
    assert [cell.verdict for cell in an.cells(waiting)] == [Verdict.IN_FORCE]


def test_a_row_that_stands_twice_counts_once(an: Officer, sheet: Path, tmp_path: Path) -> None:
    def twice(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        good(rows, at)
        rows.append([cell.value for cell in rows[3]])

    draft = an.brings(edited(sheet, twice, tmp_path / "b.xlsx"))

    assert draft.counts == {Verdict.ACCEPTED: 1, Verdict.TWICE: 1}


def test_sorted_shortened_and_widened_sheets_are_read_as_well(
    an: Officer, sheet: Path, tmp_path: Path
) -> None:
    def moved(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        good(rows, at)
        first, last = ([cell.value for cell in rows[number]] for number in (3, 7))
        for column, (one, other) in enumerate(zip(last, first, strict=True), 1):
            rows.cell(3, column).value, rows.cell(7, column).value = one, other
        rows.delete_rows(5)
        rows.insert_rows(1)
        rows.insert_cols(5)

    draft = an.brings(edited(sheet, moved, tmp_path / "b.xlsx"))

    assert draft.counts == {Verdict.ACCEPTED: 1}
    assert draft.row_count == 4


def test_a_day_or_a_number_that_a_program_made_of_the_text_is_read(
    an: Officer, sheet: Path, tmp_path: Path
) -> None:
    from datetime import date

    def typed(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        cell = rows.cell(7, at["person.ngay_cap_cccd"])
        cell.number_format, cell.value = "dd/mm/yyyy", date(2024, 2, 1)

    draft = an.brings(edited(sheet, typed, tmp_path / "b.xlsx"))

    (cell,) = an.cells(draft)
    assert (cell.verdict, cell.given) == (Verdict.ACCEPTED, "2024-02-01")


def test_a_draft_is_the_uploaders_own_and_gone_after_a_day(
    unit: Village, an: Officer, sheet: Path
) -> None:
    draft = an.brings(sheet)

    with pytest.raises(NotFoundError):
        get_draft(draft.draft_id, actor=officer(A, "em"), db=unit.db, clock=unit.clock)
    assert tidy_rest(db=unit.db, clock=unit.clock)["drafts"] == 0
    later = unit.clock() + timedelta(days=1, hours=1)
    with pytest.raises(NotFoundError):
        get_draft(draft.draft_id, actor=AN, db=unit.db, clock=lambda: later)
    assert tidy_rest(db=unit.db, clock=lambda: later)["drafts"] == 1
    assert unit.one("SELECT count(*) FROM register.upload_cell") == 0


def test_no_value_of_a_draft_is_printed(an: Officer, sheet: Path, tmp_path: Path) -> None:
    draft = an.brings(edited(sheet, good, tmp_path / "b.xlsx"))

    assert GOOD not in repr(an.cells(draft))
    assert "not an address" not in repr(an.cells(draft))


def test_the_pages_role_sees_no_draft_without_a_session(
    unit: Village, an: Officer, sheet: Path, tmp_path: Path, urls: Urls
) -> None:
    an.brings(edited(sheet, good, tmp_path / "b.xlsx"))
    count = text(
        "SELECT (SELECT count(*) FROM register.upload_draft)"
        " + (SELECT count(*) FROM register.upload_cell)"
    )
    with unit.db.transaction() as conn:
        assert conn.execute(count).scalar_one() == 2
    pages = Database.connect(urls("portal_writer"))
    with pages.transaction() as conn:
        assert conn.execute(count).scalar_one() == 0
    pages.close()


def test_a_file_with_too_many_rows_is_refused(an: Officer, sheet: Path, tmp_path: Path) -> None:
    def longer(rows: Any, at: dict[str, int]) -> None:  # noqa: ANN401 - openpyxl's sheet
        row = [cell.value for cell in rows[3]]
        for _ in range(20_000):
            rows.append(row)

    with pytest.raises(RefusedFileError) as refused:
        an.brings(edited(sheet, longer, tmp_path / "b.xlsx"))
    assert refused.value.problem == "too_many_rows"
