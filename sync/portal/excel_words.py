"""What a workbook says in the reader's language, and a changed cell as people read it."""

from dataclasses import dataclass
from dataclasses import field as hidden
from datetime import date

from sync.contract.record import all_fields
from sync.contract.record import field as contract_field
from sync.portal.speech import ENGLISH, Speech
from sync.services.basis import current_suites
from sync.services.sheet_text import Choices, shown
from sync.sheets.layout import ROW_LIMIT, SheetWords
from sync.store.sheets import Chosen
from sync.store.upload_drafts import DraftCell

GUIDE = (
    "title",
    "marked",
    "blank",
    "days",
    "codes",
    "hidden",
    "sort",
    "upload",
    "approved",
    "care",
)
LONGEST_SHOWN = 200


def file_name(chosen: Chosen, as_of: date) -> str:
    """Unit, rule and day; never a person."""
    parts = ["ho-so", chosen.unit_code, chosen.rule_code, chosen.effect, as_of.isoformat()]
    return "-".join(part for part in parts if part) + ".xlsx"


def words_of(speech: Speech, chosen: Chosen, as_of: date) -> SheetWords:
    """The workbook's own words."""
    say, is_english = speech.say, speech.language == ENGLISH
    names = {f.code: f.name_en if is_english else f.name_vi for f in all_fields()}
    parts = {"unit": chosen.unit_code, "day": speech.day(as_of), "limit": ROW_LIMIT}
    return SheetWords(
        sheet=say("sheet.tab_records"),
        guide_sheet=say("sheet.tab_guide"),
        lists_sheet=say("sheet.tab_lists"),
        who=(names["so_hieu_bndp"], names["ho_va_ten"], names["so_dinh_danh"]),
        about=say("sheet.about"),
        guide=[say(f"sheet.guide.{key}", **parts) for key in GUIDE],
        unreadable=say("sheet.note_unreadable"),
        not_carried=say("sheet.note_not_carried"),
        list_title=say("sheet.choice_title"),
        list_text=say("sheet.choice_text"),
        is_english=is_english,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A changed cell as the preview shows it."""

    sheet_row: int
    field_name: str
    verdict: str
    sentence: str  # of the broken rule
    exported: str = hidden(repr=False)
    given: str = hidden(repr=False)
    present: str = hidden(repr=False)

    @classmethod
    def of(cls, cell: DraftCell, choices: Choices, *, is_english: bool) -> "Shown":
        """In the reader's language."""
        field = contract_field(cell.place[3])
        rule = current_suites().by_code.get(cell.rule_code)
        sentence = (rule.sentence_en if is_english else rule.sentence_vi) if rule else ""

        def said(value: str | None) -> str:
            text = shown(field, value, choices)
            return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"

        return cls(
            sheet_row=cell.sheet_row,
            field_name=field.name_en if is_english else field.name_vi,
            verdict=str(cell.verdict),
            sentence=sentence,
            exported=said(cell.exported),
            given=said(cell.given),
            present=said(cell.present),
        )
