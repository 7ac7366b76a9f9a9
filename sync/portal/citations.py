"""The basis of a rule as a reader of one language reads it: words change, citations do not."""

import re

OURS = "của dự án / ours"
_VIETNAMESE = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (rf"{OURS}: mandatory field of the record \(\S+\)", "dự án: trường bắt buộc của hồ sơ"),
        (
            rf"{OURS}: exact match in the code list \(the receiver checks by containment\)",
            "dự án: đúng mã trong danh mục",
        ),
        (OURS, "quy định của dự án"),
        (r"practice of the receiver \(public receiver code\)", "cách làm của hệ thống nhận"),
        (r"codified law writes both forms", "pháp điển viết cả hai cách"),
        (r"superseded title codes", "mã chức danh đã được thay thế"),
        (r"\(general knowledge\)", "(hiểu biết chung)"),
        (r"Party statutes", "Điều lệ Đảng"),
        (r"one person, one number", "mỗi người một số"),
        (r"one person, one dossier", "mỗi người một hồ sơ"),
        (r"\(ours\)", "(của dự án)"),
        (r"^logic\b|(?<=; )logic\b", "lô-gic của dữ liệu"),
        (r"\bDecree\b", "Nghị định"),
        (r"\bLaw\b", "Luật"),
        (r"\bArt\.\s?(?=\d)", "Điều "),
        (r"\btables\b", "bảng"),
        (r"\bgroup\b", "nhóm"),
    )
)
_ENGLISH_WORD = re.compile(r"\b(?!csv|yaml)[a-z]{3,}\b")
_VIETNAMESE_WORDS = frozenset(
    word for _, words in _VIETNAMESE for word in re.findall(r"[^\W\d_]+", words)
) | {"Luật", "cước", "biên", "chế"}


def basis_in(language: str, basis: str) -> str:
    """The basis in this language; prose that nobody translated stays as it was written."""
    if language != "vi":
        return basis.replace(OURS, "ours")
    said = basis
    for pattern, words in _VIETNAMESE:
        said = pattern.sub(words, said)
    left = [word for word in re.findall(r"[^\W\d_]+", said) if word not in _VIETNAMESE_WORDS]
    is_english = any(_ENGLISH_WORD.fullmatch(word) for word in left)
    return basis if is_english else said
