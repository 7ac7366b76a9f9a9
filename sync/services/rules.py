"""The catalogue of rules, as `docs/rules.md` prints it; `cbccvc rules` says the same."""

from typing import Any

from sync.checks.document import sections_of
from sync.checks.suites import Rule
from sync.model.errors import NotFoundError
from sync.services.basis import current_suites


def list_rules(section: str | None = None) -> list[dict[str, Any]]:
    """Every rule (of one section), by section and code: sentences, basis, validity.

    Raises:
        NotFoundError: no rule stands in such a section; names those there are.
    """
    sections = sections_of(current_suites())
    if section is not None and section not in sections:
        raise NotFoundError(
            f"There is no group {section} of rules: use one of {', '.join(sections)}."
        )
    return [
        {
            "code": rule.code,
            "group": name,
            "effect": str(rule.effect),
            "field": rule.field,
            "sentence_vi": rule.sentence_vi,
            "sentence_en": rule.sentence_en,
            "basis_vi": rule.basis_vi,
            "basis": rule.basis,
            "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
            "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        }
        for name, rules in sections.items()
        for rule in rules
        if section in (None, name)
    ]


def rules_by_section() -> dict[str, list[Rule]]:
    """Every rule, by group of the record and kind of its own, by code."""
    return sections_of(current_suites())
