"""What a rule rests on, said to readers of Vietnamese and of English."""

import pytest

from sync.portal.citations import basis_in
from sync.services.basis import current_suites


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        ("Decree 27/2026/NĐ-CP Art.16(3)", "Nghị định 27/2026/NĐ-CP Điều 16(3)"),
        (
            "Luật Căn cước 2023 Art.12; TT 59/2021/TT-BCA Art.4",
            "Luật Căn cước 2023 Điều 12; TT 59/2021/TT-BCA Điều 4",
        ),
        ("Law 80/2025/QH15, 129/2025/QH15", "Luật 80/2025/QH15, 129/2025/QH15"),
        ("logic", "lô-gic của dữ liệu"),
        ("logic (CR011)", "lô-gic của dữ liệu (CR011)"),
        ("của dự án / ours", "quy định của dự án"),
        ("codified law writes both forms", "pháp điển viết cả hai cách"),
        ("Decree 204/2004 / probation rules", "Decree 204/2004 / probation rules"),
    ],
)
def test_citations_are_vietnamese_and_untranslated_prose_is_left_whole(
    basis: str, said: str
) -> None:
    assert basis_in("vi", basis) == said


def test_english_readers_get_no_vietnamese_beside_it() -> None:
    assert basis_in("en", "của dự án / ours: 30% of the records") == "ours: 30% of the records"


def test_most_rules_say_their_basis_in_vietnamese() -> None:
    bases = [rule.basis for rule in current_suites().by_code.values()]
    unsaid = [basis for basis in bases if basis_in("vi", basis) == basis]

    assert len(unsaid) < len(bases) / 4
