"""People's values stay where people are kept: planted ones are searched for everywhere else."""

import io
import json
import logging
import re
from collections.abc import Iterator
from copy import deepcopy

import pytest

from sync.contract.record import field as contract_field
from sync.contract.record import record_groups
from sync.demo.people import Person, many, one
from sync.logs import configure_logs
from sync.model.errors import SyncError
from sync.services.findings import list_findings
from sync.services.probe import probe_unit
from sync.services.pull import pull_unit
from sync.services.reconcile import reconcile_units
from sync.services.show import list_snapshots, show_snapshot
from sync.services.status import build_status
from sync.services.wave import list_due_units
from tests.services.village import A, B, C, House, Village
from tests.sources import servers
from tests.telling import everything_told

MARK = "Trongkin"
BORN = "1961-07-13"  # nobody else's day
SPOKEN = r"trongkin|1961-?07-?13|13[/-]07[/-]1961|77\.77|000777"
# Where a person may stand: what came, what was read, who is known. Nowhere else.
GROUPS = {
    f"{schema}.{group}" for schema in ("staging", "register") for group in record_groups()
}
KEPT_APART = GROUPS | {
    "landing.document",
    "landing.record",
    "staging.located",  # the code or pattern a finding is about, until causes are counted
    "register.identity_alias",
    "register.directory",  # by which name and number a person of a unit is found
    "register.directory_tail",
}
RELATIONS = """
    SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
    WHERE table_schema IN ('registry', 'landing', 'staging', 'quality', 'register', 'ledger',
        'facts', 'portal', 'rehearsal') AND table_type = 'BASE TABLE' ORDER BY 1
"""
LOOK = "SELECT count(*) FROM {} AS t WHERE t::text ~* :pattern OR t::text ~* :as_hex"


def plant(person: Person) -> None:
    """A recognisable value in every field: texts, codes, a day, an amount, a number."""
    for group, rows in person.items():
        for row in rows if isinstance(rows, list) else [rows]:
            for code in row:
                if group in record_groups() and contract_field(code).kind in ("text", "code"):
                    row[code] = f"{MARK}-{code}"


def plant_quietly(person: Person, serial: str) -> None:
    """Values that no rule minds, so that the person is admitted with them."""
    row = one(person, "person")
    row["ho_va_ten"] = f"Nguyễn Thị {MARK}"
    row["so_dinh_danh"] = row["so_dinh_danh"][:-6] + serial
    row["email"], row["noi_o"] = f"{MARK}@example.vn", f"Số 7 đường {MARK}"
    many(person, "work_history")[0]["wh_ten_co_quan"] = f"Ủy ban {MARK}"


def fill(house: House) -> None:
    """Every way a record can be wrong, each with values to recognise."""
    plant(house.people[0])
    for position, serial in ((1, "000777"), (2, "000778"), (11, "000779")):
        plant_quietly(house.people[position], serial)
    house.main(3)["ngay_sinh"] = BORN
    one(house.people[3], "salary_current")["sal_he_so"] = "77.77"
    house.main(4)["ngay_sinh"] = f"{MARK}-31"
    house.main(5)["so_hieu_bndp"] = f"{MARK}-key"
    mark = MARK.encode()
    name = b'"ho_ten":"'
    house.raw = {
        6: lambda raw: raw.replace(name, name + mark + b"\\u0000"),
        7: lambda raw: raw.replace(b'{"ho_so":', b'{"suc_khoe":{"x":"%b"},"ho_so":' % mark, 1),
        8: lambda raw: raw.replace(
            b'"qua_trinh_cong_tac":[', b'"qua_trinh_cong_tac":["%b",' % mark
        ),
        9: lambda raw: raw.replace(b'"so_ho_so":"', b'"so_ho_so_cu":"%b' % mark),
        10: lambda raw: raw.replace(name, name + mark + b'","ho_ten":"'),
    }
    again = house.document(house.people[11])
    house.more = [again, again.replace(mark, mark + b"2")]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """Our own log as the doors write it; all others' beside it."""
    logger = logging.getLogger("sync")
    before = (logger.handlers, logger.level, logger.propagate)
    caplog.set_level(logging.INFO)
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    logger.handlers, level, logger.propagate = before
    logger.setLevel(level)


