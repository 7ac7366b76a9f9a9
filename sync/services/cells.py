"""Proposed values judged before anybody writes them: one by one they stand or are refused."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as hidden
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection

from sync.contract.record import field as contract_field
from sync.contract.value import is_shaped, tidy
from sync.model.desk import NEXT_FLAG_STATES, FlagState, check_step
from sync.model.errors import (
    ConfigurationError,
    NotFoundError,
    RefusedValueError,
    SyncError,
)
from sync.services.basis import current_suites
from sync.services.check_record import Answer, Question, check_questions, is_settable
from sync.store import corrections, flags
from sync.store.corrections import NewCorrection, Place
from sync.store.database import Database
from sync.store.flags import Flag
from sync.store.one_record import Proposed, check_field

SHORTEST_QUOTED = 4  # letters of a value that a sentence holds by chance


@dataclass(frozen=True, slots=True)
class Cell:
    """A value for the field of a flag (`flag_id`), or for a place of a record.

    `new_value` is text as the record has it: a day as yyyy-mm-dd; None: no value.
    """

    new_value: str | None = hidden(repr=False)
    flag_id: int | None = None
    record_id: int = 0
    group_name: str = ""
    row_no: int = 1
    field_code: str = ""


class Problem(StrEnum):
    """Why a value is not accepted."""

    UNCHANGED = "unchanged"  # the source says it already
    UNREADABLE = "unreadable"  # no value of this kind of field
    BREAKS_RULE = "breaks_rule"
    NO_PLACE = "no_place"  # no such record, field or row
    IN_FORCE = "in_force"  # a correction waits or holds there
    MOVED_ON = "moved_on"  # the flag is closed, or waits for something else
    TWICE = "twice"  # the same place stands twice in one batch


@dataclass(frozen=True, slots=True)
class Judged:
    """One cell, what stands there as read, and what speaks against it (nothing: accepted).

    `correction_id`: what was proposed, where it was.
    """

    cell: Cell
    unit_code: str
    place: Place
    problem: Problem | None = None
    rule_code: str = ""
    message: str = ""
    correction_id: int | None = None
    old_hmac: bytes = hidden(default=b"", repr=False)
    old_value: str | None = hidden(default=None, repr=False)
    new_value: str | None = hidden(default=None, repr=False)

    @property
    def is_accepted(self) -> bool:
        """Nothing speaks against it."""
        return self.problem is None

    def as_new(self) -> NewCorrection:
        """What is proposed."""
        return NewCorrection(
            self.unit_code,
            self.place,
            self.cell.flag_id,
            self.old_hmac,
            self.old_value,
            self.new_value,
        )

    def error(self) -> RefusedValueError:
        """The refusal as an error."""
        problem = str(self.problem or "")
        return RefusedValueError(self.message, problem=problem, rule_code=self.rule_code)


@dataclass(frozen=True, slots=True)
class Located:
    """A cell's place, its unit, and the rule of its flag."""

    cell: Cell
    unit_code: str
    place: Place
    flag: Flag | None


def locate(conn: Connection, cells: Sequence[Cell]) -> list[Located]:
    """Where each cell points; what this viewer may not see does not exist.

    Raises:
        NotFoundError: names the first flag or record that does not exist.
    """
    found = flags.list_by_id(conn, [c.flag_id for c in cells if c.flag_id is not None])
    places: list[tuple[Cell, Place, Flag | None]] = []
    for cell in cells:
        flag = found[cell.flag_id] if cell.flag_id is not None else None
        at = flag or cell
        place = (at.record_id, at.group_name, at.row_no, at.field_code)
        places.append((cell, place, flag))
    units = flags.units_of(conn, sorted({place[0] for _, place, _ in places}))
    for _, (record_id, *_), _ in places:
        if record_id not in units:
            raise NotFoundError(
                f"Record {record_id} has no present answer: choose another one."
            )
    return [Located(cell, units[place[0]], place, flag) for cell, place, flag in places]


