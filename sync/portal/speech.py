"""What a page says: catalogue sentences, numbers, dates, in one of two languages."""

import gettext
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

VIETNAMESE = "vi"
ENGLISH = "en"
LANGUAGES = (VIETNAMESE, ENGLISH)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NONE_SHOWN = "—"


@dataclass(frozen=True, slots=True)
class Speech:
    """One language: `say` for sentences, the rest for figures."""

    language: str
    _catalogue: gettext.NullTranslations = field(repr=False)
    _known: frozenset[str] = field(repr=False)

    def say(self, key: str, **parts: object) -> str:
        """The catalogue's sentence, its `{names}` filled in, numbers as people write."""
        return self._catalogue.gettext(self._checked(key)).format(**self._written(parts))

    def say_count(self, key: str, n: int, **parts: object) -> str:
        """The sentence for `n` things: "1 unit", "2 units"."""
        sentence = self._catalogue.ngettext(self._checked(key), key, n)
        return sentence.format(**self._written({"n": n, **parts}))

    def knows(self, key: str) -> bool:
        """Whether the catalogue has this key."""
        return key in self._known

    def number(self, value: int | None) -> str:
        """1.436.507 or 1,436,507; a dash where it is not known."""
        return NONE_SHOWN if value is None else format_decimal(value, locale=self.language)

    def ratio(self, part: int | None, whole: int | None) -> str:
        """95,1% or 95.1%; never rounded up to 100 while something is missing."""
        if part is None or not whole:
            return NONE_SHOWN
        tenths = tenths_of_percent(part, whole)
        return f"{format_decimal(tenths / 10, format='#,##0.0', locale=self.language)}%"

    def share(self, value: float) -> str:
        """A limit of 0..1 as 95% or 99,5%."""
        return f"{format_decimal(value * 100, format='#,##0.#', locale=self.language)}%"

    def decimal(self, value: float | None) -> str:
        """4,2 or 4.2, one digit at most; a dash where it is not known."""
        if value is None:
            return NONE_SHOWN
        return format_decimal(round(value, 1), format="#,##0.#", locale=self.language)

    def signed(self, value: float) -> str:
        """+3, −2 (a true minus sign), ±0."""
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        return sign + format_decimal(abs(value), format="#,##0.#", locale=self.language)

    def day(self, value: date) -> str:
        """23/11/2026 or 23 November 2026."""
        form = "dd/MM/yyyy" if self.language == VIETNAMESE else "d MMMM yyyy"
        return format_date(value, form, locale=self.language)

    def moment(self, value: datetime | None) -> str:
        """14:05 23/11/2026 or 14:05, 23 Nov 2026, in Vietnam's time."""
        if value is None:
            return NONE_SHOWN
        local = value.astimezone(ZONE)
        if self.language == VIETNAMESE:
            return f"{local:%H:%M} {local:%d/%m/%Y}"
        return f"{local:%H:%M}, {format_date(local.date(), 'd MMM yyyy', locale='en')}"

    def clock(self, value: datetime | None) -> str:
        """14:05:09 in Vietnam's time, where the day is known."""
        return NONE_SHOWN if value is None else f"{value.astimezone(ZONE):%H:%M:%S}"

    def lately(self, value: datetime | None, as_of: date) -> str:
        """The time alone for an instant of the page's own day, else the day alone."""
        if value is None:
            return NONE_SHOWN
        local = value.astimezone(ZONE)
        if local.date() == as_of:
            return f"{local:%H:%M}"
        form = "dd/MM/yyyy" if self.language == VIETNAMESE else "d MMM yyyy"
        return format_date(local.date(), form, locale=self.language)

    def of(self, thing: object, name: str) -> str:
        """The attribute of a thing in this language: `name` gives `name_vi` or `name_en`."""
        return str(getattr(thing, f"{name}_{self.language}"))

    def _checked(self, key: str) -> str:
        if key not in self._known:
            raise LookupError(f"The {self.language} catalogue has no entry {key}; add it.")
        return key

    def _written(self, parts: dict[str, object]) -> dict[str, object]:
        return {
            name: self.number(part) if type(part) is int else part
            for name, part in parts.items()
        }


def tenths_of_percent(part: int, whole: int) -> int:
    """The ratio as it is shown; never rounded up to 100% while something is missing."""
    share = round(part * 1000 / whole)
    return min(share, 999) if part < whole else share


@cache
def speech(language: str) -> Speech:
    """The catalogue of one language, compiled from its `.po` on first use."""
    path = resources.files("sync.portal") / "locale" / language / "LC_MESSAGES" / "messages.po"
    catalogue = read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    known = frozenset(_key(message.id) for message in catalogue if message.id)
    return Speech(language, gettext.GNUTranslations(compiled), known)


def _key(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]
