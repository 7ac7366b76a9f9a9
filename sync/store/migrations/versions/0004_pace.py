"""Counts that pages read instead of counting, and a search that reads what it finds."""

from importlib import resources

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TOPICS = ("counts", "tails", "entries")


def _run_file(name: str) -> None:
    path = resources.files("sync.store") / "migrations" / "sql" / f"0004_{name}.sql"
    op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def upgrade() -> None:
    for topic in TOPICS:
        _run_file(topic)


def downgrade() -> None:
    for topic in reversed(TOPICS):
        _run_file(f"{topic}_down")
