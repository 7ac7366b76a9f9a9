"""Where a unit stands on the tile map, its short name, and the order of Vietnamese letters."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

# (column, row), roughly true to the map; by unit code.
TILE_POSITIONS: Mapping[str, tuple[int, int]] = {
    "H35": (0, 0),  # Lai Châu
    "H38": (1, 0),  # Lào Cai
    "H60": (2, 0),  # Tuyên Quang
    "H14": (3, 0),  # Cao Bằng
    "H18": (0, 1),  # Điện Biên
    "H52": (1, 1),  # Sơn La
    "H44": (2, 1),  # Phú Thọ
    "H55": (3, 1),  # Thái Nguyên
    "H37": (4, 1),  # Lạng Sơn
    "H26": (2, 2),  # Hà Nội
    "H05": (3, 2),  # Bắc Ninh
    "H49": (4, 2),  # Quảng Ninh
    "H31": (3, 3),  # Hưng Yên
    "H24": (4, 3),  # Hải Phòng
    "H56": (2, 4),  # Thanh Hóa
    "H42": (3, 4),  # Ninh Bình
    "H41": (2, 5),  # Nghệ An
    "H27": (3, 5),  # Hà Tĩnh
    "H50": (3, 6),  # Quảng Trị
    "H57": (4, 7),  # Huế
    "H17": (4, 8),  # Đà Nẵng
    "H48": (4, 9),  # Quảng Ngãi
    "H21": (4, 10),  # Gia Lai
    "H15": (4, 11),  # Đắk Lắk
    "H36": (3, 12),  # Lâm Đồng
    "H32": (4, 12),  # Khánh Hòa
    "H53": (2, 13),  # Tây Ninh
    "H19": (3, 13),  # Đồng Nai
    "H01": (0, 14),  # An Giang
    "H20": (1, 14),  # Đồng Tháp
    "H29": (3, 14),  # TP. Hồ Chí Minh
    "H13": (1, 15),  # Cần Thơ
    "H61": (2, 15),  # Vĩnh Long
    "H12": (1, 16),  # Cà Mau
}

CENTRAL_KINDS = ("ministry", "ministerial_agency", "government_agency")
LOCAL_KINDS = ("province", "municipality")

_SHORT_VI = {
    "Thành phố Hồ Chí Minh": "TP. Hồ Chí Minh",
    "Viện Hàn lâm Khoa học và Công nghệ Việt Nam": "Viện HL Khoa học và Công nghệ",
    "Viện Hàn lâm Khoa học xã hội Việt Nam": "Viện HL Khoa học xã hội",
    "Ngân hàng Nhà nước Việt Nam": "Ngân hàng Nhà nước",
    "Đài Tiếng nói Việt Nam": "Đài Tiếng nói VN",
    "Đài Truyền hình Việt Nam": "Đài Truyền hình VN",
    "Thông tấn xã Việt Nam": "Thông tấn xã VN",
}
_SHORT_EN = {
    "Vietnam Academy of Science and Technology": "Academy of Science and Technology",
    "Vietnam Academy of Social Sciences": "Academy of Social Sciences",
    "State Bank of Vietnam": "State Bank",
}

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK_OF_LETTER = {letter: rank for rank, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def short_name(name: str, language: str) -> str:
    """The name as a tile writes it: without "Tỉnh", "Bộ", "Ministry of"."""
    if language == "vi":
        for prefix in ("Tỉnh ", "Bộ ") + (() if name in _SHORT_VI else ("Thành phố ",)):
            name = name.removeprefix(prefix)
        return _SHORT_VI.get(name, name[:1].upper() + name[1:])
    name = _SHORT_EN.get(name, name).removeprefix("Ministry of ")
    return name.removesuffix(" province").removesuffix(" City")


@lru_cache(maxsize=4096)
def letter_order(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A sort key: Vietnamese letters first (đ after d), tones only where letters are equal."""
    letters: list[int] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFD", name.lower()):
        if char in _TONES:
            tones[-1:] = [_TONES[char]]
        elif unicodedata.combining(char) and letters:
            letters[-1] = _with_mark(letters[-1], char)
        else:
            letters.append(_RANK_OF_LETTER.get(char, -1))
            tones.append(0)
    return tuple(letters), tuple(tones)


def _with_mark(rank: int, mark: str) -> int:
    marked = unicodedata.normalize("NFC", _LETTERS[rank] + mark) if rank >= 0 else ""
    return _RANK_OF_LETTER.get(marked, rank)
