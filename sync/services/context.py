"""What every verb needs: a way into the database and the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.settings import get_settings
from sync.store.database import Database
from sync.store.urls import resolve_url

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of production; tests hand in their own."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that looks at the clock


def today(clock: Clock = utc_now) -> date:
    """The calendar day in the service's zone."""
    return clock().astimezone(ZoneInfo(get_settings().timezone)).date()


def url_of(role: str, database: str = "cbccvc") -> str:
    """The address of a database for one role; never print it."""
    settings = get_settings()
    template = settings.database_url.get_secret_value() if settings.database_url else None
    return resolve_url(
        role, home=settings.home, secrets=settings.secrets, template=template, database=database
    )


@cache
def database_of(role: str = "sync_writer") -> Database:
    """This process's way into the database as one role."""
    return Database.connect(url_of(role))


def expectations_dir() -> Path:
    """Where the suites are: the setting, or the folder beside this package."""
    configured = get_settings().expectations_dir
    return configured or Path(__file__).resolve().parents[2] / "expectations"
