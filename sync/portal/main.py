"""The portal's process: `uvicorn --factory sync.portal.main:create`."""

from datetime import UTC, datetime

from fastapi import FastAPI

from sync.portal.access import ensure_first_accounts, ensure_portal_secret
from sync.portal.app import Ways, create_app
from sync.portal.openid import Provider
from sync.portal.thresholds import Thresholds
from sync.settings import Settings, get_settings
from sync.store.credentials import read_password
from sync.store.urls import resolve_url

OPENID_SECRET = "oidc_client"  # noqa: S105 - a file's name


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
    app.state.openid = provider_of(settings)
    app.state.hosts = hosts_of(settings)
    app.state.airflow_url = settings.airflow_url
    return app


def provider_of(settings: Settings) -> Provider | None:
    """Who else may vouch for accounts; nobody without CBCCVC_OIDC_ISSUER.

    Raises:
        ConfigurationError: the client's secret, or CBCCVC_PORTAL_URL, is missing or not https.
    """
    if not settings.oidc_issuer:
        return None
    client = (settings.oidc_client_id, read_password(settings.secrets, OPENID_SECRET))
    return Provider(
        settings.oidc_issuer, client, settings.portal_url.rstrip("/") + "/dang-nhap/tra-loi"
    )


def hosts_of(settings: Settings) -> frozenset[str]:
    """Names under which the portal answers; empty: every name."""
    return frozenset(settings.portal_hosts.lower().replace(",", " ").split())


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
