"""The portal's process: `uvicorn --factory sync.portal.main:create`."""

from datetime import UTC, datetime

from fastapi import FastAPI

from sync.portal.access import ensure_first_accounts, ensure_portal_secret
from sync.portal.app import Ways, create_app
from sync.portal.thresholds import Thresholds
from sync.settings import Settings, get_settings
from sync.store.urls import resolve_url


def create() -> FastAPI:
    """The portal of this machine, from its settings, with its first accounts.

    Beside the embedded server their passwords are made on first use, elsewhere put there.

    Raises:
        ConfigurationError: a secret or the address is missing.
    """
    settings = get_settings()
    template = settings.database_url.get_secret_value() if settings.database_url else None
    if template is None:
        ensure_portal_secret(settings.secrets)
    ways = Ways.open(
        lambda role: resolve_url(
            role, home=settings.home, secrets=settings.secrets, template=template
        )
    )
    ensure_first_accounts(settings.secrets, ways.keeper, _now)
    app = create_app(
        ways,
        is_public=settings.portal_is_public,
        clock=_now,
        secrets_dir=settings.secrets,
        thresholds=thresholds_of(settings),
    )
    app.state.airflow_url = settings.airflow_url
    return app


def thresholds_of(settings: Settings) -> Thresholds:
    """The limits that `measure` uses, for the page that explains them."""
    return Thresholds(
        reachable_h=settings.level_reachable_h,
        answer_h=settings.level_answer_h,
        filled_ratio=settings.level_filled_ratio,
        key_list_h=settings.level_key_list_h,
        not_admitted_ratio=settings.level_not_admitted_ratio,
        complete_ratio=settings.level_complete_ratio,
        flag_working_days=settings.level_flag_working_days,
    )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the process's own clock, handed down
