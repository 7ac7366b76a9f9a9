"""Findings of a unit, as its HR officers may read them: ids, fields, rules; never a value."""

from typing import Any

from sync.services.basis import current_suites
from sync.services.context import database_of
from sync.store import findings, registry
from sync.store.database import Database


def list_findings(unit_code: str, *, db: Database | None = None) -> list[dict[str, Any]]:
    """Open findings: record_id, group, row, field, rule_code, effect, since, sentence,
    sentence_en.

    Raises:
        NotFoundError: there never was such a unit.
    """
    current_suites()  # whoever cannot read the rules cannot explain a finding
    with (db or database_of()).transaction() as conn:
        registry.get_unit(conn, unit_code)
        found = findings.list_open(conn, unit_code)
    return [
        {
            "record_id": finding.record_id,
            "group": finding.group_name,
            "row": finding.row_no,
            "field": finding.field_code,
            "rule_code": finding.rule_code,
            "effect": finding.effect,
            "since": finding.since.isoformat(timespec="seconds"),
            **_sentences(finding.rule_code),
        }
        for finding in found
    ]


def list_causes(unit_code: str, *, db: Database | None = None) -> list[dict[str, Any]]:
    """What to mend, by cause: rule_code, label (a code or pattern, where it names nobody),
    records, findings, since, sentence, sentence_en; most records first.

    Raises:
        NotFoundError: there never was such a unit.
    """
    current_suites()  # whoever cannot read the rules cannot explain a finding
    with (db or database_of()).transaction() as conn:
        registry.get_unit(conn, unit_code)
        found = findings.list_causes(conn, unit_code)
    return [
        {
            "rule_code": cause.rule_code,
            "label": cause.label,
            "records": cause.record_count,
            "findings": cause.finding_count,
            "since": cause.since.isoformat(timespec="seconds"),
            **_sentences(cause.rule_code),
        }
        for cause in found
    ]


def _sentences(rule_code: str) -> dict[str, str]:
    """What an officer reads; nothing where the rule is no more."""
    rule = current_suites().by_code.get(rule_code)
    return {
        "sentence": rule.sentence_vi if rule else "",
        "sentence_en": rule.sentence_en if rule else "",
    }
