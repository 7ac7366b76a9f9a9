"""Numbers and dates as each language writes them; no sentence is missing in either."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from importlib import resources

import pytest

from sync.model.reasons import SENTENCES
from sync.model.states import Level, Outcome
from sync.portal.places import CENTRAL_KINDS, LOCAL_KINDS, letter_order, short_name
from sync.portal.speech import LANGUAGES, speech
from sync.portal.thresholds import Thresholds

USED_KEY = re.compile(r"""(?:\bt|say|say_count)\(\s*["']([a-z_]+\.[a-z_0-9.]+)["']\s*[,)]""")


def test_numbers_ratios_and_dates_are_written_as_people_write_them() -> None:
    vi, en = speech("vi"), speech("en")
    at = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)

    assert (vi.number(1436507), en.number(1436507)) == ("1.436.507", "1,436,507")
    assert (vi.ratio(1365761, 1436507), en.ratio(1365761, 1436507)) == ("95,1%", "95.1%")
    assert (vi.day(date(2026, 11, 23)), en.day(date(2026, 11, 23))) == (
        "23/11/2026",
        "23 November 2026",
    )
    assert (vi.moment(at), en.moment(at)) == ("14:05 23/11/2026", "14:05, 23 Nov 2026")
    assert (vi.lately(at, date(2026, 11, 23)), vi.lately(at, date(2026, 11, 24))) == (
        "14:05",
        "23/11/2026",
    )
    assert (vi.signed(-3), vi.signed(0), en.signed(2.5)) == ("−3", "±0", "+2.5")
    assert (en.say_count("why.units", 1), en.say_count("why.units", 2)) == ("1 unit", "2 units")


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (9999, 10000, "99,9%"),
        (1, 1, "100,0%"),
        (0, 5, "0,0%"),
        (3, 0, "—"),
        (None, 5, "—"),
        (5, None, "—"),
    ],
)
def test_a_ratio_is_never_rounded_up_to_all(
    part: int | None, whole: int | None, shown: str
) -> None:
    assert speech("vi").ratio(part, whole) == shown


def test_both_catalogues_say_the_same_things() -> None:
    vi, en = (speech(language)._known for language in LANGUAGES)

    assert vi == en
    assert len(vi) > 150


def test_every_sentence_fills_the_same_names_in_both_languages() -> None:
    holes = {}
    for language in LANGUAGES:
        path = resources.files("sync.portal") / "locale" / language / "LC_MESSAGES/messages.po"
        blocks = path.read_text(encoding="utf-8").split("\n\n")[1:]
        holes[language] = {
            block.split('"')[1]: set(re.findall(r"\{(\w+)\}", block))
            for block in blocks
            if block.strip()
        }

    assert holes["vi"] == holes["en"]


def test_every_key_that_pages_use_is_in_the_catalogue() -> None:
    used: set[str] = set()
    root = resources.files("sync.portal")
    for folder in (root, root / "templates"):
        for file in folder.iterdir():
            if file.name.endswith((".py", ".html")):
                used |= set(USED_KEY.findall(file.read_text(encoding="utf-8")))

    assert len(used) > 60
    assert used <= speech("vi")._known


def test_a_missing_sentence_is_an_error_that_names_its_key() -> None:
    with pytest.raises(LookupError, match="no entry nothing.here"):
        speech("en").say("nothing.here")


def test_names_follow_vietnamese_letter_order() -> None:
    names = [
        "Đồng Nai",
        "Đà Nẵng",
        "Điện Biên",
        "Cần Thơ",
        "Cà Mau",
        "Ẩn",
        "Ăn",
        "An",
        "Ân",
        "Dân",
        "Huế",
        "Hưng Yên",
    ]

    assert sorted(names, key=letter_order) == [
        "An",
        "Ăn",
        "Ân",
        "Ẩn",
        "Cà Mau",
        "Cần Thơ",
        "Dân",
        "Đà Nẵng",
        "Điện Biên",
        "Đồng Nai",
        "Huế",
        "Hưng Yên",
    ]


@pytest.mark.parametrize(
    ("name", "language", "short"),
    [
        ("Tỉnh Cao Bằng", "vi", "Cao Bằng"),
        ("Thành phố Hồ Chí Minh", "vi", "TP. Hồ Chí Minh"),
        ("Thành phố Huế", "vi", "Huế"),
        ("Bộ Tài chính", "vi", "Tài chính"),
        ("Ministry of Finance", "en", "Finance"),
        ("Cao Bang province", "en", "Cao Bang"),
    ],
)
def test_tiles_use_short_names(name: str, language: str, short: str) -> None:
    assert short_name(name, language) == short


def test_limits_are_spoken_as_set() -> None:
    limits = Thresholds(reachable_h=12, complete_ratio=0.995).spoken(speech("vi"))

    assert limits["reachable_h"] == "12"
    assert limits["complete_ratio"] == "99,5%"
    assert limits["filled_ratio"] == "95%"


def test_every_reason_outcome_kind_and_level_has_its_words() -> None:
    vi = speech("vi")
    keys = {f"reason.{code}" for code in SENTENCES if code}
    keys |= {f"outcome.{outcome}" for outcome in Outcome}
    keys |= {f"kind.{kind}" for kind in (*CENTRAL_KINDS, *LOCAL_KINDS)}
    keys |= {f"level.proof.{level.number}" for level in Level}

    assert sorted(key for key in keys if not vi.knows(key)) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_catalogue_says_each_thing_once(language: str) -> None:
    path = resources.files("sync.portal") / "locale" / language / "LC_MESSAGES" / "messages.po"
    keys = re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(key for key, count in Counter(keys).items() if count > 1) == []
