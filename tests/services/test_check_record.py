"""One record checked alone: what the wave said of it, and what a proposed value would do."""

from collections import defaultdict
from collections.abc import Callable

import pytest

from sync.model.errors import ConfigurationError, NotFoundError
from sync.services.basis import current_suites
from sync.services.check_record import failing_rules
from sync.store.database import Database
from tests.services.pretend import Pretend

TRACES = """
    SELECT (SELECT count(*) FROM landing.snapshot),
           (SELECT count(*) FROM landing.snapshot_entry),
           (SELECT count(*) FROM staging.document), (SELECT count(*) FROM staging.person),
           (SELECT count(*) FROM staging.located), (SELECT count(*) FROM quality.finding)
"""
LOCATED = """
    SELECT l.record_id, l.rule_code, l.group_name, l.row_no FROM staging.located AS l
    JOIN landing.present AS p ON p.record_id = l.record_id
    WHERE NOT l.rule_code = ANY(:left_out)
"""


@pytest.mark.slow
def test_an_unchanged_record_checked_alone_breaks_the_rules_the_wave_says(
    pretend: Callable[..., Pretend],
) -> None:
    country = pretend(seed=3, people=20)
    country.wave()
    cross = current_suites().rules
    # Other records can change these answers: XO001, XO002. One record cannot give them.
    left_out = [rule.code for rule in cross if rule.cross_record]
    assert {"XO001", "XO002"} <= set(left_out)
    said: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for record_id, *rest in country.rows(LOCATED, left_out=left_out):
        said[record_id].append(tuple(rest))
    others = country.rows("SELECT record_id FROM landing.present ORDER BY record_id LIMIT 120")
    asked = sorted(said)[:120] + [row[0] for row in others if row[0] not in said]
    as_of = country.country.as_of
    assert len(asked) > 180
    assert len({rule for rules in said.values() for rule, *_ in rules}) > 60
    before = country.rows(TRACES)
    with country.db.transaction() as conn:
        alone = {record_id: failing_rules(conn, record_id, {}, as_of) for record_id in asked}
    assert alone == {record_id: sorted(said[record_id]) for record_id in asked}
    assert country.rows(TRACES) == before


def test_a_proposed_value_that_breaks_a_rule_is_told_and_one_that_mends_it_too(
    pretend: Callable[..., Pretend],
) -> None:
    country = pretend(seed=1, people=3)
    country.wave()
    sound = country.one(
        "SELECT min(p.record_id) FROM register.person AS p JOIN register.work_history AS w"
        " USING (record_id) WHERE p.trang_thai = '00' AND w.row_no = 1 AND NOT EXISTS"
        " (SELECT FROM staging.located AS l WHERE l.record_id = p.record_id)"
    )
    as_of = country.country.as_of
    with country.db.transaction() as conn:

        def rules(**changes: str | None) -> set[str]:
            places = {("person", 1, field): value for field, value in changes.items()}
            return {rule for rule, *_ in failing_rules(conn, sound, places, as_of)}

        assert rules() == set()
        assert {"ID001b", "HSO001"} & rules(so_dinh_danh="12345") == {"ID001b"}
        assert rules(dien_thoai="0912345678") == set()
        assert rules(gioi_tinh="9", ho_va_ten="Nguyễn V4n An") >= {"ID012a", "ID008c"}
        assert rules(ngay_sinh="1990-02-30") == {"CR011a"}
        assert "MAN005" in rules(ngay_sinh=None)
        row = {("work_history", 1, "wh_loai_bien_dong"): "??"}
        assert failing_rules(conn, sound, row, as_of) == [("COD002", "work_history", 1)]
        assert rules() == set()


def test_what_does_not_exist_is_named(pretend: Callable[..., Pretend], db: Database) -> None:
    country = pretend(seed=1, people=3)
    with db.transaction() as conn, pytest.raises(ConfigurationError, match="compiled"):
        failing_rules(conn, 1, {}, country.country.as_of)
    country.wave()
    record = country.one("SELECT min(record_id) FROM register.person")
    for record_id, place, words in (
        (999_999, None, "Record 999999 has no present answer"),
        (record, ("person", 1, "no_such"), "no field person.no_such"),
        (record, ("work_history", 77, "wh_tu_ngay"), "no row work_history.wh_tu_ngay, row 77"),
    ):
        changes = {place: "2020-01-01"} if place else {}
        with db.transaction() as conn, pytest.raises(NotFoundError, match=words):
            failing_rules(conn, record_id, changes, country.country.as_of)
