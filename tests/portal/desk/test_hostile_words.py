"""SQL and HTML in every field of a record and of every form: on every page they are words."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.routing import APIRoute
from requests import Response

from sync.contract.record import record_groups
from sync.demo.people import Person, one
from sync.model.desk import Actor, Role
from sync.services.claimed import add_claim
from sync.services.contacts import set_contacts
from sync.store.claimed import Claimed
from sync.store.contacts import StatedContact
from sync.store.server import EmbeddedServer
from tests.portal.browsing import Reader, text_of, without_our_script
from tests.portal.desk.conftest import APPROVER, OFFICER, STEWARD, UNKNOWN_RANK
from tests.portal.desk.test_desk_acts import ids_in, send
from tests.portal.excel.test_excel import download, previewed
from tests.portal.furnished import HOSTILE, Furnished, furnished, now
from tests.services.village import A, B, Village

ENGINEER, AUDITOR, ADMIN, STAFF = "ky.su", "kiem.toan", "quan.tri", "uyban.xem"
GRANTS: dict[str, list[tuple[Role, str]]] = {
    OFFICER: [(Role.HR_OFFICER, A)],
    APPROVER: [(Role.HR_APPROVER, A)],
    STEWARD: [(Role.STEWARD, "")],
    ENGINEER: [(Role.ENGINEER, "")],
    AUDITOR: [(Role.AUDITOR, "")],
    ADMIN: [(Role.ADMINISTRATOR, "")],
    STAFF: [(Role.COMMITTEE, "")],
}
WORD = (
    "\"'><script>alert(2)</script><img src=x onerror=alert(3)> '); DROP TABLE quality.flag;--"
)
FORMULA, MAILBOX = "=cmd|' /C calc'!A0", "+dung@example.org"
STARTS = (
    "/", "/viec", "/tim", "/phe-duyet", "/gan-ma", "/thong-bao", "/viec/tai-len",
    "/viec/tai-xuong", "/dot", "/tam-giu", "/ket-noi", "/tai-khoan", "/nhat-ky", "/dau-moi",
    "/so-cong-bo", "/dinh-nghia", "/doi-mat-khau", "/dang-nhap", "/healthz",
)  # fmt: skip
ELSEWHERE = {
    "/dang-nhap/dinh-danh",
    "/dang-nhap/tra-loi",
    "/dang-nhap/ma-lien-ket",
}  # no provider here
PER_KIND = 3
MARKED_UP = re.compile(r"<script|<img src=x|onerror=alert\(3\)>", re.IGNORECASE)


def spoil(person: Person, *, whole: bool) -> None:
    """The hostile words in every text field; `whole`: in every field of any kind, keys too."""
    for group in record_groups().values():
        codes = [f.code for f in group.fields if whole or f.kind == "text"]
        if not whole:
            codes = [code for code in codes if code not in ("so_hieu_bndp", "so_dinh_danh")]
        said = person.get(group.name) or ([{}] if group.is_list else {})
        for row in said if isinstance(said, list) else [said]:
            row.update(dict.fromkeys(codes, HOSTILE))
        person[group.name] = said


def fill(village: Village) -> None:
    """Two records of nothing but hostile words, some usual mistakes, and a held delivery."""
    people = village.add(A, 14).people
    spoil(people[0], whole=False)
    spoil(people[1], whole=True)
    one(people[2], "person")["email"] = FORMULA
    for person in people[3:7]:
        one(person, "salary_current")["sal_ma_ngach"] = UNKNOWN_RANK
    other = village.add(B, 53)
    village.wave()
    del other.people[2:]
    village.day += 1
    village.wave()


@pytest.fixture(scope="module")
def place(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    with furnished(server, tmp_path_factory.mktemp("portal-hostile"), fill, GRANTS) as place:
        yield place


def tables(village: Village) -> int:
    return int(
        village.one(
            "SELECT count(*) FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
            " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'p')"
            " AND n.nspname NOT LIKE 'pg\\_%'"
        )
    )


def plain_flag(village: Village, rule_code: str) -> tuple[str, str]:
    """A flag of the rule, and its cause's page, of a person whose record is not hostile."""
    flag, cause = village.rows(
        "SELECT flag_id::text, encode(cause_hmac, 'hex') FROM quality.flag"
        " JOIN register.directory AS d USING (record_id)"
        " WHERE rule_code = :rule AND d.ho_va_ten !~ 'script' ORDER BY flag_id",
        rule=rule_code,
    )[0]
    return flag, f"/viec/nguyen-nhan?unit={A}&rule={rule_code}&cause={cause}"


