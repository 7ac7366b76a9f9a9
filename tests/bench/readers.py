"""Readers of the portal: real sessions, one connection each, time told page by page."""

import http.client
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

FORM_KEY = re.compile(r'name="token" value="([^"]+)"')
COOKIE = re.compile(r"(\w+)=([^;]*)")
SEEN, SENT_ON = 200, 303
KEPT_OPEN_S = 4.0  # a server closes an idle connection after five, and a browser opens another
Page = tuple[str, str, Mapping[str, str]]  # what it is called, its path, the fields of its form
Times = Mapping[str, Sequence[float]]  # page -> milliseconds


@dataclass
class Reader:
    """One signed-in person with a browser's connection that stays open."""

    port: int
    pages: Callable[[random.Random], Page]
    cookies: dict[str, str] = field(default_factory=dict)
    form_key: str = ""

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._asked_at = time.perf_counter()

    def ask(self, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Status and text of a page, or of what a form is answered with."""
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": said} if said else {}
        if time.perf_counter() - self._asked_at > KEPT_OPEN_S:
            self._connection.close()
        if fields is None:
            self._connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            self._connection.request("POST", path, urlencode(fields), headers)
        answer = self._connection.getresponse()
        body = answer.read().decode()
        self._asked_at = time.perf_counter()
        for said in answer.headers.get_all("Set-Cookie", []):
            found = COOKIE.match(said)
            if found:
                self.cookies[found[1]] = found[2]
        return answer.status, body

    def sign_in(self, login: str, password: str) -> None:
        """Through the form, as everybody; keeps the key of the session's forms.

        Raises:
            RuntimeError: the portal did not let this account in.
        """
        _, form = self.ask("/dang-nhap")
        fields = {"account": login, "password": password, "token": self._key_in(form)}
        status, _ = self.ask("/dang-nhap", fields)
        if status != SENT_ON:
            raise RuntimeError(f"The portal did not let {login} in: it answered {status}.")
        self.form_key = self._key_in(self.ask("/")[1])

    def see(self, page: Page) -> float:
        """Milliseconds until the whole page is here.

        Raises:
            RuntimeError: it is not the page that was asked for.
        """
        name, path, fields = page
        form = {**fields, "token": self.form_key} if fields else None
        started = time.perf_counter()
        status, body = self.ask(path, form)
        took = (time.perf_counter() - started) * 1000
        if status != SEEN or "</html>" not in body:
            raise RuntimeError(f"Page {name} was answered with {status}.")
        return took

    @staticmethod
    def _key_in(page: str) -> str:
        found = FORM_KEY.search(page)
        if found is None:
            raise RuntimeError("A page has no form: its reader is not signed in.")
        return found[1]


def read_on(
    readers: Sequence[Reader], seconds: float, think_s: float, seed: int
) -> tuple[Times, float]:
    """All readers at once, each thinking before a page; times by page, and pages a second.

    Nobody who thinks is in step with another: thoughts are exponential about their mean.
    """
    until = time.perf_counter() + seconds

    def turn(number: int) -> list[tuple[str, float]]:
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - whose turn it is, no secret
        told = []
        while True:
            if think_s:
                time.sleep(chance.expovariate(1 / think_s))
            if time.perf_counter() >= until:
                return told
            page = readers[number].pages(chance)
            told.append((page[0], readers[number].see(page)))

    times: dict[str, list[float]] = defaultdict(list)
    started = time.perf_counter()
    with ThreadPoolExecutor(len(readers)) as pool:
        for told in pool.map(turn, range(len(readers))):
            for name, took in told:
                times[name].append(took)
    passed = time.perf_counter() - started
    return times, sum(map(len, times.values())) / passed
