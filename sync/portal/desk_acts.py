"""Acts on the chosen people of a cause: propose values, accept until a day, map their code."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from sync.model.desk import Actor, FlagState
from sync.model.errors import NotFoundError
from sync.portal.access import Clock
from sync.portal.cause_page import (
    LONGEST_WAIVER,
    PEOPLE_SHOWN,
    Asked,
    PersonLine,
    Typed,
    lines_of,
    mappable_list,
    show_cause_page,
)
from sync.portal.deps import CheckerDep, ClockDep, DeskDep, HrDep, OwnFormDep
from sync.portal.desk_deps import (
    LONGEST_VALUE,
    Problem,
    UnitDep,
    hex_in,
    is_readable,
    numbers_in,
    reason_problems,
    typed_value,
    words_of,
)
from sync.portal.desk_route import DeskRoute
from sync.portal.desk_words import Words, find_field
from sync.portal.pages import path_for
from sync.portal.refusals import refusals, refused_at
from sync.services import correct, map_code, waive
from sync.services.cells import Cell, Judged
from sync.services.correct import Desk
from sync.services.waive import Acceptance
from sync.store import desk
from sync.store.code_mappings import NewMapping
from sync.store.database import Database

OWN_VALUE = "value_"  # the name of one person's own field, before the flag's number

router = APIRouter(route_class=DeskRoute)

Text = Annotated[str, Form(max_length=LONGEST_VALUE * 2)]
Short = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class Means:
    """Who acts, when, and the ways into the database."""

    actor: Actor
    db: Database
    checker: Database
    clock: Clock

    @property
    def desk(self) -> Desk:
        """The ways of who proposes."""
        return Desk(self.db, self.checker)


def find_means(viewer: HrDep, db: DeskDep, checker: CheckerDep, clock: ClockDep) -> Means:
    """What every act needs."""
    return Means(viewer.actor, db, checker, clock)


def find_asked(unit_code: UnitDep, rule: Short = "", cause: Short = "") -> Asked:
    """The cause that the address names."""
    return unit_code, rule, hex_in(cause)


async def cause_form(request: Request) -> FormData:
    """The form of a cause's page: it has a field for each person."""
    return await request.form()


AskedDep = Annotated[Asked, Depends(find_asked)]
MeansDep = Annotated[Means, Depends(find_means)]
CauseForm = Annotated[FormData, Depends(cause_form)]


@router.post("/viec/nguyen-nhan")
def act_on_cause(
    request: Request, means: MeansDep, own_form: OwnFormDep, asked: AskedDep, form: CauseForm
) -> Response:
    """Propose a value for the chosen people, or accept theirs until a day."""
    typed = _typed(form)
    with means.db.transaction() as conn:
        flags = desk.list_people_of_cause(conn, asked, 0, PEOPLE_SHOWN, only=typed.flag_ids)
        chosen = lines_of(conn, flags, asked[0])
    if form.get("act") == "waive":
        return _waive(request, means, asked, (typed, chosen))
    is_taken = "take" in form
    return _propose(request, means, asked, (replace(typed, is_taken=is_taken), chosen))


@router.post("/viec/gan-ma", name="map_code")
def map_cause_code(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    means: MeansDep,
    own_form: OwnFormDep,
    asked: AskedDep,
    code: Text = "",
    reason: Text = "",
) -> Response:
    """The cause's code means a national one; the steward decides.

    Raises:
        NotFoundError: the cause has no code that may be quoted.
    """
    words, typed = words_of(request), Typed(code=code)
    problems = reason_problems(reason, "map_reason", words)
    if not code:
        problems.insert(0, Problem("code", words.speech.say("form.code_missing")))
    with means.db.transaction() as conn:
        facts = desk.get_cause(conn, *asked)
    code_list = mappable_list(asked[1], facts)
    if not code_list:
        raise NotFoundError("This cause has no code to map: correct the records one by one.")
    if not problems:
        with refused_at("code", "form.refused_code", words, problems):
            map_code.propose_mapping(
                NewMapping(asked[0], code_list, facts.label, code),
                reason,
                actor=means.actor,
                db=means.db,
                clock=means.clock,
            )
            target = path_for(request, "mappings")
            return RedirectResponse(f"{target}?done=proposed", status_code=303)
    return show_cause_page(request, means.db, asked, said=(typed, problems))


