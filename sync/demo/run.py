"""`make demo`: the whole service on one machine, with a pretend country to ask.

Starts PostgreSQL, the country's systems, Airflow and the portal; runs a wave; shows what came
of it; stays until Ctrl-C and takes everything down again. Run again, it goes on where it was.
"""

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import fasteners
from rich.console import Console

from sync.demo.household import Household, choose
from sync.model.errors import ConfigurationError, SyncError
from sync.settings import get_settings

MARK = "demo.lock"
OURS = ("airflow", "country", "demo.json", "logs", "postgres", "run", "secrets")
INTERRUPTED = 130
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOG_WIDTH = 170  # without a terminal: room for the table of units
SAID = 12


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 if all went as it should."""
    chosen = _read_arguments(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)
    home = get_settings().home.resolve()
    for number in ENDS:  # SIGINT too: a shell's background job is born deaf to it
        signal.signal(number, _as_interrupt)
    try:
        if chosen.clean:
            return _clean(console, home)
        with _alone(home):
            return _run(console, home, chosen)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SyncError as error:
        console.print(f"[bold red]Stopped:[/] {error}", markup=True)
        return 1


def _read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sync.demo.run", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="one wave, then stop; 0 if all went well"
    )
    parser.add_argument("--people", type=int, help="people per unit on average (default 200)")
    parser.add_argument("--seed", type=int, help="which country (default 1)")
    parser.add_argument("--clean", action="store_true", help="remove the demo's data")
    return parser.parse_args(arguments)


def _run(console: Console, home: Path, chosen: argparse.Namespace) -> int:
    household = Household(home, console)
    try:
        left = household.children.end_left_overs()
        if left:
            console.print(f"Ended {left} processes that a killed earlier run had left behind.")
        household.start(choose(home, people=chosen.people, seed=chosen.seed))
        surprises = household.run_wave()
        household.show()
        _say_surprises(console, surprises, home)
        if not chosen.once:
            household.verify()
            household.stay()
        return 1 if surprises else 0
    except KeyboardInterrupt:
        if chosen.once:
            raise
        return 0  # the way to end it
    finally:
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)
        console.print("Stopping ...")
        household.stop()


def _say_surprises(console: Console, surprises: list[str], home: Path) -> None:
    for surprise in surprises[:SAID]:
        console.print(f"[red]Not as it should be:[/] {surprise}")
    if len(surprises) > SAID:
        console.print(f"... and {len(surprises) - SAID} more.")
    if surprises:
        console.print(f"Logs of the processes: {home / 'logs'}; of the tasks: Airflow's pages.")
    else:
        console.print("All went as it should: every unit as expected, every account adds up.")


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One demo a folder; the lock ends with its process, however that ends."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = fasteners.InterProcessLock(home / MARK)
        is_free = lock.acquire(blocking=False)
    except OSError as error:
        raise ConfigurationError(
            f"{home} cannot be written ({error.strerror}): use another folder (CBCCVC_HOME)."
        ) from None
    if not is_free:
        raise ConfigurationError(
            f"A demo runs below {home} already: use it, or end it with Ctrl-C in its window."
        )
    try:
        yield
    finally:
        lock.release()


def _clean(console: Console, home: Path) -> int:
    if not (home / MARK).exists():
        console.print(f"Nothing to remove: no demo has run below {home}.")
        return 0
    with _alone(home):
        Household(home, console).remove(OURS)
        (home / MARK).unlink()
    left = sorted(path.name for path in home.iterdir())
    if left:
        console.print(
            f"Removed; {home} stays because of {', '.join(left)}, which is not the demo's."
        )
    else:
        home.rmdir()
        console.print(f"Removed {home}.")
    return 0


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
