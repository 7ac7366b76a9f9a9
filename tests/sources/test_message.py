"""The ministry's envelope: failures travel in an HTTP 200."""

import base64
from pathlib import Path

import orjson
import pytest

from sync.model.errors import (
    SourceRejectedError,
    SourceUnavailableError,
    SyncError,
    UnreadableAnswerError,
)
from sync.model.source import RawDocument
from tests.sources.servers import Reply, Talk, json_reply, serving
from tests.sources.vendors import Vendor, all_vendors


@pytest.fixture
def vendor() -> Vendor:
    return all_vendors(Path())["thong_diep_bnv"]


def pull(vendor: Vendor, talk: Talk) -> list[RawDocument]:
    with serving(talk) as server:
        connector = vendor.connect(server.address, "K")
        try:
            return [document for page in connector.pages() for document in page.documents]
        finally:
            connector.close()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"Err_code": 1, "Message": "planted: Khóa kết nối hết hạn"}, SourceRejectedError),
        ({"Err_code": "1", "Message": "planted Unauthorized"}, SourceRejectedError),
        ({"Err_code": 1, "Err_type": "AUTH", "Message": "planted"}, SourceRejectedError),
        ({"Err_code": 1, "Message": "planted: bận"}, SourceUnavailableError),
        ({"Err_code": 1}, SourceUnavailableError),
        ({"messages": []}, UnreadableAnswerError),
        ({"Err_code": 0}, UnreadableAnswerError),
        ({"Err_code": 0, "org_Code": "H26-planted", "messages": []}, UnreadableAnswerError),
        ({"Err_code": 0, "messages": [], "next": 1}, UnreadableAnswerError),
        ({"Err_code": 0, "messages": [], "next": 7}, UnreadableAnswerError),
        ({"Err_code": 0, "messages": [], "total": "planted"}, UnreadableAnswerError),
    ],
)
def test_each_failure_says_whether_asking_again_helps(
    vendor: Vendor, answer: object, error: type[SyncError]
) -> None:
    with pytest.raises(error, match="^Source S1") as failed:
        pull(vendor, lambda _: json_reply(answer))
    assert type(failed.value) is error
    assert "planted" not in str(failed.value)


def test_a_message_of_another_organisation_refuses_the_answer(vendor: Vendor) -> None:
    body = base64.b64encode(vendor.document("planted-key")).decode()
    answer = {"Err_code": "0", "messages": [{"org_Code": "H26", "jsonContent": body}]}
    with pytest.raises(UnreadableAnswerError, match="another organisation") as failed:
        pull(vendor, lambda _: json_reply(answer))
    assert "planted" not in str(failed.value)


def test_a_broken_message_is_a_record_without_key_and_leaves_nothing(vendor: Vendor) -> None:
    good = base64.b64encode(vendor.document("K-1")).decode()
    cut = base64.b64encode(vendor.document("K-2", name="planted")[:-9]).decode()
    messages = [{"jsonContent": text} for text in (good, cut, "!planted!")]
    documents = pull(vendor, lambda _: json_reply({"Err_code": 0, "messages": messages}))
    assert [document.local_key for document in documents] == ["K-1", None, None]
    for broken in documents[1:]:
        assert broken.problems == {"not_json", "no_key"}
        assert broken.json_text is None
        assert b"planted" not in broken.body
    assert len({document.content_sha256 for document in documents}) == 3


def test_a_message_sent_without_its_wrapping_is_read_all_the_same(vendor: Vendor) -> None:
    messages = [orjson.loads(vendor.document("K-1", hidden="planted"))]
    [document] = pull(vendor, lambda _: json_reply({"Err_code": 0, "messages": messages}))
    assert document.local_key == "K-1"
    assert document.json_text is not None
    assert b"planted" not in document.json_text


def test_a_busy_http_answer_is_still_asked_again(vendor: Vendor) -> None:
    replies = [
        Reply(b"", 503, {"Retry-After": "0"}),
        json_reply({"Err_code": 0, "messages": []}),
    ]
    assert pull(vendor, lambda _: replies.pop(0)) == []
