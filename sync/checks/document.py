"""docs/rules.md, generated from the suites: what an HR officer may be asked, and why."""

from collections.abc import Iterable
from pathlib import Path

from sync.checks.suites import Rule, Suites, load_suites
from sync.contract.record import record_groups
from sync.model.states import Effect

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"

EFFECTS = {
    Effect.BLOCK: "the record is quarantined; its last good version stays",
    Effect.HOLD: "the whole snapshot waits for a person",
    Effect.CASE: "a question between two units; nobody's record is blocked",
    Effect.ASK: "admitted, and HR is asked",
    Effect.COUNT: "admitted, only counted",
}


def render_rules(suites: Suites | None = None) -> str:
    """The page as Markdown, by group of the record."""
    found = suites or load_suites(EXPECTATIONS)
    lines = [
        "# Rules",
        "",
        "Generated from `expectations/*.json` by `sync.checks.document`; do not edit.",
        f"{len(found.rules)} rules. What each effect does:",
        "",
        *(f"- **{effect}**: {meaning}" for effect, meaning in EFFECTS.items()),
    ]
    for group in ("document", *record_groups()):
        rules = sorted((r for r in found.rules if r.group == group), key=lambda rule: rule.code)
        if rules:
            lines += ["", f"## {group}", "", *_table(rules)]
    return "\n".join(lines) + "\n"


def _table(rules: Iterable[Rule]) -> list[str]:
    header = [
        "| code | effect | field | what is wrong, what to do | basis |",
        "|---|---|---|---|---|",
    ]
    return header + [
        f"| {rule.code} | {rule.effect} | {rule.field or '-'} | {_cell(rule.sentence_vi)}"
        f"<br>*{_cell(rule.sentence_en)}* | {_cell(rule.basis)}{_validity(rule)} |"
        for rule in rules
    ]


def _validity(rule: Rule) -> str:
    parts = [f"from {rule.valid_from}"] if rule.valid_from else []
    parts += [f"to {rule.valid_to}"] if rule.valid_to else []
    return f" ({' '.join(parts)})" if parts else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