def judge(
    conn: Connection, checker: Database, located: Sequence[Located], as_of: date
) -> list[Judged]:
    """What speaks against each cell; values are checked by the stored rules as one set a unit.

    Raises:
        ConfigurationError: the rules in force were never compiled.
    """
    in_force = corrections.list_in_force(conn, [each.place for each in located])
    judged: dict[int, Judged] = {}
    askable: dict[str, list[int]] = defaultdict(list)
    seen: set[Place] = set()
    for number, each in enumerate(located):
        refused = _refused_at_once(each, in_force, seen)
        seen.add(each.place)
        if refused:
            judged[number] = refused
        else:
            askable[each.unit_code].append(number)
    for numbers in askable.values():
        questions = [_question(located[number]) for number in numbers]
        with checker.transaction() as conn_checking:
            answers = check_questions(conn_checking, questions, as_of)
        for number, question, answer in zip(numbers, questions, answers, strict=True):
            judged[number] = _judged(located[number], question, answer)
    return [judged[number] for number in range(len(located))]


def _refused_at_once(
    each: Located, in_force: Mapping[Place, tuple[int, str]], seen: set[Place]
) -> Judged | None:
    """What needs no look at the record."""
    record_id, group, row_no, field_code = each.place
    place = f"{group}.{field_code}, row {row_no} of record {record_id}"
    if each.place in seen:
        return _refuse(each, Problem.TWICE, f"{place} stands twice: leave one of them out.")
    try:
        check_field(group, field_code, row_no)
        if each.flag:
            wanted = FlagState.PROPOSED
            subject = f"Flag {each.flag.flag_id}"
            check_step(subject, each.flag.state, wanted, NEXT_FLAG_STATES)
    except NotFoundError:
        message = f"There is no field {group}.{field_code} to correct: mend it at the source."
        return _refuse(each, Problem.NO_PLACE, message)
    except SyncError as error:
        return _refuse(each, Problem.MOVED_ON, str(error))
    if each.place in in_force:
        correction_id, state = in_force[each.place]
        message = f"Correction {correction_id} of {place} is {state}: withdraw it first."
        return _refuse(each, Problem.IN_FORCE, message)
    kind = contract_field(field_code).kind
    if not is_shaped(contract_field(field_code), _tidy(each)):
        message = f"The value for {place} is no {kind}: write it as the record has it."
        return _refuse(each, Problem.UNREADABLE, message)
    return None


def _judged(each: Located, question: Question, answer: Answer) -> Judged:
    record_id, group, row_no, field_code = each.place
    place = f"{group}.{field_code}, row {row_no} of record {record_id}"
    stands = answer.standing
    if not stands.is_readable:
        kind = contract_field(field_code).kind
        message = f"The value for {place} is no {kind}: write it as the record has it."
        return _refuse(each, Problem.UNREADABLE, message)
    if not is_settable(question.proposed, stands):
        message = f"There is no row {place}: choose one of its rows."
        return _refuse(each, Problem.NO_PLACE, message)
    if stands.new_value == stands.old_value:
        message = f"{place} says this already: propose another value."
        return _refuse(each, Problem.UNCHANGED, message)
    if answer.broken_rule:
        rule = current_suites().rule(answer.broken_rule)
        message = f"Rule {rule.code} speaks against it: {rule.sentence_en}"
        return _refuse(each, Problem.BREAKS_RULE, message, rule.code)
    return Judged(
        each.cell,
        each.unit_code,
        each.place,
        old_hmac=stands.old_hmac,
        old_value=stands.old_value,
        new_value=stands.new_value,
    )


def _question(each: Located) -> Question:
    record_id, group, row_no, field_code = each.place
    proposed = Proposed(record_id, group, row_no, field_code, _tidy(each))
    return Question(proposed, each.flag.rule_code if each.flag else "")


def _tidy(each: Located) -> str | None:
    return tidy(contract_field(each.place[3]), each.cell.new_value)


def _refuse(each: Located, problem: Problem, message: str, rule_code: str = "") -> Judged:
    return Judged(each.cell, each.unit_code, each.place, problem, rule_code, message)


def check_reason(reason: str, values: Iterable[tuple[str, str | None]]) -> None:
    """Let a reason pass that quotes none of these (field, value): it is kept in the ledger.

    Raises:
        ConfigurationError: it quotes one.
    """
    said = reason.casefold()
    for field_code, value in values:
        is_told = contract_field(field_code).kind in ("text", "date") and value is not None
        if is_told and len(value or "") >= SHORTEST_QUOTED and str(value).casefold() in said:
            raise ConfigurationError(
                f"The reason quotes the value of {field_code}: say why without it."
            )
