"""Whoever may not do something is told who may, and whom to ask."""

from fastapi import Request
from fastapi.responses import Response

from sync.model.errors import PermissionDeniedError, SecondOfficerNeededError
from sync.portal.deps import find_viewer, get_speech
from sync.portal.pages import first_page, path_for, render


def show_no_right(request: Request, error: PermissionDeniedError) -> Response:
    """A page in the reader's language; it quotes nothing of the request."""
    say = get_speech(request).say
    needs_role = not isinstance(error, SecondOfficerNeededError)
    if not needs_role:
        sentence = say("error.no_right.second_officer")
    elif error.roles:
        names = f" {say('word.or')} ".join(say(f"role.{role}") for role in error.roles)
        sentence = say("error.no_right.role", roles=names)
    else:
        sentence = say("error.no_right.other")
    home = path_for(request, first_page(find_viewer(request)))
    return render(
        request,
        "no_right.html",
        status=error.status,
        stands_at="" if request.method == "GET" else home,  # a form's address may have no page
        sentence=sentence,
        needs_role=needs_role,
        home=home,
    )
