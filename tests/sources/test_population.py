"""The population register over a real server: what is compared, what is left unsaid."""

import json
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from sync.model.errors import (
    ConfigurationError,
    SourceRejectedError,
    SourceUnavailableError,
    UnreadableAnswerError,
)
from sync.model.population import AskedPerson, PopulationStatus, Verdict
from sync.sources.http import Limits
from sync.sources.population import (
    Access,
    JsonPopulationRegister,
    TokenBucket,
    open_population_register,
)
from tests.sources.servers import Reply, Request, Server, Talk, json_reply, serving
from tests.telling import everything_told

KEY = "planted-key"
NAME = "Trồng Giấu Kỹ"
MATCHED = Verdict(PopulationStatus.MATCHED)


def person(record_id: int = 7, **changes: Any) -> AskedPerson:  # noqa: ANN401 - any field
    values = {"number": "001085000456", "name": NAME, "born_on": date(1985, 3, 2), "sex": "2"}
    return AskedPerson(record_id, **{**values, **changes})


def of(asked: AskedPerson, ref: str, **changes: object) -> dict[str, object]:
    """What a register would say that holds the same as we do, but for some changes."""
    return {
        "ref": ref,
        "tim_thay": True,
        "ho_ten": asked.name,
        "ngay_sinh": asked.born_on.isoformat(),
        "gioi_tinh": asked.sex,
        **changes,
    }


def refs(request: Request) -> list[str]:
    return [question["ref"] for question in json.loads(request.body)["yeu_cau"]]


def saying(*answers: Callable[[str], object]) -> Talk:
    """Answers made from the reference of the first person asked about."""

    def talk(request: Request) -> Reply:
        return json_reply({"ket_qua": [answer(refs(request)[0]) for answer in answers]})

    return talk


@pytest.fixture
def doors() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def register(doors: ExitStack) -> Callable[..., tuple[JsonPopulationRegister, Server]]:
    """A register that speaks so, and our side of it; waits are noted, not waited."""

    def build(
        talk: Talk, auth: str = "bearer", attempts: int = 2, waits: list[float] | None = None
    ) -> tuple[JsonPopulationRegister, Server]:
        server = doors.enter_context(serving(talk))
        noted = [] if waits is None else waits
        ours = JsonPopulationRegister(
            Access(f"{server.address}/dan-cu", auth, KEY),
            Limits(timeout_s=5, attempts=attempts),
            TokenBucket(1000),
            noted.append,
        )
        doors.callback(ours.close)
        return ours, server

    return build


def verdict_of(
    register: Callable[..., tuple[JsonPopulationRegister, Server]], **said: object
) -> Verdict | None:
    ours, _ = register(saying(lambda ref: of(person(), ref, **said)))
    return ours.verify([person()]).get(7)


def mismatch(*fields: str, is_close: bool = False) -> Verdict:
    return Verdict(PopulationStatus.MISMATCHED, fields, is_close)


SAID: dict[str, tuple[dict[str, object], Verdict | None]] = {
    "the same": ({}, MATCHED),
    "another name": ({"ho_ten": "Trồng Giấu Khéo"}, mismatch("ho_va_ten")),
    "the name without accents": (
        {"ho_ten": "Trong Giau Ky"},
        mismatch("ho_va_ten", is_close=True),
    ),
    "the name in capitals": (
        {"ho_ten": "TRỒNG GIẤU KỸ"},
        mismatch("ho_va_ten", is_close=True),
    ),
    "the name decomposed": (
        {"ho_ten": unicodedata.normalize("NFD", NAME)},
        mismatch("ho_va_ten", is_close=True),
    ),
    "another day": ({"ngay_sinh": "1985-03-03"}, mismatch("ngay_sinh")),
    "the year only": ({"ngay_sinh": "1985"}, MATCHED),
    "another year only": ({"ngay_sinh": "1958"}, mismatch("ngay_sinh")),
    "the other sex": ({"gioi_tinh": "1"}, mismatch("gioi_tinh")),
    "everything else": (
        {"ho_ten": "Ai Đó", "ngay_sinh": "1958", "gioi_tinh": "1"},
        mismatch("ho_va_ten", "ngay_sinh", "gioi_tinh"),
    ),
    "a close name and another day": (
        {"ho_ten": "trồng giấu kỹ", "ngay_sinh": "1985-03-03"},
        mismatch("ho_va_ten", "ngay_sinh", is_close=True),
    ),
    "nobody": ({"tim_thay": False}, Verdict(PopulationStatus.NOT_FOUND)),
    "nobody, and nothing else": (
        {"tim_thay": False, "ho_ten": None, "ngay_sinh": None, "gioi_tinh": None},
        Verdict(PopulationStatus.NOT_FOUND),
    ),
    # Nothing was compared, so nothing is said:
    "no word whether": ({"tim_thay": None}, None),
    "a word that is no yes": ({"tim_thay": "true"}, None),
    "no name": ({"ho_ten": ""}, None),
    "a name that is a list": ({"ho_ten": [NAME]}, None),
    "no birth date": ({"ngay_sinh": None}, None),
    "a day that is none": ({"ngay_sinh": "1985-02-30"}, None),
    "a day in another form": ({"ngay_sinh": "02/03/1985"}, None),
    "the year nought": ({"ngay_sinh": "0000"}, None),
    "a sex nobody knows": ({"gioi_tinh": "0"}, None),
    "a sex that is a list": ({"gioi_tinh": ["1"]}, None),
}


