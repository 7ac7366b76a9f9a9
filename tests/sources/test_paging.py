"""No source can lead a pull in a circle."""

from pathlib import Path

import orjson
import pytest

from sync.model.errors import UnreadableAnswerError
from sync.model.source import Connector
from tests.sources.servers import Reply, Request, Talk, by_cursor, json_reply, serving
from tests.sources.vendors import Vendor, all_vendors


def pull(vendor: Vendor, talk: Talk, **options: object) -> list[str | None]:
    with serving(talk) as server:
        connector: Connector = vendor.connect(server.address, vendor.secret, **options)
        try:
            return [d.local_key for page in connector.pages() for d in page.documents]
        finally:
            connector.close()


@pytest.fixture
def vendors() -> dict[str, Vendor]:
    return all_vendors(Path())


def people(vendor: Vendor, *numbers: int) -> list[object]:
    return [orjson.loads(vendor.document(f"K-{number}")) for number in numbers]


def test_a_cursor_that_leads_to_itself_is_unreadable(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["hrm_con_tro"]
    good = by_cursor([], 0)
    served = iter(range(1000))

    def talk(request: Request) -> Reply:
        if request.method == "POST":
            return good(request)
        meta = {"next": "planted-cursor", "total": 1000}
        return json_reply({"meta": meta, "items": people(vendor, next(served))})

    with pytest.raises(UnreadableAnswerError, match="already sent") as failed:
        pull(vendor, talk)
    assert "planted" not in str(failed.value)


def test_cursors_that_go_round_are_unreadable(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["hrm_con_tro"]
    good = by_cursor([], 0)
    turn = {None: "a", "a": "b", "b": "c", "c": "a"}

    def talk(request: Request) -> Reply:
        if request.method == "POST":
            return good(request)
        return json_reply({"meta": {"next": turn[request.query.get("cursor")]}, "items": []})

    with pytest.raises(UnreadableAnswerError, match="already sent"):
        pull(vendor, talk)


@pytest.mark.parametrize("cursor", [["a"], {"a": 1}, True, 1.5])
def test_a_cursor_of_a_strange_kind_is_unreadable(
    vendors: dict[str, Vendor], cursor: object
) -> None:
    vendor = vendors["hrm_con_tro"]
    good = by_cursor([], 0)

    def talk(request: Request) -> Reply:
        if request.method == "POST":
            return good(request)
        return json_reply({"meta": {"next": cursor}, "items": []})

    with pytest.raises(UnreadableAnswerError, match="in a way we do not know"):
        pull(vendor, talk)


def test_a_link_to_the_same_page_is_unreadable(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["link"]

    def talk(request: Request) -> Reply:
        link = '</people?per_page=2>; rel="next"'
        return Reply(orjson.dumps(people(vendor, 1)), 200, {"Link": link})

    with pytest.raises(UnreadableAnswerError, match="already sent"):
        pull(vendor, talk)


def test_a_server_that_ignores_the_page_number_is_unreadable(
    vendors: dict[str, Vendor],
) -> None:
    vendor = vendors["hrm_trang"]
    content = {"data": {"items": people(vendor, 1, 2), "total": 1000}}
    with pytest.raises(UnreadableAnswerError, match="the same page again and again"):
        pull(vendor, lambda _: json_reply(content))


def test_pages_without_end_stop_at_the_bound(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["hrm_trang"]

    def talk(request: Request) -> Reply:
        number = int(request.query["page"])
        return json_reply({"data": {"items": people(vendor, number, -number)}})

    with pytest.raises(UnreadableAnswerError, match="more than 20 pages"):
        pull(vendor, talk, max_pages=20)


def test_a_smaller_page_in_the_middle_is_not_the_end(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["hrm_trang"]
    pages = {"1": (1,), "2": (2, 3), "3": (4,)}

    def talk(request: Request) -> Reply:
        items = people(vendor, *pages.get(request.query["page"], ()))
        return json_reply({"data": {"items": items, "total": 4}})

    assert pull(vendor, talk) == ["K-1", "K-2", "K-3", "K-4"]


def test_more_documents_than_announced_still_come(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["hrm_trang"]
    raws = [vendor.document(f"K-{number}") for number in range(6)]
    assert len(pull(vendor, vendor.talk(raws, 4))) == 6


@pytest.mark.parametrize(
    "body",
    [
        b"<html>planted-body</html>",
        b"",
        b'{"data": {"items": [{"ho_so": {"so_ho_so": "planted-key"',
        b'{"data": {"items": {"planted-key": 1}, "total": 1}}',
        b'{"data": [1, 2]}',
        b'{"message": "planted-body"}',
        b"null",
        b'{"data": {"items": [], "total": "planted-total"}}',
        b'{"data": {"items": [], "total": -1}}',
        b'{"data": {"items": [], "total": 1.5}}',
        b"[" * 100_000,
    ],
)
def test_a_page_that_is_none_is_unreadable_and_never_quoted(
    vendors: dict[str, Vendor], body: bytes
) -> None:
    with pytest.raises(UnreadableAnswerError, match="^Source S1 sent a page that") as failed:
        pull(vendors["hrm_trang"], lambda _: Reply(body))
    assert "planted" not in str(failed.value)


def test_one_broken_string_is_one_persons_finding(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["hrm_trang"]
    half = vendor.document("K-2", name="x").replace(b'"x"', b'"\\ud800"')
    body = b'{"data": {"items": [%s, %s], "total": 2}}' % (vendor.document("K-1"), half)
    with serving(lambda r: Reply(body if r.query["page"] == "1" else b"")) as server:
        connector = vendor.connect(server.address, "K", page_size=3)
        [page] = connector.pages()
        connector.close()
    good, broken = page.documents
    assert good.problems == frozenset()
    assert good.json_text is not None
    assert broken.problems == {"not_json"}
    assert broken.json_text is None
    assert broken.local_key == "K-2"


def test_a_page_with_a_byte_order_mark_is_read(vendors: dict[str, Vendor]) -> None:
    vendor = vendors["hrm_trang"]
    body = b'\xef\xbb\xbf {"data": {"items": [%s], "total": "1"}}' % vendor.document("K-1")
    assert pull(vendor, lambda _: Reply(body)) == ["K-1"]


def test_half_a_surrogate_pair_outside_a_list_is_no_list(vendors: dict[str, Vendor]) -> None:
    body = rb'{"data": {"items": "\ud800"}}'
    with pytest.raises(UnreadableAnswerError, match="no list at data.items"):
        pull(vendors["hrm_trang"], lambda _: Reply(body))


def test_a_source_that_sends_far_more_than_it_announces_is_stopped(
    vendors: dict[str, Vendor],
) -> None:
    vendor = vendors["hrm_trang"]
    numbers = iter(range(10**6))

    def talk(_: Request) -> Reply:
        items = people(vendor, *(next(numbers) for _ in range(4000)))
        return json_reply({"data": {"items": items, "total": 3}})

    with pytest.raises(UnreadableAnswerError, match="more than twice what it announces"):
        pull(vendor, talk, page_size=4000)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/planted", "http://[planted", "//planted/x"]
)
def test_a_link_to_another_host_is_unreadable_and_not_followed(
    vendors: dict[str, Vendor], url: str
) -> None:
    reply = Reply(b"[]", 200, {"Link": f'<{url}>; rel="next"'})
    with pytest.raises(UnreadableAnswerError, match="on another host") as failed:
        pull(vendors["link"], lambda _: reply)
    assert "planted" not in str(failed.value)
