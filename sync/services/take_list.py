"""A list to take away: a unit's open questions as its pages show them; signed in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from sync.contract.profile import Profile
from sync.contract.record import all_fields
from sync.model.desk import Actor, Role
from sync.model.errors import PermissionDeniedError
from sync.services.context import Clock, today, utc_now
from sync.services.record import profile_named
from sync.store import desk, ledger, questions
from sync.store.database import Database
from sync.store.desk import Place
from sync.store.questions import Question
from sync.store.sent import sent_path
from sync.store.sheets import Chosen

ROW_LIMIT = 20_000  # as in a workbook
PAGE = 1_000
LONGEST_SENT = 1_000  # characters; a portrait is twenty million
BASIC = "basic"
HR = (Role.HR_OFFICER, Role.HR_APPROVER)


@dataclass(frozen=True, slots=True)
class Line:
    """A question with what its source sent; `is_covered`: masked, and not even read."""

    question: Question
    sent: str | None = field(repr=False)
    is_covered: bool


def take_list(
    chosen: Chosen, *, actor: Actor, db: Database, clock: Clock = utc_now
) -> list[Line]:
    """The questions chosen, at most 20,000, in the order of the queue; signed in the ledger.

    Raises:
        PermissionDeniedError: the actor has no role of HR in the unit.
    """
    if not any(actor.has(role, chosen.unit_code) for role in HR):
        raise PermissionDeniedError(
            "A list needs a role of HR in its unit: ask an administrator for it.", HR
        )
    lines: list[Line] = []
    with db.transaction() as conn:
        profile = profile_named(desk.find_profile_name(conn, chosen.unit_code))
        page: Sequence[Question] = ()
        while len(lines) < ROW_LIMIT:
            after = page[-1].place if page else None
            limit = min(PAGE, ROW_LIMIT - len(lines))
            page = questions.list_questions(conn, chosen, after, limit)
            lines += _lines(conn, page, profile)
            if len(page) < limit:
                break
        ledger.append(conn, _entry(chosen, lines, actor, clock))
    return lines


def _lines(conn: Connection, page: Sequence[Question], profile: Profile | None) -> list[Line]:
    shown = {known.code for known in all_fields() if known.sensitivity == BASIC}
    places = [Place(each.record_id, _path(each, profile, shown)) for each in page]
    sent = desk.list_sent_values(conn, places, longest=LONGEST_SENT)
    return [
        Line(each, value, each.field_code not in shown and bool(each.field_code))
        for each, value in zip(page, sent, strict=True)
    ]


def _path(question: Question, profile: Profile | None, shown: set[str]) -> tuple[str, ...]:
    if profile is None or question.field_code not in shown:
        return ("",)  # no document says anything there
    path = sent_path(profile, question.group_name, question.row_no, question.field_code)
    return path or ("",)


def _entry(chosen: Chosen, lines: Sequence[Line], actor: Actor, clock: Clock) -> ledger.Entry:
    figures: dict[str, object] = {
        "row_count": len(lines),
        "record_count": len({line.question.record_id for line in lines}),
        "fields": sorted({line.question.field_code for line in lines}),
    }
    if chosen.rule_code:
        figures["rule_code"] = chosen.rule_code
    return ledger.Entry(
        unit_code=chosen.unit_code,
        action="list_exported",
        actor=actor.login,
        as_of=today(clock),
        recorded_at=clock(),
        figures=figures,
    )
