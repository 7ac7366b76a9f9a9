"""What the lists of a record add up to is staged.

Staging is derivable, so it is made anew; what waits to be admitted is read again.
"""

from importlib import resources

from alembic import op

from sync.store.check_views import create_check_views
from sync.store.group_tables import staging_ddl

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _run(statements: str) -> None:
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def _run_file(name: str) -> None:
    path = resources.files("sync.store") / "migrations" / "sql" / f"{name}.sql"
    _run(path.read_text(encoding="utf-8"))


def _stage_anew() -> None:
    for schema in ("staging", "rehearsal"):
        _run(f"DROP SCHEMA {schema} CASCADE;")
        _run(staging_ddl(schema))
        create_check_views(op.get_bind(), schema)
    _run("UPDATE landing.snapshot SET staged_count = NULL WHERE staged_count IS NOT NULL;")
    _run_file("0006_grants")


def upgrade() -> None:
    _stage_anew()


def downgrade() -> None:
    """The same again: the tables of staging are those of the code that runs."""
    _stage_anew()
