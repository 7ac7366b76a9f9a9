"""Every route says who may come: a page asks for a viewer, a change for a form of ours."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from sync.portal.access import ensure_portal_secret
from sync.portal.app import Ways, create_app
from sync.portal.deps import require_own_form, require_viewer

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
# Open to everybody, and why.
OPEN = {
    ("GET", "/healthz"): "a sign of life",
    ("GET", "/static/{file_name}"): "style, script and icon",
    ("GET", "/dang-nhap"): "the form itself",
    ("GET", "/dang-nhap/dinh-danh"): "the way to the identity provider",
    ("GET", "/dang-nhap/tra-loi"): "the way back; a state good once stands for the form",
    ("GET", "/dang-nhap/ma-lien-ket"): "the form for whom the provider vouched for",
    ("GET", "/doi-mat-khau"): "asks for a session, with a first password too",
    ("GET", "/api/v1/openapi.json"): "the description of the feed; no figure in it",
}
OWN_FORMS = {
    ("POST", "/dang-nhap"): "before a session: the signed token of the visit",
    ("POST", "/dang-nhap/ma-lien-ket"): "before a session, as well",
    ("POST", "/dang-xuat"): "without a session there is nothing to end",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    ensure_portal_secret(tmp_path)
    ways = Ways.open(lambda role: f"postgresql+psycopg2://{role}:x@127.0.0.1:1/none")
    yield create_app(ways, is_public=True, clock=lambda: NOON, secrets_dir=tmp_path)
    ways.close()


def routes(app: FastAPI) -> Iterator[tuple[str, str, APIRoute]]:
    for route in app.routes:
        assert isinstance(route, APIRoute), f"{route} is no route the rules can read"
        for method in route.methods:
            yield method, route.path, route


def asked(dependant: Any) -> set[Callable[..., Any]]:  # noqa: ANN401 - FastAPI's own
    found = {dependant.call} if dependant.call else set()
    for below in dependant.dependencies:
        found |= asked(below)
    return found


def asks_who(calls: set[Callable[..., Any]]) -> bool:
    names = {getattr(call, "__qualname__", "") for call in calls}
    makers = {"require_role.<locals>.required", "require_scope.<locals>.required"}
    return require_viewer in calls or bool(makers & names)


def test_every_page_asks_who_looks(app: FastAPI) -> None:
    bare = {
        (method, path)
        for method, path, route in routes(app)
        if method in ("GET", "HEAD") and not asks_who(asked(route.dependant))
    }

    assert bare == set(OPEN)


def test_every_change_needs_a_form_of_ours(app: FastAPI) -> None:
    changing = [each for each in routes(app) if each[0] not in ("GET", "HEAD")]
    bare = {
        (method, path)
        for method, path, route in changing
        if require_own_form not in asked(route.dependant)
    }

    assert len(changing) >= 10
    assert bare == set(OWN_FORMS)


def test_every_change_but_of_ones_own_session_asks_for_a_role(app: FastAPI) -> None:
    bare = {
        (method, path)
        for method, path, route in routes(app)
        if method not in ("GET", "HEAD")
        and "require_role.<locals>.required"
        not in {getattr(call, "__qualname__", "") for call in asked(route.dependant)}
    }

    assert bare == {*OWN_FORMS, ("POST", "/doi-mat-khau")}


def test_no_address_changes_anything_by_being_looked_at(app: FastAPI) -> None:
    assert {method for method, _, _ in routes(app)} <= {"GET", "POST"}
