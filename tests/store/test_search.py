"""Names sort and are found as Vietnamese people expect, by the database itself."""

from sqlalchemy import text

from sync.portal.places import letter_order
from sync.store.database import Database

NAMES = [
    "Trần Thị Ân", "Nguyễn Văn An", "Lê Ẩn", "Phạm Thị Hạ", "Trần Hà", "Nguyễn Hạ",
    "Đỗ Đức Đạt", "Dương Dạt", "Đặng Đăng", "Bùi Thị Ngọc Ánh", "Y Ban",
    "Ăn", "Ơn", "Ớn", "Ôn", "Âu Cơ",
    "Lý  Thường   Kiệt", "Vũ Thị Hường", "Vũ Thị Hương", "Vũ Thị Hưởng", "Nguyễn Thị Thu Thuỷ",
    "Nguyễn Thị Thu Thủy", "Mã Thị Xuân", "Quàng Văn Ính", "Sùng A Páo",
]  # fmt: skip


def given_first(name: str) -> tuple[object, object]:
    words = name.split()
    return letter_order(words[-1]), letter_order(name.strip()[: -len(words[-1])].rstrip())


def test_the_database_sorts_names_as_the_pages_do(db: Database) -> None:
    with db.transaction() as conn:
        statement = "SELECT n FROM unnest(CAST(:names AS text[])) AS n"
        said = conn.execute(
            text(f"{statement} ORDER BY register.name_key(n)"), {"names": NAMES}
        ).scalars()
        found = list(said)

    assert found == sorted(NAMES, key=given_first)


def test_a_name_is_found_without_its_marks_however_it_is_composed(db: Database) -> None:
    with db.transaction() as conn:
        said = [
            conn.execute(text("SELECT register.plain_name(:n)"), {"n": name}).scalar_one()
            for name in (" Đặng  Thị Ứớng", "Nguye\u0302\u0303n", "LÊ Ỹ")
        ]

    assert said == [" dang thi uong", " nguyen", " le y"]
