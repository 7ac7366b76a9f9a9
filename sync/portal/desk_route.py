"""A route of the desk: what is refused because of a state says what is possible instead."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from sync.model.errors import (
    DatabaseRefusedError,
    IllegalTransitionError,
    PermissionDeniedError,
    SecondOfficerNeededError,
    SyncError,
)
from sync.portal.deps import get_speech
from sync.portal.pages import render

log = logging.getLogger(__name__)

CONFLICT = 409
ACTS = ("proposed", "approved", "declined", "withdrawn", "waived")  # what a person may do
NO_RIGHT = "42501"
TWO_PEOPLE = frozenset({"second_officer", "mapping_has_two_people"})
AGAIN = frozenset({"correction_in_force", "waiver_active", "code_mapping_in_force"})
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class DeskRoute(APIRoute):
    """As any route; an illegal move is answered by a page of its own."""

    kind = "state"  # in which words a state is told

    def get_route_handler(self) -> Handler:
        """The usual handler, its refusals turned into pages."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except (IllegalTransitionError, DatabaseRefusedError) as error:
                told = _as_told(error)
            if isinstance(told, IllegalTransitionError):
                return _refused(request, told, self.kind)
            raise told

        return answer


class DeliveryRoute(DeskRoute):
    """The same for a delivery on hold."""

    kind = "snapshot"


class SheetRoute(DeskRoute):
    """The same for an uploaded sheet."""

    kind = "draft_state"


def _refused(request: Request, error: IllegalTransitionError, kind: str) -> Response:
    log.warning("desk_refused reason=%s", error)
    speech = get_speech(request)
    if not speech.knows(f"{kind}.{error.state}"):
        kind = DeskRoute.kind  # the database speaks of a correction, wherever it was asked
    say, told = speech.say, f"possible.{kind}.{error.state}"
    possible = [say(f"possible.{each}") for each in error.allowed if each in ACTS]
    is_of_desk = kind == DeskRoute.kind
    return render(
        request,
        "desk_refused.html",
        status=CONFLICT,
        sentence=say("refused.state", state=say(f"{kind}.{error.state}")),
        possible=[say(told)] if speech.knows(told) else possible,
        is_of_desk=is_of_desk,
    )


def _as_told(error: IllegalTransitionError | DatabaseRefusedError) -> SyncError:
    """The database keeps the same rules as the services: its word is theirs."""
    if isinstance(error, IllegalTransitionError):
        return error
    if error.constraint in TWO_PEOPLE:
        return SecondOfficerNeededError("Who proposes does not decide: ask another officer.")
    if error.constraint in AGAIN:
        return IllegalTransitionError("The value", "proposed", "proposed", ())
    if error.sqlstate == NO_RIGHT:
        return PermissionDeniedError("The database refuses this: it is not of your unit.")
    return error
