"""From a document's bytes to what is kept of it."""

import json
from dataclasses import replace

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync.model.source import RawDocument
from sync.model.states import DocumentProblem
from sync.sources.decoding import DocumentDecoder, drop_paths, key_at
from sync.sources.profiles import parse_path
from tests.sources.vendors import flat_profile

PROFILE = flat_profile("page", "none", ("rows",))
DECODER = DocumentDecoder(PROFILE)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['"', '":', '\\":', "\\", "a:b", "\\u0022:", "\0", "\\u0000"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def decode(raw: bytes) -> RawDocument:
    return DECODER.decode(raw)


def body_of(document: RawDocument) -> bytes:
    return zstandard.ZstdDecompressor().decompress(document.body)


def has_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any("\0" in key or has_nul(inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(has_nul(inner) for inner in value)
    return isinstance(value, str) and "\0" in value


@given(st.dictionaries(texts, values, max_size=6), st.booleans(), st.sampled_from([None, 2]))
def test_problems_are_seen_however_it_is_written(
    tree: dict[str, object], ascii_only: bool, indent: int | None
) -> None:
    tree.pop("kin", None)
    raw = json.dumps(tree, ensure_ascii=ascii_only, indent=indent).encode()
    document = decode(raw)
    assert DocumentProblem.REPEATED_KEY not in document.problems
    assert (DocumentProblem.NUL in document.problems) == has_nul(tree)
    assert (document.json_text is None) == has_nul(tree)
    assert body_of(document) == raw
    assert document.content_sha256 == decode(orjson.dumps(tree)).content_sha256


@given(values, values, texts, st.booleans(), st.booleans())
def test_a_key_said_twice_is_always_seen(
    first: object, second: object, key: str, ascii_only: bool, spaced: bool
) -> None:
    separators = (", ", " : ") if spaced else (",", ":")

    def said(value: object) -> str:
        return json.dumps(value, ensure_ascii=ascii_only, separators=separators)

    pair = f"{said(key)}{separators[1]}"
    raw = f'{{"id": 1, "in": [{{{pair}{said(first)}, {pair}{said(second)}}}]}}'.encode()
    assert DocumentProblem.REPEATED_KEY in decode(raw).problems


def test_quotes_and_colons_written_as_escapes_do_not_hide_a_repeated_key() -> None:
    assert decode(rb'{"id": 1, "a": "\u0022:", "a": 2}').problems == {"repeated_key"}
    assert decode(rb'{"id": 1, "a\u0022\u003a": 1, "b": "\u0022:"}').problems == frozenset()
    assert decode(rb'{"id": 1, "a": 1, "\u0061": 2}').problems == {"repeated_key"}


def test_a_backslash_before_u0000_is_text_and_no_nul() -> None:
    assert decode(rb'{"id": 1, "a": "\\u0000"}').problems == frozenset()
    assert decode(rb'{"id": 1, "a": "\\\u0000"}').problems == {"nul"}
    assert decode(rb'{"id": 1, "\u0000": 1}').problems == {"nul"}


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (b'"H26-1"', "H26-1"),
        (b'" 7 "', "7"),
        (b"7", "7"),
        (b"12345678901234", "12345678901234"),
        (b'"' + b"x" * 200 + b'"', "x" * 200),
        (b'"' + b"x" * 201 + b'"', None),
        (b'""', None),
        (b'"  "', None),
        (b"null", None),
        (b"true", None),
        (b"7.5", None),
        (b"[1]", None),
        (b'{"id": 1}', None),
        (rb'"a\u0000"', None),
    ],
)
def test_a_key_is_short_text_or_a_whole_number(written: bytes, key: str | None) -> None:
    document = decode(b'{"id": %s}' % written)
    assert document.local_key == key
    assert (DocumentProblem.NO_KEY in document.problems) == (key is None)


@pytest.mark.parametrize("raw", [b"5", b"null", b'"planted"', b"[]", b"{}"])
def test_what_is_no_record_has_no_key(raw: bytes) -> None:
    assert decode(raw).problems == {"no_key"}


def test_the_hash_ignores_order_space_volatile_and_secret_paths() -> None:
    plain = decode(b'{"id": 1, "ten": "a"}')
    same = decode(b'{ "ten":"a","luc":"x","kin":{"a":1},"id":1 }')
    assert same.content_sha256 == plain.content_sha256
    assert same.problems == {"secret_field"}
    assert body_of(same) == b'{"ten":"a","luc":"x","id":1}'
    assert decode(b'{"id": 1, "ten": "b"}').content_sha256 != plain.content_sha256
    assert decode(b'{"id": "1", "ten": "a"}').content_sha256 != plain.content_sha256


@pytest.mark.parametrize(
    ("tree", "path", "left"),
    [
        ({"a": {"b": 1, "c": 2}}, "a.b", {"a": {"c": 2}}),
        ({"a": [{"b": 1}, {"b": 2, "c": 3}]}, "a[].b", {"a": [{}, {"c": 3}]}),
        ({"a": [{"b": 1}, [{"b": 2}]]}, "a.b", {"a": [{}, [{}]]}),
        ({"a": {"b": 1}}, "a[].b", {"a": {}}),
        ({"a": [1, 2]}, "a[]", {"a": []}),
    ],
)
def test_a_secret_path_is_dropped_wherever_lists_stand(
    tree: object, path: str, left: object
) -> None:
    assert drop_paths(tree, [parse_path(path)])
    assert tree == left


@pytest.mark.parametrize("tree", [{"b": 1}, {"a": 1}, {"a": {"c": 1}}, {"a": []}, [], 5, None])
def test_a_path_that_is_not_there_is_not_dropped(tree: object) -> None:
    assert not drop_paths(tree, [("a", "b"), ("a", "[]")])


@pytest.mark.parametrize(
    "raw",
    [
        b'{"id": "K1", "ten": "\xff\xfe", "kin": "planted"}',
        rb'{"id": "K1", "ten": "\ud800", "kin": "planted"}',
        b'{"id": "K1", "ten": NaN, "kin": "planted"}',
        b'{"id": "K1", "ten": 1e999, "kin": "planted"}',
    ],
)
def test_what_jsonb_would_refuse_keeps_its_key_but_no_secret(raw: bytes) -> None:
    document = decode(raw)
    assert document.local_key == "K1"
    assert document.problems == {"not_json", "secret_field"}
    assert document.json_text is None
    assert b"planted" not in body_of(document)


def test_bytes_that_cannot_be_read_are_kept_only_where_nothing_is_secret() -> None:
    raw = b'{"id": "K1", "kin": "planted'
    assert body_of(decode(raw)) == b""
    open_profile = replace(PROFILE, secret=())
    document = DocumentDecoder(open_profile).decode(raw)
    assert body_of(document) == raw
    assert document.problems == {"not_json", "no_key"}
    assert document.content_sha256 == decode(raw).content_sha256


def test_a_document_hides_itself_when_printed() -> None:
    printed = repr(decode(b'{"id": "planted-key", "ten": "planted-name"}'))
    assert "planted" not in printed


def test_half_a_surrogate_pair_is_no_key() -> None:
    assert key_at({"id": "\ud800"}, ("id",)) is None
    assert decode(rb'{"id": "\ud800"}').problems == {"not_json", "no_key"}
