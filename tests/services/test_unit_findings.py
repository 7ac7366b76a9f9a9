"""What is asked about a delivery as a whole opens, stays one question, and closes."""

from typing import Any

import pytest
from sqlalchemy import text

from sync.demo.people import many, one
from sync.services.show import show_snapshot
from tests.services.village import A, B, Village

MANY = 53
OLD = "H99"
COUNTED = """
    SELECT count(*) AS people,
           count(*) FILTER (WHERE p.gioi_tinh = '1') AS men,
           count(*) FILTER (WHERE p.gioi_tinh = '2') AS women,
           count(*) FILTER (WHERE to_char(p.ngay_sinh, 'MMDD') = '0101') AS born_first,
           count(*) FILTER (WHERE p.trang_thai LIKE '0%'
                              AND p.phan_loai_ho_so IN ('CB', 'CC')) AS active_civil,
           coalesce(sum(e.good), 0)::integer AS rated_good,
           coalesce(sum(e.excellent), 0)::integer AS rated_excellent
    FROM register.person AS p JOIN register.dossier AS d USING (record_id)
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE ev_ket_qua = 'HTT') AS good,
                               count(*) FILTER (WHERE ev_ket_qua = 'HTXS') AS excellent
                        FROM register.evaluation
                        WHERE record_id = p.record_id AND ev_nam = 2025) AS e
    WHERE d.unit_code = :unit AND d.state <> 'absent'
"""


def _open(village: Village, unit_code: str = A) -> dict[str, Any]:
    return dict(
        village.rows(
            "SELECT rule_code, figures FROM quality.unit_finding"
            " WHERE unit_code = :unit AND closed_at IS NULL ORDER BY 1",
            unit=unit_code,
        )
    )


def _execute(village: Village, statement: str, **values: object) -> None:
    with village.db.transaction() as conn:
        conn.execute(text(statement), values)


def _born_first(village: Village, count: int) -> None:
    for position in range(count):
        row = village.houses[A].main(position)
        row["ngay_sinh"] = f"{row['ngay_sinh'][:4]}-01-01"


def test_a_sound_unit_is_asked_nothing(village: Village) -> None:
    village.add(A, MANY)

    village.wave()

    assert _open(village) == {}


def test_a_question_about_a_delivery_is_asked_once_and_closed_by_the_delivery_that_mends_it(
    village: Village,
) -> None:
    village.add(A, MANY)
    _born_first(village, 17)
    village.wave()
    first = village.newest(A)[0]
    village.wave()
    assert _open(village)["XO010b"]["people"] == MANY
    assert _open(village)["XO010b"]["born_first"] >= 17
    for position, person in enumerate(village.others(A, 0, MANY)):
        village.houses[A].people[position] = person

    village.wave()

    assert village.rows(
        "SELECT rule_code, effect, snapshot_id, closed_snapshot_id FROM quality.unit_finding"
        " WHERE rule_code = 'XO010b'"
    ) == [("XO010b", "ask", first, village.newest(A)[0])]


def test_too_few_records_too_many_heads_and_ratings_over_the_quota_are_told(
    village: Village,
) -> None:
    house = village.add(A, 20)
    _execute(
        village,
        "INSERT INTO registry.staff_quota"
        " VALUES (:u, daterange('2026-01-01', NULL), 1, 's', 's')",
        u=A,
    )
    del house.people[19]  # 19 of 20
    for position in range(2):
        house.main(position)["ma_don_vi_su_dung"] = f"{A}.10"
        one(house.people[position], "salary_current")["sal_chuc_vu"] = "GDS"
    for person in house.people[:8]:
        many(person, "evaluation")[-1]["ev_ket_qua"] = "HTXS"

    village.wave()

    found = _open(village)
    assert set(found) == {"EV003", "XO006", "XO007", "XO009"}
    assert found["XO007"] == {"received": 19, "expected": 20}
    assert found["XO006"]["quota"] == found["XO006"]["limit"] == 1
    assert found["XO009"]["crowded_heads"] == 1
    assert found["EV003"]["rated_excellent"] >= 8
    shown = show_snapshot(village.newest(A)[0], db=village.db)
    assert [each["rule_code"] for each in shown["unit_findings"]] == sorted(found)


def test_who_is_left_behind_in_a_merged_unit_is_asked_for(village: Village) -> None:
    village.add(A, 3)
    house = village.add(B, 3, "hrm_con_tro")
    village.wave()
    _execute(
        village,
        "INSERT INTO registry.unit (unit_code, valid_on, name_vi, name_en, kind,"
        " successor_code, source, confidence) VALUES (:old, daterange(NULL, '2025-07-01'),"
        " 'Cũ', 'Old', 'province', :new, 'test', 'high')",
        old=OLD,
        new=A,
    )
    _execute(
        village, "UPDATE register.dossier SET unit_code = :o WHERE unit_code = :b", o=OLD, b=B
    )
    village.wave(A)
    assert _open(village)["XO005"]["left_behind"] == 3
    village.houses[A].people.append(house.people[0])

    village.wave(A)

    assert _open(village)["XO005"]["left_behind"] == 2


def test_people_are_counted_by_their_changes_as_if_all_were_counted(village: Village) -> None:
    house = village.add(A, 12)
    others = village.others(A, 12, 3)
    village.add(B, 3, "hrm_con_tro")
    village.wave()
    _assert_counted(village)
    house.main(0)["gioi_tinh"] = "1" if house.main(0)["gioi_tinh"] == "2" else "2"  # blocked
    _born_first(village, 3)
    many(house.people[4], "evaluation")[-1]["ev_ket_qua"] = "HTXS"
    house.main(5)["trang_thai"] = "10"
    gone = house.people.pop()
    house.people.extend(others)
    village.wave()
    _assert_counted(village)
    gone["person"]["so_dinh_danh"] = "1"  # type: ignore[call-overload, index]  # a single group; comes back, blocked
    house.people.append(gone)
    village.wave()
    _assert_counted(village)
    village.wave()
    _assert_counted(village)
    _execute(village, "DELETE FROM quality.snapshot_figures")
    village.wave()  # nobody counted: counted in full
    _assert_counted(village)


def _assert_counted(village: Village) -> None:
    for unit_code in (A, B):
        snapshot_id, state = village.newest(unit_code)
        with village.db.transaction() as conn:
            counted = dict(conn.execute(text(COUNTED), {"unit": unit_code}).mappings().one())
        figures = village.one(
            "SELECT figures FROM quality.snapshot_figures WHERE snapshot_id = :id",
            id=snapshot_id,
        )
        assert state == "admitted"
        assert {name: figures[name] for name in counted} == counted


@pytest.mark.parametrize("times", [1, 2])
def test_limits_are_dated_replaced_and_in_the_ledger(village: Village, times: int) -> None:
    village.add(A, 2)
    for count in range(times):
        village.limit(A, "XO008", count=count)

    assert village.rows(
        "SELECT max_count, lower(valid_on)::text, stated_by FROM registry.brake_limit"
    ) == [(times - 1, "2026-11-23", "Mai")]
    assert village.one("SELECT count(*) FROM ledger.entry WHERE action = 'limit_set'") == times