@pytest.mark.parametrize("what", SAID)
def test_each_answer_has_its_verdict(
    register: Callable[..., tuple[JsonPopulationRegister, Server]], what: str
) -> None:
    said, wanted = SAID[what]

    assert verdict_of(register, **said) == wanted


def test_a_batch_is_one_question_to_one_address_without_a_query(
    register: Callable[..., tuple[JsonPopulationRegister, Server]],
) -> None:
    def echo(request: Request) -> Reply:
        people = json.loads(request.body)["yeu_cau"]
        return json_reply({"ket_qua": [{**p, "tim_thay": True} for p in reversed(people)]})

    ours, server = register(echo)
    batch = [person(number, name=f"Tên {number}") for number in range(200)]

    assert ours.verify(batch) == dict.fromkeys(range(200), MATCHED)
    (request,) = server.requests
    assert (request.method, request.path, request.query) == ("POST", "/dan-cu/doi-chieu", {})
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert json.loads(request.body)["yeu_cau"][3].keys() == {
        "ref", "so_dinh_danh", "ho_ten", "ngay_sinh", "gioi_tinh",
    }  # fmt: skip


def test_a_reference_names_nobody_and_is_used_once(
    register: Callable[..., tuple[JsonPopulationRegister, Server]],
) -> None:
    ours, server = register(saying())
    ours.verify([person(), person(8)])
    ours.verify([person(), person(8)])
    used = [ref for request in server.requests for ref in refs(request)]

    assert len(set(used)) == 4
    assert not [ref for ref in used if "001085" in ref]


def test_nobody_is_no_question(
    register: Callable[..., tuple[JsonPopulationRegister, Server]],
) -> None:
    ours, server = register(saying())

    assert ours.verify([]) == {}
    assert server.requests == []


GARBAGE: dict[str, list[Callable[[str], object]]] = {
    "nobody answered": [],
    "answered twice": [lambda ref: of(person(), ref), lambda ref: of(person(), ref)],
    "answered twice, once unreadably": [
        lambda ref: of(person(), ref),
        lambda ref: {"ref": ref},
    ],
    "answered about another": [lambda ref: of(person(), "another")],
    "answered without a reference": [lambda ref: of(person(), "") | {"ref": None}],
    "answered with a reference that is a list": [lambda ref: of(person(), "") | {"ref": [ref]}],
    "answered with texts": [lambda ref: ref, lambda ref: 7, lambda ref: None, lambda ref: []],
}


@pytest.mark.parametrize("what", GARBAGE)
def test_an_answer_that_is_not_one_persons_leaves_the_person_unchecked(
    register: Callable[..., tuple[JsonPopulationRegister, Server]], what: str
) -> None:
    ours, _ = register(saying(*GARBAGE[what]))

    assert ours.verify([person(), person(8)]) == {}


