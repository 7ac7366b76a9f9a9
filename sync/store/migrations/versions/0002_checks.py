"""Findings that last, stored conditions, brakes, replays, the population register's word.

Staging is derivable, so it is made anew; what waits to be admitted is read again.
"""

from importlib import resources

from alembic import op

from sync.store.check_views import create_check_views
from sync.store.group_tables import staging_ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TOPICS = ("rules", "findings", "brakes", "replay", "population", "catalogue")


def _run_file(name: str) -> None:
    path = resources.files("sync.store") / "migrations" / "sql" / f"{name}.sql"
    _run(path.read_text(encoding="utf-8"))


def _run(statements: str) -> None:
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def upgrade() -> None:
    for topic in TOPICS:
        _run_file(f"0002_{topic}")
    _run("DROP SCHEMA staging CASCADE;")
    for schema in ("staging", "rehearsal"):
        _run(staging_ddl(schema))
        create_check_views(op.get_bind(), schema)
    _run("UPDATE landing.snapshot SET staged_count = NULL WHERE staged_count IS NOT NULL;")
    _run_file("0002_grants")
    _run_file("0001_grants")


def downgrade() -> None:
    _run("DROP SCHEMA staging CASCADE; DROP SCHEMA rehearsal CASCADE;")
    _run(staging_ddl())
    for topic in reversed(TOPICS):
        _run_file(f"0002_{topic}_down")
    _run_file("0001_grants")
