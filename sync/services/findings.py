"""Findings of a unit, as its HR officers may read them: ids, fields, rules; never a value."""

from typing import Any

from sync.checks.suites import load_suites
from sync.services.context import database_of, expectations_dir
from sync.store import quality, registry
from sync.store.database import Database


def list_findings(unit_code: str, *, db: Database | None = None) -> list[dict[str, Any]]:
    """Open findings: record_id, group, row, field, rule_code, effect, sentence, sentence_en.

    Raises:
        NotFoundError: there never was such a unit.
    """
    rules = {rule.code: rule for rule in load_suites(expectations_dir()).rules}
    with (db or database_of()).transaction() as conn:
        registry.get_unit(conn, unit_code)
        found = quality.list_open(conn, unit_code)
    return [
        {
            "record_id": finding.record_id,
            "group": finding.group_name,
            "row": finding.row_no,
            "field": finding.field_code,
            "rule_code": finding.rule_code,
            "effect": finding.effect,
            "sentence": rules[finding.rule_code].sentence_vi
            if finding.rule_code in rules
            else "",
            "sentence_en": rules[finding.rule_code].sentence_en
            if finding.rule_code in rules
            else "",
        }
        for finding in found
    ]


def list_rules() -> list[dict[str, str]]:
    """Every rule: code, effect, field, sentences and legal basis."""
    return [
        {
            "code": rule.code,
            "effect": str(rule.effect),
            "field": rule.field,
            "sentence_vi": rule.sentence_vi,
            "sentence_en": rule.sentence_en,
            "basis": rule.basis,
        }
        for rule in load_suites(expectations_dir()).rules
    ]
