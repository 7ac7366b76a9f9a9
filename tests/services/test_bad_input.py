"""What a source can send wrong: a finding, a hold or a failed pull, and nobody is harmed."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sync.services.show import show_snapshot
from tests.services.village import A, Village
from tests.sources import servers

Spoil = Callable[[bytes], bytes]
COUNT = 4


@pytest.fixture
def known(village: Village) -> Village:
    """A unit of four people, all of them in the register."""
    village.add(A, COUNT)
    village.wave()
    assert village.counts(A)["live_after"] == COUNT
    return village


def _reply(content: servers.Reply) -> servers.Talk:
    return lambda _: content


NOT_AN_ANSWER = {
    "a page that is not JSON": _reply(servers.Reply(b"<html>planted-body</html>")),
    "a page whose JSON ends too early": _reply(servers.Reply(b'{"data": {"items": [{"ho_so"')),
    "a page whose bytes end too early": _reply(
        servers.Reply(b'{"data": {"items": [', announced_length=5000)
    ),
}


@pytest.mark.parametrize("what", NOT_AN_ANSWER)
def test_what_is_no_answer_keeps_nothing_and_says_so(known: Village, what: str) -> None:
    before, kept = known.typed_rows(), known.one("SELECT count(*) FROM landing.document")
    known.houses[A].talk = NOT_AN_ANSWER[what]

    result = known.wave()

    outcome, sentence = known.word(A)
    assert outcome in {"unreadable", "unavailable"}
    assert sentence.startswith("The source system")
    assert sentence.count(".") == 1
    assert "planted" not in sentence
    assert result["admitted"] == []
    assert known.newest(A)[1] == "admitted"  # the older one: nothing of this one was sealed
    assert known.one("SELECT count(*) FROM landing.document") == kept
    assert known.typed_rows() == before


def test_a_page_that_is_cut_short_after_a_good_one_is_not_half_an_answer(
    village: Village,
) -> None:
    house = village.add(A, COUNT, "hrm_con_tro", {"page_size": 2})
    village.wave()
    before, kept = village.typed_rows(), village.one("SELECT count(*) FROM landing.document")
    house.main(0)["dien_thoai"] = "0812345678"
    usual = house.usual_talk()

    def talk(request: servers.Request) -> servers.Reply:
        reply = usual(request)
        return servers.Reply(reply.body[:-40]) if "cursor" in request.query else reply

    house.talk = talk
    village.wave()

    assert village.word(A) == (
        "unreadable",
        "The source system's answer cannot be read (page 2); the unit must look at its"
        " software.",
    )
    assert village.one("SELECT count(*) FROM landing.document") == kept
    assert village.typed_rows() == before


def test_a_next_page_that_is_the_page_itself_ends_the_pull(village: Village) -> None:
    house = village.add(A, COUNT, "hrm_con_tro", {"page_size": 2})
    village.wave()
    before = village.typed_rows()
    usual = house.usual_talk()

    def talk(request: servers.Request) -> servers.Reply:
        reply = usual(request)
        if "cursor" not in request.query:
            return reply
        content = json.loads(reply.body)
        content["meta"]["next"] = request.query["cursor"]
        return servers.json_reply(content)

    house.talk = talk
    village.wave()

    assert village.word(A)[0] == "unreadable"
    assert village.newest(A)[1] == "admitted"
    assert village.typed_rows() == before


def _replaced(old: str, new: str, body: bytes) -> bytes:
    assert old.encode() in body
    return body.replace(old.encode(), new.encode(), 1)


def _with(path: tuple[str, ...], value: object, body: bytes) -> bytes:
    document = json.loads(body)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document, ensure_ascii=False).encode()


ONE_RECORD: dict[str, tuple[Spoil, str, str]] = {
    "a NUL inside a string": (
        partial(_replaced, '"ho_ten":"', '"ho_ten":"a\\u0000'),
        "DOC001",
        "unreadable",
    ),
    "a field of 3 MB": (
        partial(_with, ("ho_so", "noi_sinh"), "x" * 3_000_000),
        "UNR101",
        "quarantined",
    ),
    "the thirty-first of February": (
        partial(_with, ("ho_so", "ngay_sinh"), "31/02/1980"),
        "CR011a",
        "quarantined",
    ),
}


@pytest.mark.parametrize("what", ONE_RECORD)
def test_one_bad_record_is_one_finding_and_its_last_good_version_stays(
    known: Village, what: str
) -> None:
    spoil, rule, kind = ONE_RECORD[what]
    before = known.typed_rows()
    known.houses[A].raw[1] = spoil

    known.wave()

    counts = known.counts(A)
    assert (rule, "block") in known.findings(A)
    assert counts[kind] == 1
    assert (counts["unchanged"], counts["stale"], counts["live_after"]) == (3, 1, COUNT)
    assert known.word(A) == ("admitted", "")
    assert known.typed_rows() == before


def test_a_record_without_a_key_is_a_finding_beside_the_others(known: Village) -> None:
    house, before = known.houses[A], known.typed_rows()
    nameless = json.loads(house.document(known.others(A, COUNT, 1)[0]))
    del nameless["ho_so"]["so_ho_so"]
    house.more = [json.dumps(nameless).encode()]

    known.wave()

    counts = known.counts(A)
    assert ("DOC002", "block") in known.findings(A)
    assert counts["received"] == COUNT + 1
    assert counts["unreadable"] + counts["quarantined"] == 1
    assert known.typed_rows() == before


def test_the_same_record_twice_counts_once(known: Village) -> None:
    house, before = known.houses[A], known.typed_rows()
    house.more = [house.document(house.people[0])]

    known.wave()

    counts = known.counts(A)
    assert known.findings(A) == [("DOC007", "count")]
    assert (counts["received"], counts["duplicate"], counts["unchanged"]) == (5, 1, 4)
    assert known.typed_rows() == before


def test_a_key_with_two_different_records_blocks_both(known: Village) -> None:
    house, before = known.houses[A], known.typed_rows()
    house.more = [_with(("ho_so", "ho_ten"), "Trần Văn Khác", house.document(house.people[0]))]

    known.wave()

    counts = known.counts(A)
    assert known.findings(A) == [("DOC005", "block")]
    assert (counts["received"], counts["quarantined"], counts["stale"]) == (5, 2, 1)
    assert known.typed_rows() == before


def test_a_number_with_the_other_decimal_mark_is_read_and_counted(village: Village) -> None:
    house = village.add(A, COUNT, "hrm_con_tro")  # its own mark is the dot
    village.wave()
    before = village.typed_rows()
    coefficient = json.loads(house.document(house.people[2]))["pay"]["coef"]
    as_text = str(coefficient).replace(".", ",")
    house.raw[2] = partial(_with, ("pay", "coef"), as_text)

    village.wave()

    mark, late = village.findings(A)  # the village dates no change: it is late news
    assert mark[0].startswith("CR012")
    assert (mark[1], late) == ("count", ("TM001", "count"))
    assert village.typed_rows() == before


@pytest.mark.parametrize("announced", [COUNT + 1, COUNT - 1])
def test_a_total_that_disagrees_with_what_came_is_held(known: Village, announced: int) -> None:
    house, before = known.houses[A], known.typed_rows()
    house.main(0)["dien_thoai"] = "0812345678"
    house.announced = announced

    known.wave()

    snapshot_id, state = known.newest(A)
    sentence = f"The source announced {announced} records but sent {COUNT}; on hold."
    shown = show_snapshot(snapshot_id, db=known.db)
    assert state == "held"
    assert known.word(A) == ("held", sentence)
    assert (shown["reason"], shown["announced"], shown["received"]) == (sentence, announced, 4)
    assert known.typed_rows() == before
