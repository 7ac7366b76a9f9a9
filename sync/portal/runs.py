"""What the engineers' pages show of waves and deliveries. Pure: no request, no database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import quote

from sync.model.reasons import sentence
from sync.model.states import SOURCE_REASONS, Outcome
from sync.portal.speech import ENGLISH, NONE_SHOWN, ZONE, Speech
from sync.store.runs import Cell, Hold, SourceProbes, UnitDay, Wave, WaveUnit

STEPS = ("pull", "check", "admit")
DONE, STOPPED, SOURCE, OURS, WAITING, NOT_ASKED = (
    "done",
    "stopped",
    "source",
    "ours",
    "waiting",
    "none",
)
LOOKS = (DONE, STOPPED, SOURCE, OURS, WAITING, NOT_ASKED)
DAG_OF_TRIGGER = {"airflow": "sync_wave", "replay": "replay_snapshot"}
BAR_DAYS = 30
CERTIFICATE, CREDENTIAL = "certificate", "credential"
MINUTE, HOUR = 60, 3600  # seconds


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring units of a strip that fared alike in one step."""

    step: int
    first: int
    count: int
    look: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One wave, units across and steps down, with the numbers it stands for."""

    wave: Wave
    unit_count: int
    stretches: tuple[Stretch, ...]
    done: Mapping[str, int]  # units that came through a step
    outcomes: Mapping[str, int]
    received: int


@dataclass(frozen=True, slots=True)
class StepPace:
    """One step of a wave: from when to when, documents, documents a second."""

    name: str
    began_at: datetime | None
    ended_at: datetime | None
    document_count: int

    @property
    def seconds(self) -> float | None:
        """How long it took; None where an end is not known."""
        if self.began_at is None or self.ended_at is None:
            return None
        return max((self.ended_at - self.began_at).total_seconds(), 0.0)

    @property
    def per_second(self) -> float | None:
        """Documents a second; None where it cannot be said."""
        return pace(self.document_count, self.seconds)


@dataclass(frozen=True, slots=True)
class Brake:
    """One brake that stopped a delivery, with its two numbers where they are known."""

    rule_code: str
    part: int | None
    part_of: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a unit; nothing where no delivery of that day was admitted."""

    day: date
    figures: UnitDay | None


@dataclass(frozen=True, slots=True)
class Due:
    """What of a source ends some day, and how many whole days are left."""

    kind: str
    probe: SourceProbes
    left: int


def looks(cell: Cell) -> tuple[str, str, str]:
    """How pull, check and admit look for one unit."""
    outcome = cell.outcome
    if outcome in SOURCE_REASONS:
        return (SOURCE, NOT_ASKED, NOT_ASKED)
    if cell.snapshot_id is None:
        return (OURS if outcome == Outcome.FAILED else WAITING, NOT_ASKED, NOT_ASKED)
    checked = DONE if cell.is_checked else NOT_ASKED
    late: Mapping[str, tuple[str, str]] = {
        Outcome.ADMITTED: (DONE, DONE),
        Outcome.HELD: (DONE, STOPPED),
        Outcome.FAILED: (checked if cell.is_checked else OURS, OURS),
        Outcome.PULLED: (checked if cell.is_checked else WAITING, WAITING),
        Outcome.STALE: (checked, WAITING),
    }
    return (DONE, *late.get(outcome, (checked, NOT_ASKED)))


def strips(waves: Sequence[Wave], cells: Sequence[Cell]) -> list[Strip]:
    """Each wave with its strip, in the order of the waves."""
    by_wave = {key: list(group) for key, group in groupby(cells, lambda cell: cell.wave_key)}
    return [_strip(wave, by_wave.get(wave.wave_key, [])) for wave in waves]


def _strip(wave: Wave, cells: Sequence[Cell]) -> Strip:
    columns = [looks(cell) for cell in cells]
    stretches = []
    for step in range(len(STEPS)):
        first = 0
        for look, group in groupby(column[step] for column in columns):
            count = len(list(group))
            stretches.append(Stretch(step, first, count, look))
            first += count
    return Strip(
        wave=wave,
        unit_count=len(cells),
        stretches=tuple(stretches),
        done={
            name: sum(column[step] == DONE for column in columns)
            for step, name in enumerate(STEPS)
        },
        outcomes=Counter(cell.outcome for cell in cells),
        received=sum(cell.received or 0 for cell in cells),
    )


def paces(wave: Wave, units: Sequence[WaveUnit]) -> list[StepPace]:
    """When each step began and ended. Only pulls say when they began: any other step is taken
    to begin where the one before it ended, so its time has the waiting between them in it."""
    asked = [unit for unit in units if unit.replay_of is None]
    came = [unit for unit in asked if unit.sealed_at is not None]
    admitted = [unit for unit in units if unit.admitted_at is not None]
    received = sum(unit.received or 0 for unit in came)
    ends = {name: datetime.fromisoformat(at) for name, at in wave.steps.items()}
    pulls = [unit.sealed_at for unit in came if unit.sealed_at]
    pulls += [unit.updated_at for unit in asked if unit.outcome in SOURCE_REASONS]
    admits = [unit.admitted_at for unit in admitted if unit.admitted_at]
    last_pull = max(pulls, default=wave.started_at if units else None)
    last_admit = max(admits, default=None)
    counts = sum(unit.received or 0 for unit in admitted)
    staged = sum(unit.staged or 0 for unit in units)
    before_settle = last_admit or ends.get("check")
    return [
        StepPace("pull", wave.started_at, max(pulls, default=None), received),
        StepPace("read", last_pull, ends.get("read"), staged),
        StepPace("check", ends.get("read"), ends.get("check"), staged),
        StepPace("admit", ends.get("check"), last_admit, counts),
        StepPace("settle", before_settle, ends.get("settle"), 0),
        StepPace("measure", ends.get("settle"), ends.get("measure"), 0),
    ]


