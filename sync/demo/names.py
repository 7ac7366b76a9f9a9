"""Well-formed names for people who do not exist.

Kinh names are drawn so that two people of one country share middle and given name only when
their numbers are a whole table apart; names of other peoples follow their own shapes
(`Y Thông`, `Giàng A Páo`, `H'Mai Niê`), because rules must let them pass.
"""

from collections.abc import Callable, Sequence
from math import gcd


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


def phrases(text: str) -> list[str]:
    """The phrases of a text, one bar between two."""
    return text.split("|")


SURNAMES = words(
    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Lê Phạm Phạm Hoàng"
    " Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Đoàn Lương Mai Tô Trương Cao Tạ"
    " Châu Thái Quách Kiều Nghiêm Khuất Doãn Lại Văn Hà La Vương Đào Tăng Từ Ông Mạc Phùng"
)

_MIDDLE_MALE = phrases(
    "Văn|Đức|Hữu|Công|Quang|Minh|Xuân|Ngọc|Thanh|Đình|Quốc|Bá|Trọng|Tiến|Mạnh|Anh|Gia|Hoàng|"
    "Duy|Thế|Viết|Hồng|Chí|Phúc|Khắc|Như|Việt|Tuấn|Nhật|Hải|Bảo|Trung|Văn Minh|Đức Anh|"
    "Xuân Quang|Hữu Thanh|Công Minh|Quốc Bảo|Minh Đức|Thành"
)
_MIDDLE_FEMALE = phrases(
    "Thị|Thị Thanh|Thị Ngọc|Thị Thu|Thị Hồng|Thị Minh|Thị Kim|Thị Bích|Thị Mai|Thị Thúy|"
    "Thị Lan|Thị Hoài|Thị Phương|Thị Mỹ|Ngọc|Thanh|Thu|Hồng|Minh|Kim|Bích|Mai|Thúy|Phương|"
    "Mỹ|Diệu|Khánh|Hoài|Như|Quỳnh|Tường|Bảo|Thùy|Ánh|Hải|Huyền|Cẩm|Xuân|Tuyết|Thị Xuân"
)
_GIVEN_MALE = words(
    "An Anh Ánh Bách Bằng Biên Bình Cảnh Chiến Chính Chung Công Cường Danh Dũng Duy Đại Đạo "
    "Đạt Điệp Định Đông Đức Giang Hà Hải Hào Hậu Hiền Hiển Hiệp Hiếu Hòa Hoan Hoàn Hoàng Hợp "
    "Huân Hùng Huy Hưng Hữu Khải Khang Khánh Khiêm Khoa Khôi Kiên Kiệt Lâm Lân Liêm Long Lộc "
    "Lợi Luân Lực Lương Mạnh Minh Nam Nghị Nghĩa Nguyên Nhân Nhật Ninh Phát Phong Phú Phúc "
    "Phước Phương Quân Quang Quảng Quốc Quý Quyền Quyết Sang Sáng Sâm Sinh Sơn Tài Tâm Tân Tấn "
    "Thái Thắng Thanh Thành Thạch Thi Thiện Thịnh Thọ Thông Thuận Thụy Thủy Thức Tiến Tiệp "
    "Tín Tĩnh Toàn Toản Trí Triều Trọng Trung Trực Trường Tú Tuân Tuấn Tùng Tuyên Tường Uy "
    "Văn Việt Vinh Vũ Vương Vượng Xuân Ước Oanh Quyết"
)
_GIVEN_FEMALE = words(
    "An Anh Ánh Bích Bình Cẩm Châm Chi Cúc Cương Dần Diễm Diệp Diệu Dung Duyên Đào Gấm Giang "
    "Hà Hải Hằng Hạnh Hảo Hậu Hiên Hiền Hiếu Hoa Hòa Hoài Hoàn Hồng Huế Huệ Hương Hường Huyền "
    "Khanh Khánh Khuyên Kiều Kim Lam Lan Lành Lệ Len Liên Liễu Linh Loan Luyến Lụa Lương Ly Lý "
    "Mai Mận Mến Miên Minh Mơ My Mỹ Na Nga Ngà Ngân Ngọc Nguyên Nguyệt Nhàn Nhâm Nhi Nhung Nụ "
    "Oanh Phúc Phương Phượng Quế Quy Quyên Quỳnh Sáu Sen Sim Sinh Tâm Thắm Thanh Thảo Thêu "
    "Thi Thoa Thơ Thu Thuận Thục Thúy Thùy Thủy Thư Thương Tình Tơ Trà Trang Trâm Trinh Tú "
    "Tuyến Tuyết Tươi Uyên Vân Vi Viên Vinh Vui Vy Xoan Xuân Xuyến Yên Yến"
)


