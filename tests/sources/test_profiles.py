"""What a profile may say, and the five that are shipped."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sync.contract import record
from sync.contract.profile import DateFormat
from sync.model.errors import ConfigurationError, NotFoundError
from sync.sources.profiles import FOLDER, list_profiles, load_profile, parse_path, parse_profile

VENDORS = ["hrm_con_tro", "hrm_trang", "thong_diep_bnv", "thu_muc"]
GOOD: dict[str, Any] = {
    "name": "x",
    "title": "X",
    "connector": "rest_page",
    "records": "rows",
    "key": "id",
    "groups": {"person": {"path": "", "fields": {"so_hieu_bndp": "id"}}},
}


def test_all_shipped_profiles_are_listed() -> None:
    assert list_profiles() == ["dbqh_khoa_13", *VENDORS]


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendor_maps_every_field_that_is_not_secret(name: str) -> None:
    fields = [f for f in record.all_fields() if f.group != record.ENVELOPE]
    profile = load_profile(name)
    assert profile.mapped_fields() == {f.code for f in fields if not f.is_secret}
    assert profile.secret
    assert profile.name == name


def test_the_four_vendors_differ_in_all_that_vendors_differ_in() -> None:
    profiles = [load_profile(name) for name in VENDORS]
    assert len({p.connector for p in profiles}) == 4
    assert len({p.date_format for p in profiles}) == 4
    assert {p.decimal_mark for p in profiles} == {".", ","}
    assert {p.options["numbers"] for p in profiles} == {"text", "json"}
    assert len({p.sha256 for p in profiles}) == 4
    assert sum(bool(p.codes) for p in profiles) >= 2


@pytest.mark.parametrize("name", VENDORS)
def test_no_two_fields_share_a_place(name: str) -> None:
    places = [m.path + path for m in load_profile(name).groups for path in m.fields.values()]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("name", VENDORS)
def test_codes_of_a_vendor_lead_into_the_national_list(name: str) -> None:
    for code_list, codes in load_profile(name).codes.items():
        national = {row["code"] for row in record.read_rows(f"codes/{code_list}.csv")}
        assert set(codes.values()) <= national


def test_the_ministrys_message_is_the_contract_itself() -> None:
    profile = load_profile("thong_diep_bnv")
    for mapping in profile.groups:
        for code, path in mapping.fields.items():
            field = record.field(code)
            section = field.section.replace("[]", "")
            wanted = ["Data", "Body", "HOSO_CBCCVC", *(section.split(".") if section else [])]
            assert list(mapping.path + path) == [*wanted, field.tag]


def test_a_good_profile_is_read() -> None:
    profile = parse_profile({**GOOD, "secret": ["kin[].id"], "volatile": ["at"]})
    assert profile.secret == (("kin", "[]", "id"),)
    assert profile.key_path == ("id",)
    assert profile.total_path == ()
    assert profile.date_format is DateFormat.ISO


def test_the_hash_sees_content_and_not_its_order() -> None:
    turned = dict(reversed(GOOD.items()))
    assert parse_profile(turned).sha256 == parse_profile(GOOD).sha256
    assert parse_profile({**GOOD, "title": "Y"}).sha256 != parse_profile(GOOD).sha256


def group(name: str, **fields: object) -> dict[str, object]:
    return {"groups": {name: {"path": "", "fields": fields}}}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": "red"}, "unknown word colour"),
        ({"connector": "telex"}, "connector telex is not one of"),
        ({"title": 5}, "title must be text"),
        ({"key": ""}, "key must name"),
        ({"key": "a..b"}, "not a dotted path"),
        ({"records": "a[]"}, "not a dotted path"),
        ({"date_format": "mdy"}, "date_format mdy"),
        ({"decimal_mark": ";"}, "decimal_mark must be"),
        ({"volatile": "at"}, "volatile must be a list"),
        ({"volatile": [5]}, "a path of volatile must be text"),
        ({"secret": [""]}, "secret holds an empty path"),
        ({"options": {5: 1}}, "options must be a mapping"),
        ({"codes": {"colours": {}}}, "a code list colours"),
        ({"codes": {"genders": ["1"]}}, "codes of genders must be a mapping"),
        ({"codes": {"genders": {"Nam": 1}}}, "codes of genders must be text"),
        ({"codes": {"genders": {"Nam": "1", "M": "1"}}}, "two local codes of genders"),
        ({"groups": {}}, "maps no field at all"),
        ({"groups": []}, "maps no field at all"),
        ({"groups": {"person": {"fields": {}}}}, "must have a path and fields"),
        (group("person"), "group person maps no field"),
        (group("weather", a="b"), "no group weather"),
        (group("envelope", org_code="b"), "no group envelope"),
        (group("person", colour="b"), "no field colour"),
        (group("person", sk_nhom_mau="b"), "no field sk_nhom_mau"),
        (group("health", sk_nhom_mau="b"), "sk_nhom_mau is secret"),
        (group("person", so_hieu=""), "to an empty path"),
        (group("person", so_hieu=7), "a path of so_hieu must be text"),
        (
            {"groups": {"reward": [{"path": p, "fields": {"rw_cap_qd": "c"}} for p in "ab"]}},
            "rw_cap_qd is mapped twice",
        ),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^Profile x: .*{complaint}.*\\.$"):
        parse_profile({**GOOD, **change})


@pytest.mark.parametrize("word", ["title", "connector", "records", "key", "groups"])
def test_a_missing_word_is_named(word: str) -> None:
    content = {key: value for key, value in GOOD.items() if key != word}
    with pytest.raises(ConfigurationError, match=f"Profile x: {word} is missing"):
        parse_profile(content)


@pytest.mark.parametrize("content", [None, [], "x", {}, {"name": 5}])
def test_what_is_no_profile_at_all_is_refused(content: object) -> None:
    with pytest.raises(ConfigurationError, match="a YAML mapping with a name"):
        parse_profile(content)


@pytest.mark.parametrize("text", ["name: [x", "name: x\nname: y", "? [a]\n: 1", "\tname: x"])
def test_a_file_that_is_no_yaml_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"correct x\.yaml|a YAML mapping"):
        load_profile("x", tmp_path)


def test_a_profile_has_one_name(tmp_path: Path) -> None:
    (tmp_path / "y.yaml").write_text(yaml.safe_dump(GOOD))
    with pytest.raises(ConfigurationError, match="Profile y calls itself x"):
        load_profile("y", tmp_path)


@pytest.mark.parametrize("name", ["none", "../profiles/thu_muc", "Thu_Muc", ""])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(NotFoundError, match="known: .*thu_muc"):
        load_profile(name, FOLDER)


@pytest.mark.parametrize(
    ("text", "steps"),
    [("", ()), ("a", ("a",)), ("a.b", ("a", "b")), ("a[].b[]", ("a", "[]", "b", "[]"))],
)
def test_a_path_is_steps(text: str, steps: tuple[str, ...]) -> None:
    assert parse_path(text) == steps
