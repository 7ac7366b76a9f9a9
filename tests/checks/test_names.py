"""Names of every people of the country pass the rules about a name; old encodings do not."""

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sync.checks.run import Compiled
from sync.demo.defects_person import TCVN3
from tests.checks.test_examples import failing

DEPUTIES = Path(__file__).parents[1] / "data" / "deputies_xiii.csv"
# Invented names in shapes that are common among the 54 peoples: a syllable of one letter, marks
# between letters, capitals inside a word, letters that Kinh names do not have, long and short
# ones, titles and names in brackets, all in capitals.
SHAPES = (
    *("Y Thông", "Giàng A Páo", "H'Mai Niê", "KPă Rơ-Ô", "Êban Y Phu", "Ksor H`Ñek"),
    *("Điểu K’Rứ", "Lò Văn A", "Y Ƀel Êñuôl", "H’Blŏng Kđoh", "Rơ Châm Ŭyên", "A Nguñ"),
    *("K'Brẽm", "K’Tẻh", "K`Linh", "Ka Să Brŏih", "Lơ Mu K'Ĭ", "Kră Jăn Plin", "Cil Múp Há"),
    *("Bh'riu Liếch", "Zơrâm Ưng", "A Lăng Bhôi", "Pơloong Ploi", "Arất Blúi"),
    *("Hồ Văn Ơ", "Hồ Kăn Xĭm", "Chamaléa Thị Êm", "Pi Năng Đờ", "Katơr Sĩ", "Mấu Hồng Ái"),
    *("Thạch Sa-Mươl", "Danh Đa-Ra Sô-Phia-Rum", "Châu Néang Sóc-Khơm Srây-Pâu Rith-Thi"),
    *("Đàng Năng Quạ", "Bá Văn Trinh Ta-Ya-Mưh", "Trượng Thị Mỹ Ôn", "Qua Đình Ưt"),
    *("Vừ Mí Kẻ", "Sùng Thị Ỉa", "Cứ A Vư", "Lý Lở Xá", "Chẻo Lảo Tả", "Tẩn Sử Mẩy"),
    *("Pờ Go Xừ", "Lỳ Khò Chừ", "Lò Lò Phừ", "Giàng Seo Phừ", "Phàn Phù Lìn", "Moong Văn Ún"),
    *("Cụt Thị U", "Lô Ven Ơn", "Xeo Văn Ò", "Vi Đức Ỏn", "La O Văn Ìn", "Sầm Ngọc Ý"),
    *("Touneh Hàn Thọ", "Touprong Ya Ba", "Jơrlơng Bơnahria", "N'Hoàng Ơi", "Dagout Ya Yô"),
    *("Đinh Văn Hrĕ", "Brôl Vẻl", "Y Mo Ê̆ng", "H Jŭn Čil", "Kbuôr Y Ñăm", "Ro Ô̆ng"),
    *("Ngô Văn Thí (Thích Thiện Dụ)", "Lê Thị Thí (Ni sư Thích Nữ Dụ Liên)"),
    *("Giuse Trần Thí Dụ", "Thượng tọa Thạch Dụ", "Mục sư Siu Y Kim", "Maria Phêrô Lê Dụ"),
    *("ĐÀO THÍ DỤ", "ĐÔNG ĐỨC ÂN", "NGUYỄN HOÀNG THUÝ", "H'ĂNG BYĂ", "KSOR H’ÑƠ"),
    *("Hoà Thuỳ Uý", "Khúc Thoại Quyến", "Ỷ Lan", "Âu Ê", "Lê A", "Ka' Ôn", "K´Ếs"),
)
VNI = {
    **dict(zip("àáảãạ", ("aø", "aù", "aû", "aõ", "aï"), strict=True)),
    **dict(zip("âầấẩẫậ", ("aâ", "aà", "aá", "aå", "aã", "aä"), strict=True)),
    **dict(zip("ăằắẳẵặ", ("aê", "aè", "aé", "aú", "aü", "aë"), strict=True)),
    **dict(zip("èéẻẽẹ", ("eø", "eù", "eû", "eõ", "eï"), strict=True)),
    **dict(zip("êềếểễệ", ("eâ", "eà", "eá", "eå", "eã", "eä"), strict=True)),
    **dict(zip("òóỏõọ", ("oø", "où", "oû", "oõ", "oï"), strict=True)),
    **dict(zip("ôồốổỗộ", ("oâ", "oà", "oá", "oå", "oã", "oä"), strict=True)),
    **dict(zip("ơờớởỡợ", ("ô", "ôø", "ôù", "ôû", "ôõ", "ôï"), strict=True)),
    **dict(zip("ùúủũụ", ("uø", "uù", "uû", "uõ", "uï"), strict=True)),
    **dict(zip("ưừứửữự", ("ö", "öø", "öù", "öû", "öõ", "öï"), strict=True)),
    **dict(zip("ỳýỷỹỵđĐ", ("yø", "yù", "yû", "yõ", "î", "ñ", "Ñ"), strict=True)),
}
KINH = (
    *(
        "Nguyễn Văn Thắng",
        "Trần Thị Hằng",
        "Lê Thị Bé",
        "Phạm Vũ Tú",
        "Đỗ Đình Lý",
        "Võ Thị Mỹ",
    ),
    *("Huỳnh Tấn Phước", "Bùi Thị Ngà", "Đặng Hữu Dũng", "Lưu Thế Kỷ"),
)