def _typed(form: FormData) -> Typed:
    ids = numbers_in([str(each) for each in form.getlist("flag")])
    values = {
        number: str(said)[:LONGEST_VALUE]
        for name, said in form.items()
        if name.startswith(OWN_VALUE) and said
        for number in numbers_in([name.removeprefix(OWN_VALUE)])
    }
    is_waiver = form.get("act") == "waive"
    return Typed(
        flag_ids=ids,
        value=str(form.get("value", ""))[:LONGEST_VALUE],
        values=values,
        reason=str(form.get("waive_reason" if is_waiver else "reason", "")),
        until=str(form.get("until", ""))[:10],
        is_waiver=is_waiver,
    )


def _propose(
    request: Request, means: Means, asked: Asked, said: tuple[Typed, Sequence[PersonLine]]
) -> Response:
    typed, chosen = said
    words = words_of(request)
    problems = [*_unchosen(chosen, words), *reason_problems(typed.reason, "reason", words)]
    meant = {line.flag.flag_id: _meant(line, typed) for line in chosen}
    for line in chosen:
        problems += _wrong_value(line, meant[line.flag.flag_id], typed, words)
    if not problems:
        cells = [Cell(value, flag_id) for flag_id, value in meant.items()]
        people = {
            line.flag.flag_id: (f"{OWN_VALUE}{line.flag.flag_id}", line.flag.name)
            for line in chosen
        }
        problems = refusals(_judge(cells, means), people, words)
    if not problems:
        judged = correct.propose_many(
            cells, typed.reason, actor=means.actor, desk=means.desk, clock=means.clock
        )
        problems = refusals(judged, people, words)
        ids = [each.correction_id for each in judged if each.correction_id is not None]
        if not problems:
            return _done(request, "de-nghi", ids)
    return show_cause_page(request, means.db, asked, said=(typed, problems))


def _judge(cells: Sequence[Cell], means: Means) -> list[Judged]:
    """What speaks against each value, before any of them is proposed: all or none."""
    return correct.check_many(cells, actor=means.actor, desk=means.desk, clock=means.clock)


def _meant(line: PersonLine, typed: Typed) -> str | None:
    """The person's own value, else the suggestion where it is taken, else the one for all."""
    field = find_field(line.flag.field_code)
    own = typed_value(field, typed.values.get(line.flag.flag_id, ""))
    taken = line.suggestion if typed.is_taken else None
    return own or taken or typed_value(field, typed.value)


def _wrong_value(
    line: PersonLine, meant: str | None, typed: Typed, words: Words
) -> list[Problem]:
    field = find_field(line.flag.field_code)
    is_own = line.flag.flag_id in typed.values
    place = f"{OWN_VALUE}{line.flag.flag_id}" if is_own else "value"
    if meant is None:
        return [Problem(place, words.speech.say("form.value_missing"))]
    if not is_readable(field, meant):
        kind = field.kind if field else "text"
        return [Problem(place, words.speech.say(f"form.not_{kind}"))]
    return []


def _waive(
    request: Request, means: Means, asked: Asked, said: tuple[Typed, Sequence[PersonLine]]
) -> Response:
    typed, chosen = said
    words = words_of(request)
    problems = [
        *_unchosen(chosen, words),
        *_wrong_day(typed.until, words),
        *reason_problems(typed.reason, "waive_reason", words),
    ]
    if not problems:
        with refused_at("until", "form.refused_day", words, problems):
            waived = waive.waive_flags(
                [line.flag.flag_id for line in chosen],
                Acceptance(date.fromisoformat(typed.until), typed.reason),
                actor=means.actor,
                db=means.db,
                clock=means.clock,
            )
            return _done(request, "chap-nhan", [each.waiver_id for each in waived])
    return show_cause_page(request, means.db, asked, said=(typed, problems))


def _unchosen(chosen: Sequence[PersonLine], words: Words) -> list[Problem]:
    if any(line.flag.state == FlagState.OPEN for line in chosen):
        return []
    return [Problem("chosen", words.speech.say("form.nobody_chosen"))]


def _wrong_day(until: str, words: Words) -> list[Problem]:
    try:
        day = date.fromisoformat(until)
    except ValueError:
        return [Problem("until", words.speech.say("form.day_missing"))]
    if not words.today < day <= words.today + LONGEST_WAIVER:
        return [Problem("until", words.speech.say("form.day_outside"))]
    return []


def _done(request: Request, act: str, ids: Sequence[int]) -> Response:
    target = path_for(request, "done", act=act)
    said = ",".join(str(each) for each in ids)
    return RedirectResponse(f"{target}?ids={said}", status_code=303)