def officers_write(place: Furnished) -> list[Response]:
    """Hostile words in the forms of the desk: values, reasons, decisions, codes."""
    village, officer, approver = place.village, *map(place.signed_in, (OFFICER, APPROVER))
    flag, email = plain_flag(village, "ID017b")
    value = [("act", "propose"), ("flag", flag), ("reason", WORD)]
    refused = send(officer, email, [*value, ("value", WORD)])
    proposed = send(officer, email, [*value, ("value", MAILBOX)])
    assert proposed.status_code == 303, text_of(proposed)
    (correction,) = ids_in(proposed)
    declined = send(
        approver, f"/phe-duyet?unit={A}",
        [("act", "decline"), ("chosen", str(correction)), ("reason", WORD)],
    )  # fmt: skip
    again = send(officer, email, [*value, ("value", MAILBOX)])
    (rank, accepted), until = plain_flag(village, "SA012"), (now() + timedelta(days=9)).date()
    waived = send(
        approver, accepted,
        [("act", "waive"), ("flag", rank), ("waive_reason", WORD), ("until", str(until))],
    )  # fmt: skip
    codes = plain_flag(village, "CR006")[1].replace("nguyen-nhan", "gan-ma")
    known = village.houses[A].people[7]["salary_history"][-1]["sh_ngach"]
    mapped = send(officer, codes, [("code", known), ("reason", WORD)])
    number = str(village.one("SELECT mapping_id FROM registry.code_mapping"))
    steward = place.signed_in(STEWARD)
    turned_down = send(
        steward, "/gan-ma", [("mapping_id", number), ("act", "decline"), ("reason", WORD)]
    )
    mapped_again = send(officer, codes, [("code", known), ("reason", WORD)])
    muted = send(
        approver, "/thong-bao",
        [("kind", "digest"), ("unit", A), ("until", str(until)), ("reason", WORD)],
    )  # fmt: skip
    record = village.one("SELECT min(record_id) FROM landing.record WHERE unit_code = :u", u=A)
    uncovered = send(officer, f"/ho-so/{record}", [("reason", WORD)])
    assert (refused.status_code, uncovered.status_code) == (422, 200)
    return [proposed, declined, again, waived, mapped, turned_down, mapped_again, muted]


def others_write(place: Furnished) -> list[Response]:
    """Hostile words of an engineer, an administrator and a steward."""
    village, engineer, admin = place.village, *map(place.signed_in, (ENGINEER, ADMIN))
    held = village.one("SELECT snapshot_id FROM landing.snapshot WHERE state = 'held'")
    path = f"/lan-gui/{held}"
    token = engineer.form_token(path)
    decided = engineer.post(path, token=token, decision="reject", reason=WORD)
    own = admin.form_token("/tai-khoan")
    added = admin.post("/tai-khoan", token=own, login="moi", name=WORD, roles="auditor")
    token_page = admin.post("/ma-truy-cap", token=own, login=STAFF, name=WORD, days="30")
    assert (added.status_code, token_page.status_code) == (200, 200)
    steward = Actor(STEWARD, frozenset({(Role.STEWARD, "")}))
    contact = StatedContact(A, "records", WORD, "a@example.gov.vn", "024 1234 567")
    set_contacts([contact], actor=steward, db=village.db, clock=village.clock)
    claim = Claimed(date(2026, 11, 1), WORD, WORD, 1, 1, 56, WORD, WORD)
    add_claim(claim, actor=steward, db=village.db, clock=village.clock)
    return [decided]


def kind_of(address: str) -> tuple[str, tuple[str, ...]]:
    """Pages of one kind differ by numbers and values only."""
    parts = urlsplit(address)
    return re.sub(r"\d+", "0", parts.path), tuple(sorted(parse_qs(parts.query)))


def walk(reader: Reader, *more: str) -> Iterator[tuple[str, Response]]:
    """Every kind of page that this person can reach by links, some of each kind."""
    waiting, seen, kinds = [*STARTS, *more], {*STARTS, *more}, Counter[object]()
    while waiting:
        address = waiting.pop(0)
        answer = reader.get(address)
        yield address, answer
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for found in re.findall(r'href="(/[^"#]*)', answer.text):
            link, kind = unescape(found), kind_of(unescape(found))
            if link not in seen and "lang=" not in link and kinds[kind] < PER_KIND:
                kinds[kind] += 1
                seen.add(link)
                waiting.append(link)


def test_hostile_words_in_every_field_and_form_are_words_on_every_page(
    place: Furnished, tmp_path: Path
) -> None:
    village, before = place.village, tables(place.village)
    written = officers_write(place) + others_write(place)
    officer = place.signed_in(OFFICER)
    lot = plain_flag(village, "ID017b")[1].replace("/viec/nguyen-nhan", "/phe-duyet/tat-ca")
    apart = {OFFICER: [previewed(officer, download(officer, tmp_path))], APPROVER: [lot]}
    wrong, failed, visited, shown = {}, {}, set[str](), set[str]()
    for login in GRANTS:
        for address, answer in walk(place.signed_in(login), *apart.get(login, ())):
            visited.add(urlsplit(address).path)
            if answer.status_code >= 500:
                failed[login, address] = answer.status_code
            if answer.headers.get("content-type", "").startswith("text/html"):
                if found := MARKED_UP.findall(without_our_script(answer.text)):
                    wrong[login, address] = found
                if "&lt;script&gt;" in answer.text:
                    shown.add(kind_of(address)[0])

    assert [answer.status_code for answer in written] == [303] * len(written)
    assert wrong == {}
    assert failed == {}
    gets = {
        route.path: route.path_regex
        for route in place.app.routes
        if isinstance(route, APIRoute) and "GET" in route.methods
    }
    unseen = {
        path for path, shape in gets.items() if not any(shape.match(one) for one in visited)
    }
    assert unseen == ELSEWHERE | {path for path in gets if path.startswith("/api/")}
    assert shown >= {"/ho-so/0", "/gan-ma", "/thong-bao", "/tai-khoan", "/nhat-ky", "/dau-moi"}
    assert tables(village) == before
    assert village.one("SELECT count(*) FROM quality.flag") > 0


def test_formulas_sent_and_proposed_are_text_in_the_list_that_officers_take(
    place: Furnished,
) -> None:
    officer = place.signed_in(OFFICER)
    answer = officer.post(f"/viec/danh-sach.csv?unit={A}", token=officer.form_token("/viec"))
    text = answer.content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]

    assert f"'{FORMULA}" in cells
    assert f"'{MAILBOX}" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
