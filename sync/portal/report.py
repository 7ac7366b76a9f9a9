"""The report of a day as PDF: the page's figures in the form of an official report."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

import typst

from sync.portal.national import ladder_of, timeliness_of, trend_of
from sync.portal.scorecard import MONTH, YEAR, Scorecard
from sync.portal.speech import VIETNAMESE, Speech, speech
from sync.portal.thresholds import Thresholds
from sync.portal.views import (
    SYNCHRONISED_LEVEL,
    TOP_LEVEL,
    Ratio,
    kind_name,
    ratios_of,
    reason_groups,
    reason_of,
    worst_first,
)

CAUSES_PRINTED = 15
KEPT_REPORTS = 8
SUBJECT = (
    "Tình hình kết nối, đồng bộ với Cơ sở dữ liệu quốc gia",
    "về cán bộ, công chức, viên chức",
)
LEFT, RIGHT, CENTER = "left", "right", "center"

Part = dict[str, Any]


def write_report(card: Scorecard, limits: Thresholds) -> bytes:
    """The PDF; the same figures give the same bytes."""
    figures = json.dumps(report_of(card, limits), ensure_ascii=False, sort_keys=True)
    return _compiled(figures, card.now.measured_at.replace(microsecond=0))


@lru_cache(maxsize=KEPT_REPORTS)
def _compiled(figures: str, measured_at: datetime) -> bytes:
    template = (resources.files("sync.portal") / "print" / "report.typ").read_bytes()
    written = typst.compile(
        template,
        format="pdf",
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"figures": figures},
        pdf_standards="ua-1",
        timestamp=measured_at,
    )
    if not isinstance(written, bytes):  # several pages make one PDF
        raise TypeError("typst gave no PDF")
    return written


def report_of(card: Scorecard, limits: Thresholds) -> dict[str, Any]:
    """Every word and figure of the report, in the order it stands."""
    said = speech(VIETNAMESE)
    as_of = f"Số liệu đến hết ngày {said.day(card.now.as_of)}"
    subject = _within(" ".join(SUBJECT))
    return {
        "title": f"Báo cáo {subject}",
        "subject": SUBJECT,
        "as_of": as_of,
        "closing": f"{subject}, {_within(as_of)}",
        "sections": [
            {"title": "I. KẾT QUẢ CHUNG", "parts": _in_all(card, said)},
            {"title": "II. KẾT QUẢ THEO LOẠI ĐƠN VỊ", "parts": _by_kind(card, said)},
            {"title": "III. TÍNH KỊP THỜI", "parts": _timeliness(card, limits, said)},
            {"title": "IV. LÝ DO CHƯA ĐẠT", "parts": _reasons(card, said)},
            {"title": "V. VẤN ĐỀ DỮ LIỆU", "parts": _causes(card, said)},
            {"title": "VI. SỐ ĐÃ CÔNG BỐ", "parts": _claims(card, said)},
        ],
        "annex": _annex(card, said),
    }


def _within(sentence: str) -> str:
    """The words as they stand inside a sentence."""
    return sentence[0].lower() + sentence[1:]


def paragraph(text: str) -> Part:
    """One paragraph."""
    return {"kind": "paragraph", "text": text}


def items(texts: Iterable[str]) -> Part:
    """A list with dashes."""
    return {"kind": "items", "items": list(texts)}


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], shape: Sequence[tuple[int, str]]
) -> Part:
    """A table; `shape` gives each column its share of the width (0: as wide as its words)."""
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "widths": [width for width, _ in shape],
        "aligned": [side for _, side in shape],
    }


def _in_all(card: Scorecard, said: Speech) -> list[Part]:
    connected, synchronised = ratios_of(
        card.now, card.past[MONTH], card.past[YEAR], card.claims
    )
    trend = trend_of(card)
    rows = [
        [
            f"{said.say('trend.now')} ({said.day(card.now.as_of)})",
            _ratio(card.now.connected_count, card.now.unit_count, said),
            _ratio(card.now.synchronised_count, card.now.unit_count, said),
        ]
    ]
    for row in trend.earlier:
        then = row.then
        name = said.say(f"trend.{row.key}")
        if then is None:
            rows.append([name, *[said.say("headline.no_change")] * 2])
        else:
            rows.append(
                [
                    f"{name} ({said.day(then.as_of)})",
                    _ratio(then.connected_count, then.unit_count, said),
                    _ratio(then.synchronised_count, then.unit_count, said),
                ]
            )
    head = [
        said.say("trend.when"),
        said.say("headline.connected"),
        said.say("headline.synchronised"),
    ]
    return [
        paragraph(
            "Số liệu dưới đây do hệ thống đo từ sổ ghi, có thể tính lại cho mọi ngày; mỗi tỷ lệ"
            f" có tử số và mẫu số. Mẫu số là {said.number(card.now.unit_count)} bộ, ngành, địa"
            " phương có hiệu lực trong danh mục vào ngày báo cáo."
        ),
        items([_headline(connected, said), _headline(synchronised, said)]),
        table(head, rows, [(4, LEFT), (3, LEFT), (3, LEFT)]),
    ]


def _headline(ratio: Ratio, said: Speech) -> str:
    name = said.say(f"headline.{ratio.key}")
    return (
        f"{name} ({said.say(f'headline.hint.{ratio.key}')}):"
        f" {_ratio(ratio.count, ratio.of, said)} đơn vị."
    )


def _ratio(count: int, of: int, said: Speech) -> str:
    return said.say("trend.ratio", count=count, of=of, share=said.ratio(count, of))


def _by_kind(card: Scorecard, said: Speech) -> list[Part]:
    levels = range(TOP_LEVEL + 1)
    rows = [
        [
            kind_name(row.key, said),
            *(said.number(count) for count in row.counts),
            said.number(row.total),
        ]
        for row in ladder_of(card.units)
    ]
    names = "; ".join(f"{level}: {said.say(f'level.{level}')}" for level in levels)
    head = [
        said.say("kindladder.kind"),
        *(f"Mức {level}" for level in levels),
        said.say("kindladder.sum"),
    ]
    return [
        paragraph(f"Sáu mức bằng chứng: {names}."),
        table(head, rows, [(5, LEFT), *[(0, RIGHT)] * (len(levels) + 1)]),
    ]


def _timeliness(card: Scorecard, limits: Thresholds, said: Speech) -> list[Part]:
    found = timeliness_of(card, limits, said)
    share = said.ratio(found.current_count, found.unit_count)
    told = (
        said.say("timely.current", count=found.current_count, of=found.unit_count, share=share)
        if found.is_measured
        else said.say("timely.not_measured")
    )
    groups = (
        f"{said.say(f'timely.{group.key}', hours=group.hours, after=group.after)}:"
        f" {said.number(len(group.units))}/{said.number(found.unit_count)} đơn vị."
        for group in found.groups
    )
    return [paragraph(told), paragraph(f"{said.say('timely.answers')}:"), items(groups)]


def _reasons(card: Scorecard, said: Speech) -> list[Part]:
    groups = [
        group for group in reason_groups(card.units, said) if group.level < SYNCHRONISED_LEVEL
    ]
    if not groups:
        return [paragraph(said.say("why.all_synchronised"))]
    rows = [
        [
            str(group.level),
            group.sentence,
            said.number(len(group.units)),
            ", ".join(said.of(unit, "name") for unit in group.units),
        ]
        for group in groups
    ]
    head = ["Mức", "Lý do", "Số đơn vị", "Đơn vị"]
    return [
        paragraph("Các đơn vị chưa đồng bộ, xếp từ mức thấp nhất:"),
        table(head, rows, [(0, CENTER), (4, LEFT), (0, RIGHT), (4, LEFT)]),
    ]


def _causes(card: Scorecard, said: Speech) -> list[Part]:
    if not card.causes:
        return [paragraph(said.say("cause.none"))]
    printed = card.causes[:CAUSES_PRINTED]
    rows = [
        [
            cause.rule_code,
            said.of(cause, "sentence"),
            said.say(f"effect.{cause.effect}"),
            said.say("cause.units", count=cause.unit_count, of=card.counted_units),
            said.number(cause.record_count),
            said.number(cause.waived_count),
        ]
        for cause in printed
    ]
    head = [said.say(f"cause.{key}") for key in ("rule", "sentence", "effect")]
    head += [said.say(f"cause.{key}") for key in ("unit_count", "record_count")]
    head.append(said.say("column.waived"))
    notes = [said.say("cause.hidden")] if card.is_some_hidden else []
    return [
        paragraph(
            " ".join(
                [
                    f"{said.number(len(printed))}/{said.number(len(card.causes))} quy tắc bị vi"
                    " phạm ở nhiều hồ sơ nhất; mỗi hồ sơ đếm một lần cho mỗi quy tắc.",
                    *notes,
                ]
            )
        ),
        table(head, rows, [(0, LEFT), (6, LEFT), (0, LEFT), *[(0, RIGHT)] * 3]),
    ]


def _claims(card: Scorecard, said: Speech) -> list[Part]:
    told = [
        f"{said.day(claim.claimed_on)}, {claim.stated_by}: {said.of(claim, 'claim')}"
        f" (nguồn: {claim.source})"
        for claim in card.claims
    ]
    if not told:
        return [paragraph(said.say("claims.none"))]
    return [paragraph(said.say("claims.intro")), items(told)]


def _annex(card: Scorecard, said: Speech) -> Part:
    rows = [
        [
            str(number),
            said.of(unit, "name"),
            str(unit.level),
            said.number(unit.present),
            said.number(unit.expected),
            said.ratio(unit.present, unit.expected),
            said.number(unit.quarantined),
            said.number(unit.blocking_findings),
            said.number(unit.waived_findings),
            reason_of(unit, said) if unit.level < TOP_LEVEL else said.say("unit.top"),
        ]
        for number, unit in enumerate(worst_first(card.units, said), 1)
    ]
    keys = ("present", "expected", "completeness", "quarantined", "blocking", "waived")
    head = ["TT", said.say("column.name"), said.say("column.level")]
    head += [said.say(f"column.{key}") for key in keys] + [said.say("unit.missing")]
    shape = [(0, CENTER), (9, LEFT), (0, CENTER), *[(0, RIGHT)] * 3, *[(5, RIGHT)] * 3]
    shape.append((14, LEFT))
    notes = [
        f"{said.say(f'column.{key}')}: {said.say(f'def.{key}_text')}"
        for key in (*keys[:4], "waived")
    ]
    if card.is_some_hidden:
        notes.append(said.say("restricted.note"))
    return table(head, rows, shape) | {
        "title": "KẾT QUẢ TỪNG ĐƠN VỊ",
        "notes": notes,
    }
