"""Units of a database that has no registry, for tests that name one or two."""

from sqlalchemy import text

from sync.store.database import Database

NEW_UNIT = (
    "INSERT INTO registry.unit (unit_code, valid_on, name_vi, name_en, kind, source,"
    " confidence) VALUES (:code, '[2000-01-01,]', :code, :code, 'province', 'ours', 'high')"
)


def know_units(writer: Database, *codes: str) -> None:
    """These units are in the registry, for ever."""
    with writer.transaction() as conn:
        for code in codes:
            conn.execute(text(NEW_UNIT), {"code": code})