@pytest.fixture
def told(village: Village, log: io.StringIO, caplog: pytest.LogCaptureFixture) -> str:
    """Two waves over three units with planted people; what services and logs said of it."""
    house = village.add(A, 14)
    fill(house)
    other = village.add(B, 4, "hrm_con_tro")
    other.people[0] = deepcopy(house.people[1])  # one person, in two units since one day
    other.main(0)["so_hieu_bndp"] = "B-1"
    village.add(C, 3).talk = lambda _: servers.Reply(f"<p>{MARK} {BORN}</p>".encode())
    said: list[object] = [village.wave()]
    del house.people[13], house.people[2]
    house.main(1)["dan_toc"] = f"{MARK}-again"
    house.announced = 99
    said += [village.wave(B), village.wave()]
    said += [list_findings(code, db=village.db) for code in (A, B, C)]
    shown = list_snapshots(50, db=village.db)
    said += [shown, [show_snapshot(s["snapshot_id"], db=village.db) for s in shown]]
    said += [build_status(db=village.db, clock=village.clock), reconcile_units(db=village.db)]
    said += [probe_unit(code, db=village.db, clock=village.clock) for code in (A, B, C)]
    return json.dumps(said, ensure_ascii=False, default=str) + log.getvalue() + caplog.text


def relations(village: Village) -> list[str]:
    return [name for (name,) in village.rows(RELATIONS)]


def count_planted(village: Village, relation: str) -> int:
    """Rows that hold a planted value, as text or as bytes."""
    return int(village.one(LOOK.format(relation), pattern=SPOKEN, as_hex=MARK.encode().hex()))


def test_planted_values_are_kept_apart_and_nowhere_told(village: Village, told: str) -> None:
    holding = {name for name in relations(village) if count_planted(village, name)}

    assert re.findall(SPOKEN, told, re.IGNORECASE) == []
    assert holding <= KEPT_APART, holding - KEPT_APART
    expected = {
        "landing.document",
        "landing.record",
        "register.person",
        "register.work_history",
    }
    assert holding >= expected | {"register.identity_alias"}


def test_many_rules_had_something_to_say_of_them(village: Village, told: str) -> None:
    found = village.one("SELECT count(DISTINCT rule_code) FROM quality.finding")

    assert found >= 20
    assert village.one("SELECT count(*) FROM quality.conflict_case") >= 1
    assert "snapshot" in told


def test_secret_fields_are_in_no_table_at_all(village: Village) -> None:
    house = village.add(A, 2)
    house.raw = {
        0: lambda raw: raw.replace(
            b'{"ho_so":', b'{"suc_khoe":{"mau":"Trongkin"},"ly_lich":"Trongkin","ho_so":', 1
        )
    }

    village.wave()

    assert {name for name in relations(village) if count_planted(village, name)} == set()
    assert village.one("SELECT count(*) FROM landing.document WHERE problems <> '{}'") == 1
    assert [rule for rule, _ in village.findings(A)] != []


ANSWERS = {
    "no JSON": servers.Reply(f"<p>{MARK}</p>".encode()),
    "cut short": servers.Reply(f'{{"data": {{"items": [{{"ho_ten": "{MARK}'.encode()),
    "refused": servers.Reply(MARK.encode(), 403, {"X-Who": MARK}),
    "gone": servers.Reply(MARK.encode(), 500),
    "elsewhere": servers.Reply(b"", 302, {"Location": f"/{MARK}?who={MARK}"}),
    "too often": servers.Reply(MARK.encode(), 429, {"Retry-After": "0"}),
    "another shape": servers.Reply(json.dumps({"data": {"items": MARK}}).encode()),
    "people who are none": servers.Reply(json.dumps({"data": {"items": [MARK]}}).encode()),
    "a total that is none": servers.Reply(
        json.dumps({"data": {"items": [], "total": MARK}}).encode()
    ),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_that_is_none_is_never_quoted(
    village: Village, log: io.StringIO, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    village.add(A, 1).talk = lambda _: ANSWERS[what]
    village.open()
    list_due_units("w", "test", db=village.db, clock=village.clock)
    said = ""

    try:
        pull_unit(A, "w", db=village.db, clock=village.clock)
    except SyncError as error:
        said = everything_told(error, hidden=False)  # a parser's error holds the page

    outcome, sentence = village.word(A)
    assert outcome
    assert MARK not in said + sentence + log.getvalue() + caplog.text
    holding = {name for name in relations(village) if count_planted(village, name)}
    assert holding <= {"landing.document", "landing.record"}
