"""docs/rules.md, generated from the suites: what an HR officer may be asked, and why."""

from collections.abc import Iterable
from pathlib import Path

from sync.checks.suites import DOCUMENT, REGISTER, SNAPSHOT, Rule, Suites, load_suites
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

ABOUT = {
    REGISTER: (
        "One record beside others: its unit, other units, earlier answers.",
        "",
    ),
    SNAPSHOT: ("One answer of a unit as a whole.", ""),
}


def render_rules(suites: Suites | None = None) -> str:
    """The page as Markdown, by section: groups of the record, register and snapshot rules."""
    found = suites or load_suites(EXPECTATIONS)
    lines = [
        "# Rules",
        "",
        "Generated from `expectations/*.json` by `sync.checks.document`; do not edit.",
        f"{len(found.rules)} rules. What each effect does:",
        "",
        *(f"- **{effect}**: {meaning}" for effect, meaning in EFFECTS.items()),
    ]
    for name, rules in sections_of(found).items():
        lines += ["", f"## {name}", "", *ABOUT.get(name, ()), *_table(rules)]
    return "\n".join(lines) + "\n"


def sections_of(suites: Suites) -> dict[str, list[Rule]]:
    """Rules by section, sections in the order of the record, rules by code; none is empty."""
    names = (DOCUMENT, *record_groups(), REGISTER, SNAPSHOT)
    sections = {
        name: sorted(
            (rule for rule in suites.rules if rule.section == name), key=lambda rule: rule.code
        )
        for name in names
    }
    return {name: rules for name, rules in sections.items() if rules}


def _table(rules: Iterable[Rule]) -> list[str]:
    header = [
        "| code | effect | field | what is wrong, what to do | basis |",
        "|---|---|---|---|---|",
    ]
    return header + [
        f"| {rule.code} | {rule.effect} | {rule.field or '-'} | {_cell(rule.sentence_vi)}"
        f"<br>*{_cell(rule.sentence_en)}* | {_cell(rule.basis_vi)}<br>*{_cell(rule.basis)}*"
        f"{_validity(rule)} |"
        for rule in rules
    ]


def _validity(rule: Rule) -> str:
    parts = [f"from {rule.valid_from}"] if rule.valid_from else []
    parts += [f"to {rule.valid_to}"] if rule.valid_to else []
    return f" ({' '.join(parts)})" if parts else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