def _found(conn: Connection, compiled: Compiled, names: Sequence[str]) -> dict[str, set[str]]:
    """Rules about the name by the name they find."""
    rows = [{"ho_va_ten": name} for name in names]
    rules = [rule for rule in compiled["servant"] if rule.rule.code[:5] in {"ID008", "ID009"}]
    assert len(rules) == 7
    found: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for name, is_found in zip(names, failing(conn, rule, rows), strict=True):
            if is_found:
                found[name].add(rule.rule.code)
    return dict(found)


def test_a_name_of_any_people_passes_every_rule_about_names(
    conn: Connection, compiled: Compiled
) -> None:
    composed = [unicodedata.normalize("NFC", name) for name in SHAPES]
    assert _found(conn, compiled, composed) == {}


def test_a_sign_that_no_name_has_is_asked_about(conn: Connection, compiled: Compiled) -> None:
    hidden = [f"Ngô{space}Thí Dụ" for space in ("\u00a0", "\u200b ", "\u202f", " \ufeff", "\t")]
    digits = ["Ngô Thí Dụ 2", "Ngô Thí Dụ \uff12", "Ngô Thí Dụ \u0662", "Ngô Thí Dụ \u2161"]
    foreign = ["Ngô Thí \u0410n", "Ngô Thí \u0391n", "\u5433 Thí Dụ", "Ngô Thí \uff24ụ"]
    brackets = ["Ngô [Thí] Dụ", "(Ngô) Thí Dụ", "Ngô Thí (Dụ", "Ngô Thí) Dụ", "Ngô Thí Dụ ()"]
    odd = [*hidden, *digits, *foreign, *brackets]
    found = _found(conn, compiled, odd)
    assert [name for name in odd if "ID008c" not in found.get(name, ())] == []


@pytest.mark.parametrize("table", [TCVN3, VNI], ids=["tcvn3", "vni"])
def test_a_name_in_an_old_encoding_is_found(
    conn: Connection, compiled: Compiled, table: Mapping[str, str]
) -> None:
    old = ["".join(table.get(letter, letter) for letter in name) for name in KINH]
    found = _found(conn, compiled, old)
    assert [name for name in old if "ID009a" not in found.get(name, ())] == []


def test_a_name_that_reads_well_in_both_encodings_is_let_pass(
    conn: Connection, compiled: Compiled
) -> None:
    """Hồ Thơ in VNI is Hoà Thô in Unicode: nobody can tell, so nobody is asked."""
    assert _found(conn, compiled, ["Hoà Thị Thô"]) == {}


def test_utf8_read_as_latin_is_found(conn: Connection, compiled: Compiled) -> None:
    old = "Nguyễn Thị Hạnh".encode().decode("cp1252", errors="ignore")
    assert "ID009a" in _found(conn, compiled, [old])[old]


def test_real_names_pass_every_rule_about_names(conn: Connection, compiled: Compiled) -> None:
    with DEPUTIES.open(encoding="utf-8", newline="") as lines:
        names = [row["name"] for row in csv.DictReader(lines)]
    assert len(names) == 92
    assert _found(conn, compiled, names) == {}
