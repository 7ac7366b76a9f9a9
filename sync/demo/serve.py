"""The pretend systems over real sockets: `python -m sync.demo.serve`.

One process answers for every unit under `/u/<unit_code>/...`; units that deliver files have a
folder. A ready file says where, once everything can be asked.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sync.demo.country import (
    USUAL_AS_OF,
    USUAL_PEOPLE,
    USUAL_SEED,
    Country,
    build_country,
)
from sync.demo.files import write_all
from sync.demo.population import PopulationDesk
from sync.demo.protocols import Answered, Asked, Systems

HOST = "127.0.0.1"
MOST_BODY = 1_000_000
POPULATION = "/population"  # the pretend population register
UNIT_PARTS = 4  # "", u, the unit, the rest


class CountryServer(ThreadingHTTPServer):
    """Threads for many connections at a time."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, systems: Systems, port: int) -> None:
        self.systems = systems
        self.population = PopulationDesk(systems.country)
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news; anything else is, without what was asked."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            sys.stderr.write(f"A request failed: {type(error).__name__}.\n")

    @property
    def base_url(self) -> str:
        """Where the units' addresses begin."""
        return f"http://{HOST}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: CountryServer
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    disable_nagle_algorithm = True
    timeout = 120

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        parts = path.split("/", 3)
        is_unit = len(parts) == UNIT_PARTS and parts[1] == "u"
        if not is_unit and not path.startswith(POPULATION):
            return self._send(Answered(404, b"{}"))
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, MOST_BODY))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_unit:
            below = path.removeprefix(POPULATION)
            desk = self.server.population
            return self._send(desk.answer(Asked(self.command, below, query, headers, body)))
        asked = Asked(self.command, f"/{parts[3]}", query, headers, body)
        return self._send(self.server.systems.answer(parts[2], asked))

    def _send(self, answered: Answered) -> None:
        self.send_response(answered.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answered.body)))
        for name, value in answered.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answered.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the standard library calls by
        """Nothing: a line of an access log may hold a person's key."""


@contextmanager
def serving(
    country: Country, port: int = 0, *, token_life_s: float = 5.0
) -> Iterator[CountryServer]:
    """The country's systems, asked on a loopback port while the block runs."""
    server = CountryServer(Systems(country, token_life_s=token_life_s), port)
    thread = threading.Thread(target=server.serve_forever, name="demo-country", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def files_dir(home: Path) -> Path:
    """Where the units that deliver files put them."""
    return home / "country" / "files"


def truth_path(home: Path) -> Path:
    """Where the truth about every defect stands."""
    return home / "country" / "truth.jsonl"


def ready_path(home: Path) -> Path:
    """The file that says where the country is, once it can be asked."""
    return home / "country" / "ready.json"


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    chosen = _read_arguments(arguments)
    country = build_country(chosen.seed, chosen.as_of, chosen.people, chosen.day)
    home: Path = chosen.home
    (home / "country").mkdir(parents=True, exist_ok=True)
    ready_path(home).unlink(missing_ok=True)
    write_all(country, files_dir(home))
    country.write_truth(truth_path(home))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with serving(country, chosen.port) as server:
        _write_ready(home, server.base_url, country)
        stop.wait()
    ready_path(home).unlink(missing_ok=True)
    return 0


def _write_ready(home: Path, base_url: str, country: Country) -> None:
    content = {
        "pid": os.getpid(),
        "base_url": base_url,
        "files_dir": str(files_dir(home).resolve()),
        "truth": str(truth_path(home).resolve()),
        "seed": country.seed,
        "as_of": country.as_of.isoformat(),
        "people": country.people,
        "day": country.day,
    }
    temporary = ready_path(home).with_suffix(".part")
    temporary.write_text(json.dumps(content), "utf-8")
    temporary.replace(ready_path(home))


def _read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sync.demo.serve", description=__doc__)
    parser.add_argument("--seed", type=int, default=USUAL_SEED)
    parser.add_argument("--as-of", type=date.fromisoformat, default=USUAL_AS_OF)
    parser.add_argument("--people", type=int, default=USUAL_PEOPLE)
    parser.add_argument("--day", type=int, default=0)
    parser.add_argument("--home", type=Path, default=Path(".cbccvc"))
    parser.add_argument("--port", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
