"""When credentials end, which days were computed later, and what of a cause is accepted."""

from importlib import resources

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _run(name: str) -> None:
    path = resources.files("sync.store") / "migrations" / "sql" / f"0007_{name}.sql"
    op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def upgrade() -> None:
    _run("credentials")


def downgrade() -> None:
    _run("credentials_down")
