"""What the ledger says, in the reader's words: actions, reasons and figures by name."""

import json
from collections.abc import Mapping
from typing import Any

from sync.model.reasons import SENTENCES, sentence
from sync.portal.desk_words import find_field
from sync.portal.speech import ENGLISH, Speech
from sync.store.audit import Entry

ACTIONS = (
    *("snapshot_sealed", "snapshot_held", "snapshot_released", "snapshot_rejected"),
    *("snapshot_admitted", "snapshot_failed", "snapshot_replayed", "pull_failed"),
    *("reconciled", "claims_settled", "housekeeping", "limit_set", "contacts_set"),
    "credential_end_set",
    *("correction_proposed", "correction_approved", "correction_declined"),
    *("correction_withdrawn", "correction_superseded", "correction_retired"),
    *("correction_reopened", "waived", "waiver_withdrawn", "waivers_ended"),
    *("mapping_proposed", "mapping_approved", "mapping_declined", "mapping_withdrawn"),
    *("record_uncovered", "sheet_exported", "list_exported"),
    *("population_verified", "population_disputed", "population_dispute_undone"),
    *("notice_address_set", "notice_address_ended", "notice_muted", "notice_unmuted"),
    *("claim_added", "claim_withdrawn"),
    *("account_added", "account_roles_set", "account_closed", "account_linked"),
    *("account_link_code_issued", "account_password_changed", "account_password_reset"),
    *("account_token_issued", "account_token_revoked"),
)

FIELDS = frozenset({"field", "fields", "filled_field", "unmapped"})
WORDS = {"roles": ("role", "contact"), "kind": ("mute.kind",), "kinds": ("mute.kind",)}


def action_said(action: str, speech: Speech) -> str:
    """What was done, in words; the code itself where we have none."""
    key = f"action.{action}"
    return speech.say(key) if speech.knows(key) else action


def reason_said(entry: Entry, speech: Speech) -> str:
    """Why, as a sentence; the code itself where we have none."""
    if entry.reason_code in SENTENCES:
        english = speech.language == ENGLISH
        return sentence(entry.reason_code, entry.figures, english=english)
    key = f"audit.reason.{entry.reason_code}"
    return speech.say(key) if speech.knows(key) else entry.reason_code


def figures_said(entry: Entry, speech: Speech) -> list[tuple[str, str]]:
    """Each figure with its name; those that the reason's sentence tells are left to it."""
    told = SENTENCES.get(entry.reason_code, ("", ""))[0]
    return [
        (_name(name, speech), _value(name, value, speech))
        for name, value in entry.figures.items()
        if f"{{{name}}}" not in told and value not in ("", [], {}, None)
    ]


def _name(name: str, speech: Speech) -> str:
    key = f"audit.figure.{name}"
    return speech.say(key) if speech.knows(key) else name


def _value(name: str, value: Any, speech: Speech) -> str:  # noqa: ANN401 - whatever JSON holds
    """Numbers that name something stay as they are: nobody looks for record 1.436."""
    if isinstance(value, list):
        return ", ".join(_value(name, each, speech) for each in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return _word(name, str(value), speech)


def _word(name: str, code: str, speech: Speech) -> str:
    """A code by what people call it: fields, roles, kinds of notice; any other as it is."""
    if name in FIELDS:
        known = find_field(code)
        return speech.of(known, "name") if known else code
    word, _, unit_code = code.partition(":")
    keys = (f"{each}.{word}" for each in WORDS.get(name, ()))
    key = next((key for key in keys if speech.knows(key)), "")
    return f"{speech.say(key)} {unit_code}".strip() if key else code
