"""Flags, levels and addresses where the services of notices look for them."""

from datetime import date
from typing import Any

from sqlalchemy import text

from sync.services.notice_book import mute, set_address
from sync.services.permissions import operator
from sync.store import flags
from sync.store.notices import Address, Mute
from tests.services.village import A, Village

MAI = operator("mai")
TODAY = date(2026, 11, 23)
OFFICE = "vanthu@donvi-a.gov.vn"
ALL = ("digest", "level", "hold")

FINDING = """
    INSERT INTO quality.finding (unit_code, record_id, document_id, snapshot_id, group_name,
        row_no, rule_code, field_code, effect, found_at, since, value_hmac, closed_at,
        closed_snapshot_id)
    VALUES (:unit, :n, 1, 1, 'person', 1, 'ID001a', 'so_dinh_danh', :effect, :at, :at, '',
        :closed, :snapshot)
    RETURNING finding_id
"""
FLAG = """
    INSERT INTO quality.flag (finding_id, unit_code, record_id, group_name, row_no, field_code,
        rule_code, effect, value_hmac, cause_hmac, state, since, due_on, opened_at, moved_at,
        closed_at)
    VALUES (:finding, :unit, :n, 'person', 1, 'so_dinh_danh', 'ID001a', :effect, '', '', :state,
        :at, :due, :at, :at, :closed)
"""
DAY = """
    INSERT INTO facts.unit_day (as_of, unit_code, name_vi, name_en, kind, is_restricted, level,
        level_name, live, stale, quarantined, waiting, blocking_findings, other_findings,
        reason_code, reason_vi, reason_en, measured_at)
    VALUES (:day, :unit, 'Đơn vị', 'Unit', 'province', false, :level, '', 0, 0, 0, 0, 0, 0,
        'digest', 'Dữ liệu hai bên không khớp khi đối soát.',
        'The two sides'' digests do not agree.', now())
"""


class Desk:
    """Puts flags, levels and addresses where the services look for them."""

    def __init__(self, village: Village) -> None:
        self.village, self._count = village, 0
        self.tools: dict[str, Any] = {"db": village.db, "clock": village.clock}

    def run(self, statement: str, **values: object) -> Any:  # noqa: ANN401 - any column
        with self.village.db.transaction() as conn:
            done = conn.execute(text(statement), values)
            return done.scalar() if done.returns_rows else None

    def address(self, unit: str = A, email: str = OFFICE, kinds: tuple[str, ...] = ALL) -> None:
        set_address(
            Address(unit, email, kinds, self.village.clock().date(), None, ""),
            actor=MAI, **self.tools,
        )  # fmt: skip

    def silence(self, kind: str, until: date, unit: str = A) -> None:
        mute(Mute(unit, kind, until, "The office moves.", ""), actor=MAI, **self.tools)

    def flag(
        self, effect: str, state: str = "open", due: date = TODAY, snapshot: int | None = None
    ) -> None:
        self._count += 1
        at = self.village.clock()
        values = {
            "unit": A, "n": self._count, "effect": effect, "at": at, "state": state, "due": due,
            "closed": at if snapshot else None, "snapshot": snapshot,
        }  # fmt: skip
        self._ask(finding=self.run(FINDING, **values), **values)

    def flag_of(self, finding: int, unit: str, effect: str, number: int) -> None:
        values = {"unit": unit, "n": number, "effect": effect, "at": self.village.clock()}
        self._ask(finding=finding, state="open", due=TODAY, closed=None, **values)

    def _ask(self, *, unit: str, **values: object) -> None:
        with self.village.db.transaction() as conn:
            conn.execute(text(FLAG), {"unit": unit, **values})
            flags.count_asked(conn, [unit])

    def level(self, level: int, day: date, unit: str = A) -> None:
        self.run(
            "DELETE FROM facts.unit_day WHERE unit_code = :u AND as_of = :d", u=unit, d=day
        )
        self.run(DAY, level=level, day=day, unit=unit)

    def notices(self, kind: str) -> list[tuple[str, str, str]]:
        return self.village.rows(
            "SELECT subject, body_vi, body_en FROM registry.notice WHERE kind = :kind"
            " ORDER BY notice_id",
            kind=kind,
        )

    def mails(self) -> list[Any]:
        return self.village.rows(
            "SELECT unit_code, kind, email, state, note FROM registry.notice_mail"
            " JOIN registry.notice USING (notice_id) ORDER BY mail_id"
        )
