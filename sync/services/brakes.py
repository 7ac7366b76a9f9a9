"""Brakes: what a whole snapshot breaks, and which snapshots wait for a person because of it.

A held snapshot leaves no finding and no change: the unit's last admitted state stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from sync.checks.locate import Asked
from sync.checks.run import Compiled, locate_suites
from sync.checks.suites import SNAPSHOT, Rule, Suites
from sync.model.states import Effect, Outcome, SnapshotState
from sync.services.context import Clock
from sync.store import brakes as store
from sync.store import ledger, quality, snapshots, waves
from sync.store.brakes import CountedRules, Fired
from sync.store.snapshots import Snapshot

Figures = Mapping[str, Any]
# Brakes over what rules find: what a changed rule can bring about.
OVER_FINDINGS = frozenset({"SNP004", "SNP005"})
COUNTED_EFFECTS = (Effect.BLOCK, Effect.ASK)  # a case is another unit's claim


@dataclass(frozen=True, slots=True)
class Reason:
    """How a rule's row becomes a reason: its code, and name in the sentence -> column."""

    code: str
    names: Mapping[str, str]
    part: str
    whole: str
    subject: str = ""


OTHER = "snapshot_rule"  # a rule that has no sentence of its own yet
# In this order: the first that fired names the reason, the others stand under `also`.
REASONS: Mapping[str, Reason] = {
    "SNP002": Reason(
        "total_mismatch",
        {"announced": "announced", "received": "received"},
        "mismatch",
        "announced",
    ),
    "SNP001": Reason("nobody", {"live": "live", "received": "received"}, "received", "live"),
    "XO008": Reason("vanished", {"vanished": "vanished", "live": "live"}, "vanished", "live"),
    "SNP003": Reason(
        "volume",
        {"received": "received", "received_before": "received_before"},
        "volume_change",
        "received_before",
    ),
    "SNP004": Reason(
        "blocked_share",
        {
            "blocked": "blocked",
            "present": "present",
            "blocked_before": "blocked_before",
            "present_before": "present_before",
        },
        "blocked",
        "present",
    ),
    "SNP005": Reason(
        "rule_share",
        {
            "broken": "rule_code",
            "records": "rule_records",
            "present": "present",
            "records_before": "rule_records_before",
            "present_before": "present_before",
        },
        "rule_records",
        "present",
        "rule_code",
    ),
    "XO011": Reason(
        "null_drift",
        {
            "field": "field_code",
            "nulls": "field_nulls",
            "of": "field_of",
            "nulls_before": "field_nulls_before",
            "of_before": "field_of_before",
        },
        "field_nulls",
        "field_of",
        "field_code",
    ),
}


def brake(
    conn: Connection,
    compiled: Compiled,
    current: Sequence[Snapshot],
    suites: Suites,
    clock: Clock,
) -> list[Snapshot]:
    """Hold every snapshot that a brake stops; returns those that go on.

    Runs between locating and merging, in the check's transaction: counts figures over the whole
    source state, runs the snapshot suite over them, keeps both.
    """
    ids = [snapshot.snapshot_id for snapshot in current]
    store.count_figures(conn, ids, counted_rules(suites))
    for as_of in sorted({snapshot.as_of for snapshot in current}):
        day = [s.snapshot_id for s in current if s.as_of == as_of]
        locate_suites(conn, compiled, [SNAPSHOT], Asked(day, as_of))
    fired = {
        snapshot_id: [_described(each, suites) for each in broken]
        for snapshot_id, broken in store.take_fired(conn, ids).items()
    }
    store.keep_figures(conn, ids, fired, clock())
    stopping = {s.snapshot_id: _stopping(fired.get(s.snapshot_id, [])) for s in current}
    for snapshot in current:
        if stopping[snapshot.snapshot_id]:
            _hold(conn, snapshot, stopping[snapshot.snapshot_id], clock)
    going = [s for s in current if not stopping[s.snapshot_id]]
    store.merge_unit_findings(conn, [s.snapshot_id for s in going], fired, clock())
    return going


