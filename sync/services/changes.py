"""What changed since the present documents were read: a rule, a code list, a mapping.

Each change queues the documents it concerns, and no others; the next reading takes them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from sync.checks.suites import Suites
from sync.contract.profile import Profile
from sync.contract.record import record_groups
from sync.services.basis import current_suites
from sync.services.conditions import find_conditions
from sync.sources.profiles import load_profile
from sync.store import basis_parts, registry
from sync.store.basis_parts import CODE_LIST, MAPPING, RULE, Part
from sync.store.check_views import definition_of

Stored = Mapping[tuple[str, str], Mapping[str, Any]]
NO_RECORD = frozenset({"snapshot"})  # suites that speak of an answer, not of a record


def queue_changes(conn: Connection, as_of: date, now: datetime) -> Counter[str]:
    """Compare with what was applied last, queue who is concerned, remember the new versions.

    The first time there is nothing to compare with. Returns how many records each kind of
    change queued (a record may be queued for several reasons).
    """
    profiles = [load_profile(name) for name in registry.list_profile_names(conn)]
    suites = current_suites()
    now_applied = [
        *rule_parts(suites, as_of, _conditions(conn, suites)),
        *basis_parts.list_code_lists(conn),
        *(part for profile in profiles for part in mapping_parts(profile)),
    ]
    before = basis_parts.list_parts(conn)
    queued: Counter[str] = Counter()
    if before:
        queued[RULE] = _queue_rules(conn, before, now_applied)
        queued[CODE_LIST] = _queue_codes(conn, before, now_applied, suites)
        queued[MAPPING] = _queue_mappings(conn, before, now_applied, profiles)
    _remember(conn, before, now_applied, now)
    return queued


def _conditions(conn: Connection, suites: Suites) -> dict[str, str]:
    """Digest of what each rule runs as; nothing for a version that was never compiled."""
    compiled = find_conditions(conn, suites) or {}
    return {
        each.rule.code: sha256(
            f"{each.condition_sql}\n{each.turns_on_sql}\n{definition_of(name)}".encode()
        ).hexdigest()
        for name, conditions in compiled.items()
        for each in conditions
    }


def rule_parts(suites: Suites, as_of: date, conditions: Mapping[str, str]) -> Iterator[Part]:
    """Each rule in force on the day, without its sentences: those change no answer."""
    for name, content in suites.contents.items():
        for expectation in content["expectations"]:
            rule = suites.rule(expectation["meta"]["rule"])
            if name not in NO_RECORD and rule.is_valid_on(as_of):
                yield Part(
                    RULE,
                    rule.code,
                    {
                        "suite": name,
                        "asks": {
                            key: expectation.get(key)
                            for key in ("type", "kwargs", "row_condition")
                        },
                        "field": rule.field,
                        "effect": str(rule.effect),
                        "runs": conditions.get(rule.code, ""),
                    },
                )


def mapping_parts(profile: Profile) -> Iterator[Part]:
    """Local → national codes of one vendor, list by list."""
    for list_name, codes in profile.codes.items():
        yield Part(MAPPING, f"{profile.name}/{list_name}", dict(codes))


def _queue_rules(conn: Connection, before: Stored, parts: Iterable[Part]) -> int:
    """A changed question is put to its group again, a changed effect to who was found."""
    present = {part.name: part.content for part in parts if part.kind == RULE}
    old = {name: content for (kind, name), content in before.items() if kind == RULE}
    asked, found = set(), [code for code in old if code not in present]
    for code, content in present.items():
        was = old.get(code)
        if was is None or _is_asked_otherwise(was, content):
            asked.add(content["suite"])
            found += [code] if was and was["suite"] != content["suite"] else []
        elif was["effect"] != content["effect"]:
            found.append(code)
    return _queue_suites(conn, asked) + (
        basis_parts.queue_findings_of(conn, found) if found else 0
    )


def _is_asked_otherwise(was: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    """Said otherwise, or run otherwise by a newer version of this service."""
    runs = was.get("runs", ""), content["runs"]
    is_run_otherwise = all(runs) and runs[0] != runs[1]
    return is_run_otherwise or any(was[k] != content[k] for k in ("suite", "asks", "field"))


def _queue_suites(conn: Connection, suites: set[str]) -> int:
    lists = {name for name, group in record_groups().items() if group.is_list}
    if suites - lists:
        return basis_parts.queue_everybody(conn)
    return sum(basis_parts.queue_group(conn, group) for group in sorted(suites))


def _queue_codes(
    conn: Connection, before: Stored, parts: Iterable[Part], suites: Suites
) -> int:
    queued = 0
    for part in parts:
        changed = _changed(before, part) if part.kind == CODE_LIST else []
        if changed:
            fields = _looked_up(suites, part.name)
            queued += basis_parts.queue_codes(conn, part.name, changed, fields)
    return queued


def _looked_up(suites: Suites, list_name: str) -> set[str]:
    """Fields that a rule looks up in the list, whatever the contract says of them."""
    return {
        expectation["meta"]["field"]
        for content in suites.contents.values()
        for expectation in content["expectations"]
        if expectation["kwargs"].get("list_name") == list_name
    }


def _queue_mappings(
    conn: Connection, before: Stored, parts: Iterable[Part], profiles: Iterable[Profile]
) -> int:
    by_name = {profile.name: profile for profile in profiles}
    present = {part.name: part for part in parts if part.kind == MAPPING}
    gone = [name for kind, name in before if kind == MAPPING and name not in present]
    queued = 0
    for part in (*present.values(), *(Part(MAPPING, name, {}) for name in gone)):
        profile_name, _, list_name = part.name.partition("/")
        changed = _changed(before, part)
        if changed and profile_name in by_name:
            profile = by_name[profile_name]
            queued += basis_parts.queue_mapped(conn, profile, list_name, changed)
    return queued


def _changed(before: Stored, part: Part) -> list[str]:
    """Keys that came, went or say something else."""
    was = before.get((part.kind, part.name), {})
    keys = was.keys() | part.content.keys()
    return sorted(key for key in keys if was.get(key) != part.content.get(key))


def _remember(conn: Connection, before: Stored, parts: list[Part], now: datetime) -> None:
    basis_parts.set_parts(
        conn, [p for p in parts if before.get((p.kind, p.name)) != p.content], now
    )
    present = {(part.kind, part.name) for part in parts}
    basis_parts.forget_parts(conn, [key for key in before if key not in present])
