"""The first whole schema: registry, landing, staging, quality, register, ledger, facts.

The typed tables come from the contract as it stands; a later change of the contract brings a
migration of its own. The views that rules look through come with the newest migration that
needs them (0002): they name what did not exist here yet.
"""

from importlib import resources

from alembic import op

from sync.store.group_tables import register_ddl, staging_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMAS = ("portal", "facts", "ledger", "quality", "staging", "register", "landing", "registry")


def _run_file(name: str) -> None:
    path = resources.files("sync.store") / "migrations" / "sql" / f"0001_{name}.sql"
    _run(path.read_text(encoding="utf-8"))


def _run(statements: str) -> None:
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def upgrade() -> None:
    for name in ("registry", "landing", "register"):
        _run_file(name)
    _run(register_ddl())
    _run(staging_ddl())
    for name in ("quality", "ledger", "facts"):
        _run_file(name)
    _run_file("grants")


def downgrade() -> None:
    for schema in SCHEMAS:
        _run(f"DROP SCHEMA {schema} CASCADE;")
