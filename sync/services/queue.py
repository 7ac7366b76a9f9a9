"""The queue of a unit: what blocks, what is due, what waits for whom. Counts that add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sync.checks.suites import Rule
from sync.model.desk import FlagState
from sync.model.errors import ConfigurationError
from sync.services.basis import current_suites
from sync.services.code_fields import lists_of_fields, unknown_code_rules
from sync.services.context import Clock, database_of, today, utc_now
from sync.store import queue
from sync.store.database import Database
from sync.store.queue import After, FlagFilter, WaitingCause, WaitingFlag

PAGE = 50
PAGE_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """`by_state` adds up to `total`; blocking + to_review and overdue + due_today + due_later
    each add up to the open ones. The last delivery's counts are of flags it closed."""

    unit_code: str
    total: int
    by_state: Mapping[FlagState, int]
    blocking: int
    to_review: int
    overdue: int
    due_today: int
    due_later: int
    last_delivery_at: datetime | None
    fixed_by_last_delivery: int
    corrected_by_last_delivery: int
    gone_with_last_delivery: int

    @property
    def waiting_for_approval(self) -> int:
        """Flags for which a correction or a code was proposed."""
        return self.by_state[FlagState.PROPOSED]

    @property
    def waived(self) -> int:
        """Flags accepted until a day."""
        return self.by_state[FlagState.WAIVED]


@dataclass(frozen=True, slots=True)
class QueueCause:
    """One task: a rule and the code or pattern that its records have in common.

    `cause`: names it in a filter, as hexadecimal digits. `code_list`: where its code can be
    mapped to a national one; empty where it cannot, or may not be quoted.
    """

    effect: str
    rule_code: str
    group_name: str
    field_code: str
    cause: str
    label: str
    code_list: str
    record_count: int
    flag_count: int
    by_state: Mapping[FlagState, int]
    due_on: date | None
    since: datetime
    sentence: str
    sentence_en: str
    basis: str


@dataclass(frozen=True, slots=True)
class FlagPage:
    """Some flags of a unit; `after`: where the next page begins, None at the end."""

    flags: list[WaitingFlag]
    after: After | None


def count_queue(
    unit_code: str, *, db: Database | None = None, clock: Clock = utc_now
) -> QueueCounts:
    """How many flags of a unit wait, for whom and until when."""
    with (db or database_of()).transaction() as conn:
        counts = queue.count_flags(conn, unit_code, today(clock))
        last = queue.find_last_delivery(conn, unit_code)
    by_state = {
        FlagState.OPEN: counts.open,
        FlagState.PROPOSED: counts.proposed,
        FlagState.APPROVED: counts.approved,
        FlagState.WAIVED: counts.waived,
    }
    return QueueCounts(
        unit_code=unit_code,
        total=sum(by_state.values()),
        by_state=by_state,
        blocking=counts.blocking,
        to_review=counts.to_review,
        overdue=counts.overdue,
        due_today=counts.due_today,
        due_later=counts.due_later,
        last_delivery_at=last.sealed_at if last else None,
        fixed_by_last_delivery=last.fixed if last else 0,
        corrected_by_last_delivery=last.corrected if last else 0,
        gone_with_last_delivery=last.gone if last else 0,
    )


def list_causes_of_queue(unit_code: str, *, db: Database | None = None) -> list[QueueCause]:
    """What to do in a unit, by cause: blocking first, then by due day, then most records."""
    with (db or database_of()).transaction() as conn:
        found = queue.list_causes(conn, unit_code)
    rules, lists, about_codes = (
        current_suites().by_code,
        lists_of_fields(),
        unknown_code_rules(),
    )
    return [
        _cause(
            each,
            rules.get(each.rule_code),
            lists.get(each.field_code, "") if each.rule_code in about_codes else "",
        )
        for each in found
    ]


def list_flags(
    unit_code: str,
    wanted: FlagFilter | None = None,
    *,
    after: After | None = None,
    limit: int = PAGE,
    db: Database | None = None,
) -> FlagPage:
    """One page of a unit's flags, blocking first, then by due day.

    Raises:
        ConfigurationError: a page of that size is not possible.
    """
    if not 1 <= limit <= PAGE_LIMIT:
        raise ConfigurationError(f"A page holds 1 to {PAGE_LIMIT} flags: ask for fewer.")
    with (db or database_of()).transaction() as conn:
        found = queue.list_flags(conn, unit_code, wanted or FlagFilter(), after, limit + 1)
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return FlagPage(shown, After(last.effect, last.due_on, last.flag_id) if last else None)


def _cause(found: WaitingCause, rule: Rule | None, code_list: str) -> QueueCause:
    values: dict[str, Any] = {
        "sentence": rule.sentence_vi if rule else "",
        "sentence_en": rule.sentence_en if rule else "",
        "basis": rule.basis if rule else "",
    }
    return QueueCause(
        effect=found.effect,
        rule_code=found.rule_code,
        group_name=found.group_name,
        field_code=found.field_code,
        cause=found.cause_hmac.hex(),
        label=found.label,
        code_list=code_list if found.label else "",
        record_count=found.record_count,
        flag_count=found.flag_count,
        by_state={
            FlagState.OPEN: found.open_count,
            FlagState.PROPOSED: found.proposed_count,
            FlagState.APPROVED: found.approved_count,
            FlagState.WAIVED: found.waived_count,
        },
        due_on=found.due_on,
        since=found.since,
        **values,
    )
