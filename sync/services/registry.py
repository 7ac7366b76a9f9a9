"""Keeps the registry true: packaged lists, sources, headcounts."""

from collections.abc import Iterable, Mapping
from datetime import date

from sync.contract import registers
from sync.model.source import Source
from sync.services.context import database_of
from sync.store import registry
from sync.store.database import Database

CLAIMS = (
    (
        date(2023, 1, 15),
        "96 bộ, ngành, địa phương đã triển khai; công bố kết nối 100%.",
        "96 ministries and localities deployed; 100% connected announced.",
        96,
        96,
        "Báo chí, 12/2022-01/2023",
        "english.mic.gov.vn, lawnet.vn",
    ),
    (
        date(2025, 9, 8),
        "Chỉ 16 cơ quan báo cáo, 9 cơ quan đã thực sự đồng bộ.",
        "Only 16 agencies reported, 9 had really synchronised.",
        None,
        None,
        "Bộ Nội vụ, sau Công văn 5034",
        "thongtin.vietnam.vn, baochinhphu",
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
        registry.replace_claims(conn, CLAIMS)
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
