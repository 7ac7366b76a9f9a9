"""What every connector must do, whatever it speaks."""

from pathlib import Path

import orjson
import pytest
import zstandard

from sync.model.errors import SourceRejectedError, SourceUnavailableError
from sync.model.source import Connector, RawDocument
from sync.model.states import DocumentProblem
from tests.sources.vendors import FolderVendor, Vendor, all_vendors

NAMES = list(all_vendors(Path()))
WRONG = "wrong:wrong"
PLANTED = ("planted-body", "planted-key", "planted-name", WRONG)


@pytest.fixture(params=NAMES)
def vendor(request: pytest.FixtureRequest, tmp_path: Path) -> Vendor:
    return all_vendors(tmp_path)[request.param]


def documents_of(connector: Connector) -> list[RawDocument]:
    return [document for page in connector.pages() for document in page.documents]


def body_of(document: RawDocument) -> bytes:
    return zstandard.ZstdDecompressor().decompress(document.body)


def test_every_document_comes_once_and_in_order(vendor: Vendor) -> None:
    raws = [vendor.document(f"K-{number}") for number in range(5)]
    with vendor.serve(raws, 5) as connector:
        pages = list(connector.pages())
    documents = [document for page in pages for document in page.documents]
    assert [document.local_key for document in documents] == [f"K-{n}" for n in range(5)]
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert all(not document.problems for document in documents)
    assert all(len(page.documents) <= vendor.page_size for page in pages)
    assert {page.announced for page in pages} <= {5, None}
    for raw, document in zip(raws, documents, strict=True):
        assert orjson.loads(body_of(document)) == orjson.loads(raw)
        assert document.json_text == body_of(document)


def test_an_answer_with_nobody_is_one_empty_page(vendor: Vendor) -> None:
    with vendor.serve([], 0) as connector:
        pages = list(connector.pages())
    assert [page.documents for page in pages] == [()]


def test_the_same_question_gives_the_same_hashes(vendor: Vendor) -> None:
    raws = [vendor.document(f"K-{number}", name=f"Tên {number}") for number in range(3)]
    with vendor.serve(raws, 3) as connector:
        first, second = documents_of(connector), documents_of(connector)
    assert [d.content_sha256 for d in first] == [d.content_sha256 for d in second]
    assert len({d.content_sha256 for d in first}) == 3


def test_a_wrong_total_is_reported_as_it_was_said(vendor: Vendor) -> None:
    with vendor.serve([vendor.document(f"K-{number}") for number in range(3)], 4) as connector:
        pages = list(connector.pages())
    assert sum(len(page.documents) for page in pages) == 3
    assert {page.announced for page in pages} <= {4, None}
    assert vendor.name == "link" or pages[0].announced == 4


def test_the_same_key_twice_comes_through_twice(vendor: Vendor) -> None:
    raws = [vendor.document("K-1"), vendor.document("K-1"), vendor.document("K-1", name="Khác")]
    with vendor.serve(raws, 3) as connector:
        documents = documents_of(connector)
    assert [document.local_key for document in documents] == ["K-1"] * 3
    assert len({document.content_sha256 for document in documents}) == 2


@pytest.mark.parametrize("key", ["", "   ", "x" * 201])
def test_a_record_without_a_usable_key_is_kept_and_marked(vendor: Vendor, key: str) -> None:
    with vendor.serve([vendor.document(key), vendor.document("K-2")], 2) as connector:
        without, good = documents_of(connector)
    assert without.local_key is None
    assert without.problems == {DocumentProblem.NO_KEY}
    assert good.local_key == "K-2"


def test_a_nul_is_kept_as_bytes_but_not_as_json(vendor: Vendor) -> None:
    if vendor.name == "thu_muc_xlsx":
        pytest.skip("XML has no way to write a NUL, so a workbook cannot hold one")
    with vendor.serve([vendor.document("K-1", name="a\0b")], 1) as connector:
        [document] = documents_of(connector)
    assert document.problems == {DocumentProblem.NUL}
    assert document.json_text is None
    assert b"\\u0000" in body_of(document)
    assert document.local_key == "K-1"


def test_a_field_of_three_megabytes_passes(vendor: Vendor) -> None:
    if vendor.name == "thu_muc_xlsx":
        pytest.skip("a cell of a workbook holds at most 32,767 characters")
    with vendor.serve([vendor.document("K-1", name="ê" * 3_000_000)], 1) as connector:
        [document] = documents_of(connector)
    assert document.json_text is not None
    assert len(document.json_text) > 6_000_000
    assert not document.problems


def test_a_secret_field_is_dropped_and_only_its_coming_is_told(vendor: Vendor) -> None:
    with vendor.serve([vendor.document("K-1", hidden={"x": "planted-name"})], 1) as connector:
        [document] = documents_of(connector)
    assert DocumentProblem.SECRET_FIELD in document.problems
    assert b"planted-name" not in body_of(document)
    assert document.json_text == body_of(document)
    assert document.local_key == "K-1"


def test_a_volatile_path_does_not_change_the_hash(vendor: Vendor) -> None:
    if not vendor.profile.volatile:
        pytest.skip("this vendor has no volatile path")
    raws = [vendor.document("K-1", volatile=v) for v in ("one", "two")]
    with vendor.serve(raws, 2) as connector:
        first, second = documents_of(connector)
    assert first.content_sha256 == second.content_sha256
    assert first.body != second.body


def test_a_probe_of_a_good_source_says_so(vendor: Vendor) -> None:
    with vendor.serve([vendor.document("K-1")], 1) as connector:
        result = connector.probe()
    assert result.is_ok
    assert result.reason_code == ""
    assert result.latency_ms >= 0
    if not isinstance(vendor, FolderVendor):
        assert result.clock_skew_s is not None
        assert abs(result.clock_skew_s) < 5


def test_a_wrong_credential_is_rejected_without_a_word_of_the_answer(vendor: Vendor) -> None:
    if vendor.secret is None:
        pytest.skip("a folder has no credential of its own")
    with vendor.serve([vendor.document("planted-key")], 1, secret=WRONG) as connector:
        result = connector.probe()
        with pytest.raises(SourceRejectedError) as refused:
            list(connector.pages())
    assert not result.is_ok
    assert result.reason_code == "source_rejected"
    assert_sentence(str(refused.value))
    assert_sentence(result.reason)


def test_a_source_that_is_away_is_unavailable(vendor: Vendor) -> None:
    address = "http://127.0.0.1:9/u"
    if isinstance(vendor, FolderVendor):
        address = str(vendor.folder / "away")
    connector = vendor.connect(address, vendor.secret)
    result = connector.probe()
    with pytest.raises(SourceUnavailableError) as away:
        list(connector.pages())
    connector.close()
    assert not result.is_ok
    assert result.reason_code == "source_unavailable"
    assert_sentence(result.reason)
    assert_sentence(str(away.value))


def assert_sentence(text: str) -> None:
    """One sentence that names the source and quotes nothing of what came or was sent."""
    assert text.startswith("Source S1")
    assert text.endswith(".")
    assert "\n" not in text
    assert "?" not in text
    assert not [planted for planted in PLANTED if planted in text]
