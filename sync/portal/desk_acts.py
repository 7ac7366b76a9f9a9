"""Acts on a cause's people, what they did, and taking them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from sync.model.desk import CorrectionState, Role
from sync.model.errors import PermissionDeniedError
from sync.portal.cause_page import LONGEST_WAIVER, Asked, Typed, show_cause_page
from sync.portal.deps import CheckerDep, ClockDep, DeskDep, HrDep, OwnFormDep
from sync.portal.desk_deps import (
    LONGEST_VALUE,
    Problem,
    UnitDep,
    hex_in,
    is_readable,
    numbers_in,
    reason_problems,
    typed_value,
    words_of,
)
from sync.portal.desk_route import DeskRoute
from sync.portal.desk_words import Words, find_field
from sync.portal.pages import path_for, render
from sync.portal.refusals import broken_rules
from sync.services import correct, map_code, waive
from sync.services.correct import Place
from sync.services.suggest import suggest_value
from sync.store import desk
from sync.store.database import Database

ACTS = ("de-nghi", "phe-duyet", "tu-choi", "rut-lai", "chap-nhan", "thoi-chap-nhan")
OF_WAIVERS = frozenset({"chap-nhan", "thoi-chap-nhan"})
UNDOABLE = frozenset({CorrectionState.PROPOSED, CorrectionState.APPROVED})
SHOWN_AT_ONCE = 50

router = APIRouter(route_class=DeskRoute)

Text = Annotated[str, Form(max_length=LONGEST_VALUE * 2)]
Short = Annotated[str, Query(max_length=64)]
