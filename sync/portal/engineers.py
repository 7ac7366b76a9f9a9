"""The engineers' pages: waves, deliveries, holds, connections, a unit's last thirty days."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import AwareDatetime
from sqlalchemy import Connection

from sync.model.desk import Role
from sync.model.errors import ConfigurationError
from sync.model.states import SnapshotState
from sync.portal import runs as views
from sync.portal.deps import (
    ClockDep,
    DeskDep,
    EngineerDep,
    OwnFormDep,
    SpeechDep,
    require_role,
)
from sync.portal.desk_route import DeliveryRoute
from sync.portal.pages import path_for, render
from sync.portal.speech import ZONE, Speech
from sync.services import hold
from sync.store import quality, runs, snapshots
from sync.store.runs import Hold

WAVES_SHOWN = 24
DELIVERIES_SHOWN = 20
PULLS_SHOWN = 10
PULLS_SINCE = timedelta(days=7)
SOON = 30  # days: a certificate or credential that ends within is shown as due
NOT_ACCEPTED = 422

router = APIRouter(
    dependencies=[Depends(require_role(Role.ENGINEER))], route_class=DeliveryRoute
)

Number = Annotated[int, Path(ge=1, le=2**62)]
UnitCode = Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9-]{0,9}$")]
Text = Annotated[str, Form(max_length=512)]


@router.get("/dot", name="waves")
def show_waves(
    request: Request,
    desk: DeskDep,
    before: Annotated[AwareDatetime | None, Query()] = None,
) -> HTMLResponse:
    """The newest waves as rows: how far each unit came in each step."""
    with desk.transaction() as conn:
        found = runs.list_waves(conn, before, WAVES_SHOWN + 1)
        shown = found[:WAVES_SHOWN]
        cells = runs.list_cells(conn, sorted(wave.wave_key for wave in shown))
    return _page(
        request,
        "waves.html",
        strips=views.strips(shown, cells),
        older=shown[-1].started_at if len(found) > WAVES_SHOWN else None,
        is_newest=before is None,
        looks=views.LOOKS,
        steps=views.STEPS,
    )


@router.get("/dot/{wave_key}", name="wave")
def show_wave(
    request: Request,
    desk: DeskDep,
    speech: SpeechDep,
    wave_key: Annotated[str, Path(max_length=100)],
) -> HTMLResponse:
    """One wave: its steps with their pace, every unit with its outcome and reason."""
    if not wave_key.isprintable():
        raise HTTPException(404)
    with desk.transaction() as conn:
        wave = runs.find_wave(conn, wave_key)
        units = runs.list_wave_units(conn, wave_key)
    if wave is None:
        raise HTTPException(404)
    return _page(
        request,
        "wave.html",
        wave=wave,
        units=views.worst_first(units),
        paces=views.paces(wave, units),
        took=views.took,
        pace=views.pace,
        why=lambda unit: views.why(unit.reason_code, unit.figures, speech),
    )


@router.get("/lan-gui/{snapshot_id}", name="delivery")
def show_delivery(
    request: Request,
    desk: DeskDep,
    speech: SpeechDep,
    snapshot_id: Number,
    done: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """One delivery: counts, what was broken, who did what with it; on hold, the decision."""
    with desk.transaction() as conn:
        parts = _delivery(conn, snapshot_id, speech)
    is_news = done == parts["snapshot"].state
    return _page(request, "delivery.html", problem="", typed="", is_news=is_news, **parts)


@router.post("/lan-gui/{snapshot_id}")
def decide_hold(  # noqa: PLR0913 - one argument a field of the form
    request: Request,
    desk: DeskDep,
    viewer: EngineerDep,
    speech: SpeechDep,
    own_form: OwnFormDep,
    clock: ClockDep,
    snapshot_id: Number,
    decision: Text = "",
    reason: Text = "",
) -> Response:
    """Let a held delivery through or return it, with a reason."""
    verbs = {"release": hold.release_snapshot, "reject": hold.reject_snapshot}
    if decision not in verbs:
        raise HTTPException(400)
    try:
        decided = verbs[decision](
            snapshot_id, actor=viewer.actor.login, reason=reason, db=desk, clock=clock
        )
    except ConfigurationError:
        with desk.transaction() as conn:
            parts = _delivery(conn, snapshot_id, speech)
        problem = "number" if reason.strip() else "empty"
        return _page(
            request,
            "delivery.html",
            status=NOT_ACCEPTED,
            problem=problem,
            typed=reason,
            is_news=False,
            **parts,
        )
    there = path_for(request, "delivery", snapshot_id=str(snapshot_id))
    return RedirectResponse(f"{there}?done={decided.state}", status_code=303)


@router.get("/tam-giu", name="holds")
def show_holds(
    request: Request, desk: DeskDep, speech: SpeechDep, clock: ClockDep
) -> HTMLResponse:
    """Deliveries on hold, each with the two numbers that tripped its brake."""
    with desk.transaction() as conn:
        found = runs.list_holds(conn, clock().astimezone(ZONE).date())
    return _page(
        request,
        "holds.html",
        held=_with_brakes(found, SnapshotState.HELD, speech),
        released=_with_brakes(found, SnapshotState.RELEASED, speech),
    )


@router.get("/ket-noi", name="connections")
def show_connections(
    request: Request, desk: DeskDep, speech: SpeechDep, clock: ClockDep
) -> HTMLResponse:
    """Every source: its last probe, the days left of what it shows or we; the slowest pulls."""
    now = clock()
    with desk.transaction() as conn:
        probes = runs.list_source_probes(conn, now.astimezone(ZONE).date(), now)
        slowest = runs.list_slowest_pulls(conn, now - PULLS_SINCE, PULLS_SHOWN)
    return _page(
        request,
        "connections.html",
        probes=views.refused_first(probes),
        due=views.by_days_left(probes, now),
        probe_said=lambda probe: views.probe_said(probe, speech),
        soon=SOON,
        slowest=slowest,
        took=views.took,
        pace=views.pace,
    )


@router.get("/don-vi/{unit_code}/ky-thuat", name="unit_runs")
def show_unit_runs(
    request: Request, desk: DeskDep, speech: SpeechDep, clock: ClockDep, unit_code: UnitCode
) -> HTMLResponse:
    """One unit: thirty days as bars, its connection, its newest deliveries."""
    now = clock()
    today = now.astimezone(ZONE).date()
    first = datetime.combine(today - timedelta(days=views.BAR_DAYS - 1), time.min, tzinfo=ZONE)
    with desk.transaction() as conn:
        unit = runs.find_unit(conn, unit_code, today)
        days = runs.list_unit_days(conn, unit_code, first, ZONE.key)
        probes = runs.list_source_probes(conn, today, now, unit_code)
        deliveries = runs.list_deliveries(conn, unit_code, DELIVERIES_SHOWN)
    if unit is None:
        raise HTTPException(404)
    return _page(
        request,
        "unit_runs.html",
        unit=unit,
        bars=views.bars(days, today),
        probe=next(iter(probes), None),
        ends=views.by_days_left(probes, now),
        probe_said=lambda probe: views.probe_said(probe, speech),
        deliveries=deliveries,
        took=views.took,
        why=lambda each: views.why(each.reason_code, each.figures, speech),
    )


def _delivery(conn: Connection, snapshot_id: int, speech: Speech) -> dict[str, Any]:
    """What the page of a delivery shows, and NotFoundError where there is none."""
    snapshot = snapshots.get(conn, snapshot_id)
    unit = runs.find_unit(conn, snapshot.unit_code, snapshot.as_of)
    held = next(
        (h for h in runs.list_holds(conn, snapshot.as_of) if h.snapshot_id == snapshot_id), None
    )
    return {
        "snapshot": snapshot,
        "unit": unit or runs.UnitName(*[snapshot.unit_code] * 3),
        "wave": runs.find_wave(conn, snapshot.wave_key),
        "result": quality.find_result(conn, snapshot_id),
        "acts": runs.list_acts(conn, snapshot.unit_code, snapshot_id),
        "rules": runs.list_broken_rules(conn, snapshot_id),
        "brakes": views.brakes_of(held, speech) if held else [],
        "is_held": snapshot.state is SnapshotState.HELD,
        "why": lambda each: views.why(each.reason_code, each.figures, speech),
        "took": views.took,
        "pace": views.pace,
    }


def _with_brakes(
    found: list[Hold], state: SnapshotState, speech: Speech
) -> list[tuple[Hold, list[views.Brake]]]:
    return [(each, views.brakes_of(each, speech)) for each in found if each.state == state]


def _page(
    request: Request,
    template: str,
    **context: Any,  # noqa: ANN401 - whatever the template names
) -> HTMLResponse:
    """A page that can lead to Airflow."""
    airflow = request.app.state.airflow_url
    return render(
        request,
        template,
        airflow=airflow,
        at=lambda wave, *task: views.run_address(airflow, wave, *task),
        duration=views.spoken_duration,
        **context,
    )
