"""What vendors send becomes typed rows; what cannot be typed is named, and nothing raises."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from sync.contract.profile import DateFormat, Profile
from sync.contract.record import field as contract_field
from sync.contract.record import record_groups
from sync.sources.profiles import load_profile
from sync.store.database import Database
from sync.store.reading import ROW_OFFSET, TEXT_LIMIT
from tests.store.readings import Read, Reader, document, put

PROFILES = ("hrm_trang", "hrm_con_tro", "thong_diep_bnv", "thu_muc")
WRITTEN = {
    DateFormat.ISO: "{0:%Y-%m-%d}",
    DateFormat.DMY: "{0:%d/%m/%Y}",
    DateFormat.DMY_DASH: "{0:%d-%m-%Y}",
    DateFormat.COMPACT: "{0:%Y%m%d}",
}
LEAP = date(1980, 2, 29)
IMPOSSIBLE = {
    DateFormat.ISO: "1980-02-31",
    DateFormat.DMY: "31/02/1980",
    DateFormat.DMY_DASH: "31-02-1980",
    DateFormat.COMPACT: "19800231",
}


@pytest.fixture
def conn(db: Database) -> Iterator[Connection]:
    with db.transaction() as conn:
        yield conn


@pytest.fixture(params=PROFILES)
def reader(request: pytest.FixtureRequest, conn: Connection) -> Reader:
    return Reader(conn, load_profile(request.param))


def read_person(reader: Reader, **values: object) -> dict[str, Any]:
    return reader.read(document(reader.profile, values)).person()


def test_a_day_in_the_vendors_own_way_is_read(reader: Reader) -> None:
    sent = WRITTEN[reader.profile.date_format].format(LEAP)

    person = read_person(reader, ngay_sinh=sent)

    assert (person["ngay_sinh"], person["unreadable_fields"]) == (LEAP, [])


def test_a_day_in_iso_is_always_read(reader: Reader) -> None:
    assert read_person(reader, ngay_sinh="1980-02-29")["ngay_sinh"] == LEAP


def test_a_day_in_another_vendors_way_is_unreadable(reader: Reader) -> None:
    others = set(WRITTEN) - {DateFormat.ISO, reader.profile.date_format}
    sent = [WRITTEN[form].format(LEAP) for form in others]

    read = reader.read(*(document(reader.profile, {"ngay_sinh": day}) for day in sent))

    for number in range(len(sent)):
        person = read.person(number)
        assert (person["ngay_sinh"], person["unreadable_fields"]) == (None, ["ngay_sinh"])


def test_days_that_are_none_are_unreadable(reader: Reader) -> None:
    tried = [
        IMPOSSIBLE[reader.profile.date_format],
        "1980-02-31",
        "1980-13-01",
        "0000-01-01",
        "1980",
        "1980-02",
        "02/1980",
        "29 Feb 1980",
        "infinity",
        "today",
        "1980-02-29 00:00",
        "19800-2-29",
        True,
        -1,
        {"year": 1980},
        [1980],
    ]
    docs = [document(reader.profile, {"ngay_sinh": sent}) for sent in tried]

    read = reader.read(*docs)

    for number in range(len(tried)):
        person = read.person(number)
        assert person["ngay_sinh"] is None
        assert person["unreadable_fields"] == ["ngay_sinh"]


def test_nothing_sent_is_nothing_and_not_unreadable(reader: Reader) -> None:
    codes = ("ngay_sinh", "ho_va_ten", "gioi_tinh")
    docs = [document(reader.profile, dict.fromkeys(codes, sent)) for sent in ("", "   ", None)]

    read = reader.read(*docs)

    for number in range(len(docs)):
        person = read.person(number)
        typed = [person[code] for code in codes]
        assert (typed, person["unreadable_fields"]) == ([None] * 3, [])


def test_coefficients_are_read_with_either_mark_as_text_or_number(reader: Reader) -> None:
    other = "," if reader.profile.decimal_mark == "." else "."
    tried = [
        (f"4{reader.profile.decimal_mark}98", []),
        (f"4{other}98", ["sal_he_so"]),
        (4.98, [] if reader.profile.decimal_mark == "." else ["sal_he_so"]),
    ]

    read = reader.read(*(document(reader.profile, {"sal_he_so": sent}) for sent, _ in tried))

    for number, (_, converted) in enumerate(tried):
        (row,) = read.rows("salary_current", number)
        assert row["sal_he_so"] == Decimal("4.98")
        assert (row["unreadable_fields"], row["converted_fields"]) == ([], converted)


def test_numbers_that_are_none_are_unreadable(reader: Reader) -> None:
    decimals = ["4.9.8", "1.234,5", "NaN", "Infinity", "-1", "1e5", "4,", ",5", "4 98", True]
    whole = ["3.5", "-1", "12345678901", "ba", "0x10", "1_000", False, [3]]
    docs = [document(reader.profile, {"sal_he_so": sent}) for sent in decimals]
    docs += [document(reader.profile, {"sal_bac": sent}) for sent in whole]

    read = reader.read(*docs)

    for number in range(len(docs)):
        (row,) = read.rows("salary_current", number)
        code = "sal_he_so" if number < len(decimals) else "sal_bac"
        assert (row[code], row["unreadable_fields"]) == (None, [code])


def test_a_whole_number_is_read_as_text_or_number(reader: Reader) -> None:
    docs = [document(reader.profile, {"sal_bac": sent}) for sent in ("3", 3, " 3 ", "03")]

    read = reader.read(*docs)

    assert [read.rows("salary_current", n)[0]["sal_bac"] for n in range(4)] == [3] * 4


def test_an_instant_is_read_in_the_services_zone(reader: Reader) -> None:
    read = reader.read(
        document(reader.profile, {"updated_at": "2026-01-02T03:04:05"}),
        document(reader.profile, {"updated_at": "2026-01-02T03:04:05+00:00"}),
        document(reader.profile, {"updated_at": "2026-01-02T25:04"}),
    )

    people = [read.person(number) for number in range(3)]
    assert people[1]["updated_at"].timestamp() - people[0]["updated_at"].timestamp() == 25200
    assert people[2]["unreadable_fields"] == ["updated_at"]


def test_a_field_of_three_megabytes_is_unreadable_and_its_neighbours_are_read(
    reader: Reader,
) -> None:
    sent = {"ho_va_ten": "x" * 3_000_000, "noi_sinh": "y" * TEXT_LIMIT, "gioi_tinh": "z" * 3001}

    person = read_person(reader, **sent)

    assert sorted(person["unreadable_fields"]) == ["gioi_tinh", "ho_va_ten"]
    assert person["noi_sinh"] == "y" * TEXT_LIMIT


def test_local_codes_become_national_and_unknown_ones_stay_as_sent(reader: Reader) -> None:
    codes = reader.profile.codes.get("genders", {})
    docs = [document(reader.profile, {"gioi_tinh": local}) for local in codes]
    docs.append(document(reader.profile, {"gioi_tinh": "không có trong bảng"}))

    read = reader.read(*docs)

    assert [read.person(n)["gioi_tinh"] for n in range(len(codes))] == list(codes.values())
    assert read.person(len(codes))["gioi_tinh"] == "không có trong bảng"


def test_both_ways_the_law_writes_a_rank_are_one(reader: Reader) -> None:
    sent = ["V11.05.09", "V.11.05.09", "01.003", "VII"]
    docs = [document(reader.profile, {"sal_ma_ngach": code}) for code in sent]

    read = reader.read(*docs)

    found = [read.rows("salary_current", n)[0]["sal_ma_ngach"] for n in range(len(sent))]
    assert found == ["V.11.05.09", "V.11.05.09", "01.003", "VII"]


def test_every_mapped_field_is_read_into_its_own_column(reader: Reader) -> None:
    values = {code: canonical(code, reader.profile) for code in reader.profile.mapped_fields()}
    groups = {mapping.group for mapping in reader.profile.groups}
    lists = {name: [values, values] for name in groups if record_groups()[name].is_list}

    read = reader.read(document(reader.profile, values, lists))

    for mapping in reader.profile.groups:
        rows = read.rows(mapping.group)
        assert rows
        for row in rows:
            assert (row["unreadable_fields"], row["converted_fields"]) == ([], [])
        for code in mapping.fields:
            assert any(row[code] is not None for row in rows), code


def canonical(code: str, profile: Profile) -> str:
    """A value of this field's kind, written as this vendor writes it."""
    kind = contract_field(code).kind
    if kind == "date":
        return WRITTEN[profile.date_format].format(LEAP)
    if kind == "timestamp":
        return "2026-01-02T03:04:05+07:00"
    return {"int": "7", "decimal": f"1{profile.decimal_mark}5"}.get(kind, f"v-{code}")