def counted_rules(suites: Suites, day: date | None = None) -> CountedRules:
    """Which rules about records (in force on the day) the brakes count, and which block."""
    rules = [
        rule
        for rule in suites.rules
        if rule.suite != SNAPSHOT and (day is None or rule.is_valid_on(day))
    ]
    return CountedRules(
        blocking=[rule.code for rule in rules if rule.effect is Effect.BLOCK],
        asked=[
            rule.code
            for rule in rules
            if rule.effect in COUNTED_EFFECTS and not rule.cross_record
        ],
    )


def _described(fired: Fired, suites: Suites) -> dict[str, Any]:
    """What a rule found, as it is kept: code, effect, the two numbers, the figures to show."""
    rule, row = suites.rule(fired.rule_code), fired.figures
    reason = REASONS.get(rule.code) or _plain_reason(suites, rule)
    figures = {name: row[column] or 0 for name, column in reason.names.items()}
    limit = limit_of(suites, rule.code, row, reason)
    return {
        "rule_code": rule.code,
        "effect": str(rule.effect),
        "subject": row[reason.subject] if reason.subject else "",
        "part": row[reason.part] or 0,
        "part_of": row[reason.whole] or 0,
        "figures": figures if limit is None else {**figures, "limit": limit},
    }


def _plain_reason(suites: Suites, rule: Rule) -> Reason:
    """A rule without a sentence of its own: its first two columns, as the suite names them."""
    part, whole, *_ = _expectation(suites, rule.code)["kwargs"]["column_list"]
    if rule.effect is Effect.HOLD:
        return Reason(OTHER, {"part": part, "whole": whole}, part, whole)
    return Reason(OTHER, {part: part, whole: whole}, part, whole)


def _expectation(suites: Suites, code: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(
        expectation
        for expectation in suites.contents[SNAPSHOT]["expectations"]
        if expectation["meta"]["rule"] == code
    )
    return found


def limit_of(suites: Suites, code: str, row: Figures, reason: Reason) -> int | None:
    """The limit of a plain count as a number of people or records; None for shares."""
    expectation = _expectation(suites, code)
    if expectation["type"] != "expect_figure_at_most":
        return None
    given = expectation["kwargs"]
    own = row["limits"].get(code, {})
    count = own.get("count", given.get("max_count", 0))
    ratio = own.get("ratio", given.get("max_ratio", 0))
    return max(int(count), int(ratio * (row[reason.whole] or 0)))


def _stopping(broken: Sequence[Figures]) -> list[Figures]:
    """The brakes among what was broken, in the order of `REASONS`."""
    order = {code: place for place, code in enumerate(REASONS)}
    holds = [each for each in broken if each["effect"] == Effect.HOLD]
    return sorted(holds, key=lambda b: (order.get(b["rule_code"], len(order)), b["subject"]))


def reason_of(brakes: Sequence[Figures]) -> tuple[str, dict[str, Any]]:
    """Reason code and figures of the first brake; the others follow under `also`."""
    said = [
        {
            "reason_code": _code(each["rule_code"]),
            "rule": each["rule_code"],
            **each["figures"],
        }
        for each in brakes
    ]
    first, *others = said
    code = first.pop("reason_code")
    return code, {**first, "also": others} if others else first


def _code(rule_code: str) -> str:
    return REASONS[rule_code].code if rule_code in REASONS else OTHER


def _hold(
    conn: Connection, snapshot: Snapshot, brakes: Sequence[Figures], clock: Clock
) -> None:
    """Nothing of it is admitted before a person lets it through."""
    code, figures = reason_of(brakes)
    snapshots.set_state(conn, snapshot, SnapshotState.HELD, reason_code=code, figures=figures)
    quality.queue_checked(conn, [snapshot.snapshot_id])
    ledger.append(
        conn,
        ledger.about(
            snapshot,
            "snapshot_held",
            clock(),
            reason_code=code,
            figures=figures,
            counts={"announced": snapshot.announced_count, "received": snapshot.received_count},
        ),
    )
    unit = waves.WaveUnit(snapshot.unit_code, Outcome.HELD, code, figures, snapshot.snapshot_id)
    waves.set_outcome(conn, snapshot.wave_key, unit, clock())
