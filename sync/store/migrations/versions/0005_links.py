"""Codes that tie an outside identity to an account, and who waits for one."""

from importlib import resources

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _run(name: str) -> None:
    path = resources.files("sync.store") / "migrations" / "sql" / f"0005_{name}.sql"
    op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def upgrade() -> None:
    _run("links")


def downgrade() -> None:
    _run("links_down")