def pace(count: int | None, seconds: float | None) -> float | None:
    """Things a second; None where there is nothing to divide."""
    return count / seconds if count and seconds else None


def took(began_at: datetime | None, ended_at: datetime | None) -> float | None:
    """Seconds between two instants; None where one is not known."""
    if began_at is None or ended_at is None:
        return None
    return max((ended_at - began_at).total_seconds(), 0.0)


def worst_first(units: Sequence[WaveUnit]) -> list[WaveUnit]:
    """Units that did not come through first, the others by code."""
    place = {Outcome.FAILED: 0, Outcome.HELD: 1, Outcome.STALE: 2, Outcome.ADMITTED: 9}
    return sorted(units, key=lambda unit: (place.get(Outcome(unit.outcome), 3), unit.unit_code))


def refused_first(probes: Sequence[SourceProbes]) -> list[SourceProbes]:
    """Sources that cannot be reached first, then those never probed, the others by code."""
    place = {False: 0, None: 1, True: 2}
    return sorted(probes, key=lambda probe: (place[probe.is_ok], probe.unit_code))


def by_days_left(probes: Sequence[SourceProbes], now: datetime) -> list[Due]:
    """Certificates and credentials with an end that we know, the nearest first."""
    known = [
        Due(kind, probe, left)
        for probe in probes
        for kind, left in (
            (CERTIFICATE, days_left(probe.tls_expires_at, now)),
            (CREDENTIAL, days_until(probe.credential_ends_on, now)),
        )
        if left is not None
    ]
    return sorted(known, key=lambda each: (each.left, each.probe.unit_code, each.kind))


def spoken_duration(seconds: float | None, speech: Speech) -> str:
    """4,2 giây, 1 phút 20 giây, 2 giờ 5 phút; a dash where it is not known."""
    if seconds is None:
        return NONE_SHOWN
    if seconds < MINUTE:
        return speech.say("run.seconds", seconds=speech.decimal(seconds))
    if seconds < HOUR:
        minutes, rest = divmod(round(seconds), MINUTE)
        return speech.say("run.minutes", minutes=minutes, seconds=rest)
    hours, rest = divmod(round(seconds), HOUR)
    return speech.say("run.hours", hours=hours, minutes=rest // MINUTE)


def why(reason_code: str, figures: Mapping[str, Any], speech: Speech) -> str:
    """The reason as a sentence in the reader's language."""
    return sentence(reason_code, figures, english=speech.language == ENGLISH)


def brakes_of(hold: Hold, speech: Speech) -> list[Brake]:
    """What stopped a delivery: its reason is the first brake, the others are under `also`."""
    said = [{**hold.figures, "reason_code": hold.reason_code}, *hold.figures.get("also", ())]
    left = [dict(each) for each in hold.fired if each.get("effect") == "hold"]
    brakes = []
    for each in said:
        rule_code = str(each.get("rule", ""))
        found = next((fired for fired in left if fired["rule_code"] == rule_code), {})
        if found:
            left.remove(found)
        brakes.append(
            Brake(
                rule_code,
                found.get("part"),
                found.get("part_of"),
                why(str(each["reason_code"]), each, speech),
            )
        )
    return brakes


def bars(days: Sequence[UnitDay], today: date) -> list[Bar]:
    """The last thirty days, oldest first, with nothing where nothing was admitted."""
    known = {day.day: day for day in days}
    first = today - timedelta(days=BAR_DAYS - 1)
    wanted = (first + timedelta(days=back) for back in range(BAR_DAYS))
    return [Bar(day, known.get(day)) for day in wanted]


def days_left(ends_at: datetime | None, now: datetime) -> int | None:
    """Whole days until an instant; below zero once it is past."""
    return None if ends_at is None else (ends_at - now).days


def days_until(last_day: date | None, now: datetime) -> int | None:
    """Whole days from today to a last day; 0 on that day, below zero once it is past."""
    return None if last_day is None else (last_day - now.astimezone(ZONE).date()).days


def probe_said(probe: SourceProbes, speech: Speech) -> str:
    """Why the last probe failed, in the reader's language; '' where only its own words tell."""
    return why(probe.reason_code, {}, speech) if probe.reason_code else ""


def run_address(airflow: str, wave: Wave, task_id: str = "", map_index: int = -1) -> str:
    """Where Airflow shows a wave's run, or one of its tasks; '' where that is not known."""
    dag_id = DAG_OF_TRIGGER.get(wave.trigger, "")
    if not (airflow and wave.run_id and dag_id):
        return ""
    address = f"{airflow.rstrip('/')}/dags/{dag_id}/runs/{quote(wave.run_id, safe='')}"
    if task_id:
        address += f"/tasks/{quote(task_id, safe='')}"
    return f"{address}/mapped/{map_index}" if task_id and map_index >= 0 else address