WHOLE = {
    "no JSON": b"<p>" + NAME.encode() + b"</p>",
    "a list": json.dumps([NAME]).encode(),
    "no list of answers": json.dumps({"ket_qua": {"a": NAME}}).encode(),
    "nothing": b"",
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("what", WHOLE)
def test_only_an_answer_that_is_none_at_all_raises_and_is_not_quoted(
    register: Callable[..., tuple[JsonPopulationRegister, Server]], what: str
) -> None:
    ours, _ = register(lambda _: Reply(WHOLE[what]))

    with pytest.raises(UnreadableAnswerError) as caught:
        ours.verify([person()])

    assert NAME not in everything_told(caught.value, hidden=False)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_register_that_says_later_is_asked_later_as_it_says(
    register: Callable[..., tuple[JsonPopulationRegister, Server]], status: int
) -> None:
    said = iter([Reply(NAME.encode(), status, {"Retry-After": "7"})] * 2)

    def talk(request: Request) -> Reply:
        later = next(said, None)
        return later or json_reply({"ket_qua": [of(person(), refs(request)[0])]})

    waits: list[float] = []
    ours, _ = register(talk, attempts=3, waits=waits)

    assert ours.verify([person()]) == {7: MATCHED}
    assert waits == [7.0, 7.0]


def test_a_register_that_is_down_is_a_sentence_without_people(
    register: Callable[..., tuple[JsonPopulationRegister, Server]],
) -> None:
    ours, server = register(lambda _: Reply(NAME.encode(), 503))

    with pytest.raises(SourceUnavailableError) as caught:
        ours.verify([person()])

    assert str(caught.value) == (
        "Source population answered 503 to /dan-cu/doi-chieu; the next verification asks again."
    )
    told = everything_told(caught.value)
    assert NAME not in told
    assert "001085" not in told
    assert KEY not in told
    assert len(server.requests) == 2


def test_a_refused_credential_is_not_tried_again(
    register: Callable[..., tuple[JsonPopulationRegister, Server]],
) -> None:
    ours, server = register(lambda _: Reply(b"{}", 401))

    with pytest.raises(SourceRejectedError, match="401"):
        ours.verify([person()])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ("bearer", "Authorization", f"Bearer {KEY}"),
        ("api_key", "X-API-Key", KEY),
        ("authorization", "Authorization", KEY),
        ("none", "Authorization", None),
    ],
)
def test_each_kind_of_credential_is_carried_where_it_belongs(
    register: Callable[..., tuple[JsonPopulationRegister, Server]],
    auth: str,
    header: str,
    value: str | None,
) -> None:
    ours, server = register(saying(), auth=auth)
    ours.verify([person()])

    assert server.requests[0].headers.get(header) == value


def test_an_unknown_kind_of_credential_is_named() -> None:
    access = Access("http://127.0.0.1:1", "basic", KEY)

    with pytest.raises(ConfigurationError, match="bearer, api_key"):
        open_population_register(access, timeout_s=1, attempts=1, per_second=1)
    assert KEY not in repr(access)


def test_people_and_keys_do_not_print_themselves() -> None:
    assert NAME not in repr(person())
    assert "001085" not in repr(person())


def test_requests_go_at_the_rate_and_no_faster() -> None:
    now, waits = [100.0], []

    def wait(seconds: float) -> None:
        waits.append(round(seconds, 3))
        now[0] += seconds

    bucket = TokenBucket(4, clock=lambda: now[0], wait=wait)
    bucket.take()
    bucket.take()
    bucket.take()
    now[0] += 10
    bucket.take()  # time without questions is not saved up for a burst
    bucket.take()

    assert waits == [0.25, 0.25, 0.25]


def test_threads_share_one_rate() -> None:
    taken: list[float] = []
    bucket = TokenBucket(10, clock=lambda: 0.0, wait=taken.append)
    threads = [threading.Thread(target=bucket.take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(round(wait, 3) for wait in taken) == [0.1, 0.2, 0.3, 0.4]


def test_another_try_takes_a_turn_too(doors: ExitStack) -> None:
    server = doors.enter_context(serving(lambda _: Reply(b"{}", 503, {"Retry-After": "0"})))
    turns: list[float] = []
    bucket = TokenBucket(10, clock=lambda: 0.0, wait=turns.append)
    access = Access(server.address, "none", None)
    ours = JsonPopulationRegister(access, Limits(attempts=3), bucket, lambda _: None)
    doors.callback(ours.close)

    with pytest.raises(SourceUnavailableError):
        ours.verify([person()])

    assert len(server.requests) == 3
    assert len(turns) == 2  # the first goes at once
