"""The rules in force, to read: what each asks, of which field, by which law, how often now."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from sync.model.desk import Role
from sync.model.states import Effect
from sync.portal.deps import HR, DatabaseDep, Viewer, require_role
from sync.portal.desk_deps import words_of
from sync.portal.pages import render
from sync.services.rules import rules_by_section
from sync.store import facts
from sync.store.facts import Cause

router = APIRouter()

ReaderOfRules = Annotated[Viewer, Depends(require_role(Role.STEWARD, Role.ENGINEER, *HR))]
Word = Annotated[str, Query(max_length=40)]


@router.get("/quy-tac", name="rules")
def show_rules(
    request: Request,
    viewer: ReaderOfRules,
    database: DatabaseDep,
    effect: Word = "",
    group: Word = "",
) -> HTMLResponse:
    """Every rule by group of the record; a filter that names nothing is none."""
    sections = rules_by_section()
    as_of, counts = _open_counts(database)
    asked = {
        "effect": effect if effect in set(Effect) else "",
        "group": group if group in sections else "",
    }
    shown = {
        name: [rule for rule in rules if asked["effect"] in ("", rule.effect)]
        for name, rules in sections.items()
        if asked["group"] in ("", name)
    }
    return render(
        request,
        "rules.html",
        sections={name: rules for name, rules in shown.items() if rules},
        rule_count=sum(len(rules) for rules in sections.values()),
        shown_count=sum(len(rules) for rules in shown.values()),
        groups=list(sections),
        effects=list(Effect),
        asked=asked,
        as_of=as_of,
        counts=counts,
        field_name=words_of(request).field_name,
    )


def _open_counts(database: DatabaseDep) -> tuple[date | None, Mapping[str, Cause]]:
    """What the newest measured day says of each rule; nothing before the first measure."""
    with database.transaction() as conn:
        newest = facts.find_headline(conn)
        if newest is None:
            return None, {}
        causes = facts.list_causes(conn, newest.as_of, with_restricted=True)
    return newest.as_of, {cause.rule_code: cause for cause in causes}
