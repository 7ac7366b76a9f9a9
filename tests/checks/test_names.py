"""Names of real people: the published list of deputies passes every rule about a name."""

import csv
from pathlib import Path

from sqlalchemy import Connection

from sync.checks.run import Compiled
from tests.checks.staged import stand_in
from tests.checks.test_examples import failing

DEPUTIES = Path(__file__).parents[1] / "data" / "deputies_xiii.csv"
HIGHLANDS = (
    "Y Thông",
    "Giàng A Páo",
    "H'Mai Niê",
    "KPă Rơ-Ô",
    "Êban Y Phu",
    "Ksor H`Ñek",
    "Điểu K’Rứ",
)


def test_real_names_pass_every_rule_about_names(conn: Connection, compiled: Compiled) -> None:
    with DEPUTIES.open(encoding="utf-8", newline="") as lines:
        names = [row["name"] for row in csv.DictReader(lines)]
    assert len(names) == 92
    rows = [{"ho_va_ten": name} for name in (*names, *HIGHLANDS)]
    rules = [rule for rule in compiled["servant"] if rule.rule.field == "ho_va_ten"]
    stand_in(conn, "servant", rows)
    assert len(rules) == 9
    assert [rule.rule.code for rule in rules if any(failing(conn, rule, rows))] == []
