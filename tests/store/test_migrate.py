from collections.abc import Callable

from sqlalchemy import text

from sync.store.database import Database
from sync.store.migrate import up_down_up, upgrade

Urls = Callable[[str], str]

SCHEMA = """
SELECT string_agg(line, chr(10) ORDER BY line) FROM (
    SELECT format('%s.%s.%s %s %s %s', table_schema, table_name, column_name, data_type,
                  is_nullable, column_default) AS line
    FROM information_schema.columns
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace::regnamespace::text !~ '^(pg_|information_schema)'
    UNION ALL
    SELECT format('%s %s', indexrelid::regclass, pg_get_indexdef(indexrelid)) FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    UNION ALL
    SELECT format('%s %s %s', oid::regclass, relpersistence, relacl) FROM pg_class
    WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    UNION ALL
    SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT format('%s %s %s', oid::regprocedure, md5(prosrc), proacl) FROM pg_proc
    WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
) AS lines
"""


def schema_of(url: str) -> str:
    database = Database.connect(url)
    try:
        with database.transaction() as conn:
            return str(conn.scalar(text(SCHEMA)))
    finally:
        database.close()


def test_every_migration_can_be_undone_and_made_again(urls: Urls) -> None:
    before = schema_of(urls("migrator"))

    up_down_up(urls("migrator"))

    assert "ledger.entry" in before
    assert schema_of(urls("migrator")).splitlines() == before.splitlines()


def test_upgrading_twice_is_upgrading_once(urls: Urls) -> None:
    before = schema_of(urls("migrator"))

    upgrade(urls("migrator"))

    assert schema_of(urls("migrator")) == before