def _unique(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _combined(middles: Sequence[str], givens: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{m} {g}" for m in _unique(middles) for g in _unique(givens) if g not in m)


MALE = _combined(_MIDDLE_MALE, _GIVEN_MALE)
FEMALE = _combined(_MIDDLE_FEMALE, _GIVEN_FEMALE)

# Ethnic code -> (male shapes, female shapes). Shapes as they stand in real lists of deputies:
# a single syllable after Y, an apostrophe, a hyphen, a capital inside a word.
_HMONG = words("Giàng Vàng Thào Sùng Lầu Hạng Mùa Cứ Lý Tráng Vừ Ly Hầu Má Cư Hờ")
_GIVEN_HMONG = words("Páo Chứ Dơ Lử Sinh Vư Phử Tủa Dính Sử Chua Nủ Vàng Tỏa Pó Hồng Sáng Nhè")
_GIVEN_HIGHLAND = words(
    "Thông Khuyn Wơn Bliu Thiêng Ngọc Lương Djoan Blăm Thoan Hlan Nuê Bhiên Krông Rin Săn Dhăm"
    " Khoa Nhuân Tâm Bình"
)
_CLAN_EDE = words("Niê Mlô Êban Kbuôr Kđoh Byă Ayun Adrơng Ênuôl Hwing")
_CLAN_JRAI = words("KPă Rơ-Ô Siu Ksor Rcom Nay Rmah Rah-Lan Kpuih Puih")
_KHMER = words("Thạch Kim Sơn Danh Lâm Châu Chau Kiên")
_GIVEN_KHMER = words("Sa-Phôn Thươl Rây Sóc Thiên Đa-Ra Phia-Rum Khêm Út Mươl Sô-Phia Sang")
_TAY = words("Nông Lý Hoàng Ma Bế Triệu Lộc Vi Lương Hứa Chu Lục")


def _pairs(pattern: Callable[[str, str], str], a: Sequence[str], b: Sequence[str]) -> list[str]:
    return [pattern(x, y) for x in a for y in b]


MINORITY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "02": (
        tuple(_pairs(lambda a, b: f"{a} Văn {b}", _TAY, _GIVEN_MALE)),
        tuple(_pairs(lambda a, b: f"{a} Thị {b}", _TAY, _GIVEN_FEMALE)),
    ),
    "05": (
        tuple(_pairs(lambda a, b: f"{a} {b}", _KHMER, _GIVEN_KHMER + _GIVEN_MALE[:40])),
        tuple(_pairs(lambda a, b: f"{a} Thị {b}", _KHMER, _GIVEN_KHMER + _GIVEN_FEMALE[:40])),
    ),
    "08": (
        tuple(_pairs(lambda a, b: f"{a} A {b}", _HMONG, _GIVEN_HMONG)),
        tuple(_pairs(lambda a, b: f"{a} Thị {b}", _HMONG, _GIVEN_HMONG)),
    ),
    "10": (
        tuple(_pairs(lambda a, b: f"{a} {b}", _CLAN_JRAI, _GIVEN_HIGHLAND)),
        tuple(_pairs(lambda a, b: f"{a} H'{b}", _CLAN_JRAI, _GIVEN_HIGHLAND)),
    ),
    "12": (
        tuple(_pairs(lambda a, b: f"Y {b} {a}", _CLAN_EDE, _GIVEN_HIGHLAND)),
        tuple(_pairs(lambda a, b: f"H'{b} {a}", _CLAN_EDE, _GIVEN_HIGHLAND)),
    ),
    "14": (
        tuple(f"Y {given}" for given in _GIVEN_HIGHLAND),
        tuple(f"Y {given}" for given in _GIVEN_HIGHLAND),
    ),
    "16": (
        tuple(_pairs(lambda a, b: f"{a} {b}", ["K'Să", "Cil", "Kơ-Să", "Ya"], _GIVEN_HIGHLAND)),
        tuple(_pairs(lambda a, b: f"{a} {b}", ["Ka", "K'", "Ma"], ["Nhiên", "Brêm", "Thiết"])),
    ),
}
MINORITY["16"] = (
    MINORITY["16"][0],
    tuple(n.replace("' ", "'") + " Ka" for n in MINORITY["16"][1]),
)
MINORITY_CODES = tuple(MINORITY)


def _stride(length: int) -> int:
    """A step that visits every place of a table of this length once, far from its start."""
    step = int(length * 0.6180339887)
    while gcd(step, length) != 1:
        step += 1
    return step


_MALE_STRIDE, _FEMALE_STRIDE = _stride(len(MALE)), _stride(len(FEMALE))


def kinh_name(number: int, is_male: bool, chance: float) -> str:
    """A Kinh name; `number` decides middle and given name, `chance` (0..1) the surname."""
    surname = SURNAMES[int(chance * len(SURNAMES))]
    if is_male:
        return f"{surname} {MALE[number * _MALE_STRIDE % len(MALE)]}"
    return f"{surname} {FEMALE[number * _FEMALE_STRIDE % len(FEMALE)]}"


def minority_name(ethnic_code: str, is_male: bool, chance: float) -> str:
    """A name in the shape usual among one of the peoples of `MINORITY`."""
    shapes = MINORITY[ethnic_code][0 if is_male else 1]
    return shapes[int(chance * len(shapes))]
