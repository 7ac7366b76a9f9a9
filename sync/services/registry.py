"""Keeps the registry true: packaged lists, sources, headcounts."""

from collections.abc import Iterable, Mapping
from datetime import date

from sync.contract import registers
from sync.model.desk import Actor, Role
from sync.model.source import Source
from sync.services.context import Clock, database_of, today, utc_now
from sync.services.permissions import check_may
from sync.store import claimed, ledger, registry
from sync.store.claimed import Claimed
from sync.store.database import Database

CLAIMS = (
    Claimed(
        claimed_on=date(2023, 1, 15),
        claim_vi="96 bộ, ngành, địa phương đã triển khai; công bố kết nối 100%.",
        claim_en="96 ministries and localities deployed; 100% connected announced.",
        connected_count=96,
        synchronised_count=35,
        unit_count=96,
        stated_by="Báo chí, 12/2022-01/2023",
        source="english.mic.gov.vn, lawnet.vn",
    ),
    Claimed(
        claimed_on=date(2025, 9, 8),
        claim_vi="Chỉ 16 cơ quan báo cáo, 9 cơ quan đã thực sự đồng bộ.",
        claim_en="Only 16 agencies reported, 9 had really synchronised.",
        connected_count=None,
        synchronised_count=9,
        unit_count=None,
        stated_by="Bộ Nội vụ, sau Công văn 5034",
        source="thongtin.vietnam.vn, baochinhphu",
    ),
    Claimed(
        claimed_on=date(2025, 9, 11),
        claim_vi="1.436.507 hồ sơ được phê duyệt, 1.365.761 khớp dữ liệu dân cư (95,1%).",
        claim_en="1,436,507 records approved, 1,365,761 matched with population data (95.1%).",
        connected_count=None,
        synchronised_count=None,
        unit_count=None,
        stated_by="Báo chí, 09/2025",
        source="vietnam.vn/fr, tienphong",
    ),
)


def load_registry(db: Database | None = None) -> dict[str, int]:
    """Load the packaged lists; loading twice changes nothing. Rows per table."""
    lists = {
        "unit": registers.unit_rows(),
        "code": registers.code_rows(),
        "rank": registers.rank_rows(),
        "salary_step": registers.salary_step_rows(),
        "retirement_age": registers.retirement_age_rows(),
        "id_prefix": registers.id_prefix_rows(),
    }
    with (db or database_of()).transaction() as conn:
        counts = {
            table: registry.replace_rows(conn, table, list(rows))
            for table, rows in lists.items()
        }
        claimed.set_packaged(conn, CLAIMS)
    return counts


def register_sources(
    sources: Iterable[Source],
    headcounts: Mapping[str, int],
    *,
    valid_from: date,
    stated_by: str,
    db: Database | None = None,
) -> None:
    """Add or update sources, and a steward's word on expected headcounts."""
    with (db or database_of()).transaction() as conn:
        registry.set_sources(conn, sources)
        registry.set_headcounts(conn, headcounts, valid_from, stated_by)


def set_credential_end(
    unit_code: str,
    ends_on: date | None,
    *,
    actor: Actor,
    db: Database | None = None,
    clock: Clock = utc_now,
) -> str:
    """Until when the credential of a unit's source is good, that day included; None: not known.

    Returns:
        The source's code.

    Raises:
        PermissionDeniedError: the actor is no engineer.
        NotFoundError: the unit has no source today.
    """
    check_may(actor, Role.ENGINEER)
    day = today(clock)
    with (db or database_of()).transaction() as conn:
        source = registry.get_source(conn, unit_code, day)
        registry.set_credential_end(conn, source.source_code, ends_on)
        ledger.append(
            conn,
            ledger.Entry(
                unit_code=unit_code,
                action="credential_end_set",
                actor=actor.login,
                as_of=day,
                recorded_at=clock(),
                figures={"source": source.source_code, "ends_on": str(ends_on or "")},
            ),
        )
    return source.source_code
