"""The national population register, asked about many people in one request.

No official text of its interface was found (domain facts, section 4), so the words on the wire
are OURS: one POST to `<address>/doi-chieu` with {"yeu_cau": [{"ref", "so_dinh_danh", "ho_ten",
"ngay_sinh", "gioi_tinh"}]}, answered by {"ket_qua": [{"ref", "tim_thay", "ho_ten", "ngay_sinh",
"gioi_tinh"}]}. A system that speaks otherwise is another class with the same `verify`.

What the register holds is compared and forgotten here; only verdicts leave this module.
"""

import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sync.model.errors import ConfigurationError, UnreadableAnswerError
from sync.model.population import BIRTH, NAME, SEX, AskedPerson, PopulationStatus, Verdict
from sync.sources import auth
from sync.sources.http import HttpClient, Limits, Question, read_object
from sync.sources.person_names import is_same_but_for_form

CODE = "population"  # how messages name it
PATH = "doi-chieu"
DAY_OR_YEAR = re.compile(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?")
YEAR_LENGTH = 4
SEXES = ("1", "2")  # a tuple: an answer may hold anything
AUTHS = ("bearer", "api_key", "authorization", "none")


class PopulationRegister(Protocol):
    """Whoever can say whether people are who we think they are."""

    def verify(self, batch: Sequence[AskedPerson]) -> Mapping[int, Verdict]:
        """Verdicts by record_id; who is not in it was not answered usably.

        Raises:
            SourceUnavailableError: ask again later.
            SourceRejectedError: the credential or the address is wrong.
            UnreadableAnswerError: the answer as a whole is none.
        """

    def close(self) -> None:
        """Let go of the sockets."""


class TokenBucket:
    """At most so many requests a second, evenly, whoever asks in this process."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap_s = 1.0 / per_second
        self._clock, self._wait = clock, wait
        self._next = clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Return when the next request may go."""
        with self._lock:
            now = self._clock()
            turn = max(self._next, now)
            self._next = turn + self._gap_s
        if turn > now:
            self._wait(turn - now)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the register is and how we prove who we are; `secret` is never printed."""

    address: str
    auth: str
    secret: str | None = field(repr=False)


class _Client(HttpClient):
    later = "the next verification asks again"


class JsonPopulationRegister:
    """Speaks the words above over the project's own HTTP client."""

    def __init__(
        self, access: Access, limits: Limits, bucket: TokenBucket, wait: Callable[[float], None]
    ) -> None:
        self._bucket = bucket

        def back_off(seconds: float) -> None:
            wait(seconds)
            bucket.take()  # another try is another request

        self._client = _Client(access.address, CODE, limits, back_off)
        self._credential = make_credential(access)

    def verify(self, batch: Sequence[AskedPerson]) -> Mapping[int, Verdict]:
        """See `PopulationRegister.verify`. `ref` says nothing of a person and is used once."""
        by_ref = {secrets.token_urlsafe(9): person for person in batch}
        if not by_ref:
            return {}
        asked = [
            {
                "ref": ref,
                "so_dinh_danh": person.number,
                "ho_ten": person.name,
                "ngay_sinh": person.born_on.isoformat(),
                "gioi_tinh": person.sex,
            }
            for ref, person in by_ref.items()
        ]
        self._bucket.take()
        answer = self._client.ask(Question(PATH, message={"yeu_cau": asked}), self._credential)
        return read_verdicts(read_object(answer, CODE), by_ref)

    def close(self) -> None:
        """Let go of the sockets."""
        self._client.close()


def open_population_register(
    access: Access, *, timeout_s: float, attempts: int, per_second: float
) -> JsonPopulationRegister:
    """The register, ready to be asked.

    Raises:
        ConfigurationError: address, kind of credential or secret cannot be used.
    """
    limits = Limits(timeout_s, attempts)
    return JsonPopulationRegister(access, limits, TokenBucket(per_second), time.sleep)


def make_credential(access: Access) -> auth.Credential:
    """The credential its registration asks for.

    Raises:
        ConfigurationError: an unknown kind, or no secret a header can carry.
    """
    if access.auth == "none":
        return auth.NoCredential()
    if access.auth not in AUTHS:
        raise ConfigurationError(
            f"The population register's auth must be one of {', '.join(AUTHS)}: correct the"
            " registry."
        )
    text = auth.check_secret(access.secret, CODE)
    if access.auth == "api_key":
        return auth.FixedHeader("X-API-Key", text)
    prefix = "Bearer " if access.auth == "bearer" else ""
    return auth.FixedHeader("Authorization", f"{prefix}{text}")


def read_verdicts(
    content: Mapping[str, Any], by_ref: Mapping[str, AskedPerson]
) -> dict[int, Verdict]:
    """Verdicts of those who were answered exactly once and readably.

    Raises:
        UnreadableAnswerError: there is no list of answers at all.
    """
    answers = content.get("ket_qua")
    if not isinstance(answers, list):
        raise UnreadableAnswerError(
            f"Source {CODE} answered without ket_qua, the list of answers; its owner must look."
        )
    usable = [a for a in answers if isinstance(a, dict) and isinstance(a.get("ref"), str)]
    times = Counter(answer["ref"] for answer in usable)
    verdicts = {}
    for answer in usable:
        person = by_ref.get(answer["ref"])
        verdict = _verdict(person, answer) if person and times[answer["ref"]] == 1 else None
        if person and verdict:
            verdicts[person.record_id] = verdict
    return verdicts


def _verdict(person: AskedPerson, answer: Mapping[str, Any]) -> Verdict | None:
    """None where the answer lacks a field or holds one that is none: nothing was compared."""
    if answer.get("tim_thay") is False:
        return Verdict(PopulationStatus.NOT_FOUND)
    name, born, sex = (answer.get(key) for key in ("ho_ten", "ngay_sinh", "gioi_tinh"))
    if answer.get("tim_thay") is not True or sex not in SEXES or not _is_day_or_year(born):
        return None
    if not isinstance(name, str) or not name.strip():
        return None
    differs = {
        NAME: name != person.name,
        # Only the year is known there (Decree 135/2020 Art.3 knows such people): it decides.
        BIRTH: not person.born_on.isoformat().startswith(str(born)),
        SEX: sex != person.sex,
    }
    fields = tuple(code for code, is_different in differs.items() if is_different)
    status = PopulationStatus.MISMATCHED if fields else PopulationStatus.MATCHED
    is_close = differs[NAME] and is_same_but_for_form(name, person.name)
    return Verdict(status, fields, is_close)


def _is_day_or_year(text: object) -> bool:
    if not isinstance(text, str) or not DAY_OR_YEAR.fullmatch(text):
        return False
    try:
        date.fromisoformat(text if len(text) > YEAR_LENGTH else f"{text}-01-01")
    except ValueError:
        return False
    return True