def test_list_rows_keep_their_order_and_empty_ones_leave_a_gap(reader: Reader) -> None:
    rows = [{"wh_so_quyet_dinh": "a"}, {}, {"wh_so_quyet_dinh": "b"}]

    read = reader.read(document(reader.profile, {}, {"work_history": rows}))

    found = [(row["row_no"], row["wh_so_quyet_dinh"]) for row in read.rows("work_history")]
    assert found == [(1, "a"), (3, "b")]


def test_two_lists_of_one_group_never_share_a_row_number(conn: Connection) -> None:
    reader = Reader(conn, load_profile("hrm_trang"))
    paths = [m for m in reader.profile.groups if m.group == "language_it"]
    tree: dict[str, Any] = {}
    for mapping in paths:
        path = next(iter(mapping.fields.values()))
        if record_groups()["language_it"].is_list:
            rows: list[dict[str, Any]] = [{} for _ in range(1200)]
            for row in rows:
                put(row, path, "x")
            put(tree, mapping.path, rows)

    numbers = [row["row_no"] for row in reader.read(tree).rows("language_it")]

    assert len(numbers) == 1200 * len(paths) == len(set(numbers))
    assert ROW_OFFSET > 1200


@pytest.mark.parametrize("section", ["text", 7, True, [], ["text"], [[]], {"a": 1}])
def test_a_section_of_another_kind_makes_the_document_malformed(
    reader: Reader, section: object
) -> None:
    docs: list[dict[str, Any]] = []
    for mapping in reader.profile.groups:
        is_list = record_groups()[mapping.group].is_list
        fits = section == [] if is_list else isinstance(section, dict)
        if mapping.path and not fits:
            docs.append({})
            put(docs[-1], mapping.path, section)

    read = reader.read(*docs)

    assert docs
    for number in range(len(docs)):
        assert read.state(number)["is_malformed"], docs[number]
        assert read.rows("person", number) == []


@pytest.mark.parametrize("whole", ["text", 7, None, [], [{}]])
def test_a_document_that_is_no_object_is_malformed(reader: Reader, whole: object) -> None:
    assert reader.read(whole).state()["is_malformed"]


SENT = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
    st.sampled_from(["31/02/1980", "9999-99-99", "1,5", "V11", "\\", "'", "%s", ":x", "\x01"]),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
ANY_JSON = st.recursive(
    SENT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "ma", "so"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def anywhere(profile: Profile) -> st.SearchStrategy[dict[str, Any]]:
    """Documents with any JSON at any place this vendor's profile looks at."""
    places = [mapping.path for mapping in profile.groups if mapping.path]
    for mapping in profile.groups:
        for path in mapping.fields.values():
            steps = (*mapping.path, *path)
            places += [steps[: n + 1] for n in range(len(steps))]

    def build(chosen: list[tuple[tuple[str, ...], Any]]) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for path, value in chosen:
            spot: Any = tree
            for step in path[:-1]:
                spot = spot.setdefault(step, {}) if isinstance(spot, dict) else None
            if isinstance(spot, dict):
                spot[path[-1]] = value
        return tree

    return st.lists(st.tuples(st.sampled_from(places), ANY_JSON), max_size=8).map(build)


@pytest.mark.parametrize("name", PROFILES)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_json_at_any_place_ever_raises(
    conn: Connection, name: str, data: st.DataObject
) -> None:
    profile = load_profile(name)
    docs = data.draw(st.lists(anywhere(profile), min_size=1, max_size=12))
    undo = conn.begin_nested()

    read = Reader(conn, profile).read(*docs)

    malformed = [read.state(number)["is_malformed"] for number in range(len(docs))]
    people = [len(read.rows("person", number)) for number in range(len(docs))]
    assert people == [0 if is_malformed else 1 for is_malformed in malformed]
    assert_only_named_fields_are_lost(read, docs)
    undo.rollback()


def assert_only_named_fields_are_lost(read: Read, docs: list[dict[str, Any]]) -> None:
    """A field is never both typed and called unreadable."""
    for number in range(len(docs)):
        for group in record_groups():
            for row in read.rows(group, number):
                assert [
                    code for code in row["unreadable_fields"] if row[code] is not None
                ] == []
