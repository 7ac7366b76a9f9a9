"""A unit's own code is mapped once; whom it concerns is read again, and nobody else."""

from typing import Any

import pytest

from sync.model.desk import Actor, Role
from sync.model.errors import (
    IllegalTransitionError,
    NotFoundError,
    PermissionDeniedError,
    RefusedValueError,
)
from sync.services.map_code import (
    Decision,
    count_records_of,
    decide_mapping,
    list_mappings,
    list_national_codes,
    propose_mapping,
    withdraw_mapping,
)
from sync.services.queue import list_causes_of_queue
from sync.services.reconcile import reconcile_units
from sync.store.code_mappings import CodeMapping, NewMapping
from tests.services.desk import (
    approver,
    flags,
    knowing_rules,
    officer,
    remember_rules,
    steward,
)
from tests.services.village import A, B, Village

AN, CHI = officer(A, "an"), steward("chi")
YES = Decision(is_approved=True)


@pytest.fixture
def unit(village: Village) -> Village:
    """Two units of eight people; five of the first and one of the second say DT-77."""
    knowing_rules(village).add(A, 8)
    village.add(B, 4, "hrm_con_tro")
    for position in range(5):
        village.houses[A].main(position)["dan_toc"] = "DT-77"
    village.houses[B].main(0)["dan_toc"] = "DT-77"
    village.wave()
    remember_rules(village)
    return village


def propose(
    unit: Village, national: str = "01", local: str = "DT-77", actor: Actor = AN
) -> CodeMapping:
    new = NewMapping(A, "ethnic_groups", local, national)
    return propose_mapping(new, "Our old list.", actor=actor, db=unit.db, clock=unit.clock)


def decide(unit: Village, mapping: CodeMapping, decision: Decision = YES) -> CodeMapping:
    words: dict[str, Any] = {"actor": CHI, "db": unit.db, "clock": unit.clock}
    return decide_mapping(mapping.mapping_id, decision, **words)


def states(unit: Village) -> dict[str, int]:
    found: dict[str, int] = {}
    for state, *_ in flags(unit, "ID012b"):
        found[state] = found.get(state, 0) + 1
    return found


def queued(unit: Village) -> int:
    number: int = unit.one("SELECT count(*) FROM quality.recheck")
    return number


def said(unit: Village, unit_code: str, code: str) -> int:
    """How many dossiers of a unit have this code."""
    number: int = unit.one(
        "SELECT count(*) FROM register.person JOIN register.dossier USING (record_id)"
        " WHERE unit_code = :u AND dan_toc = :c",
        u=unit_code,
        c=code,
    )
    return number


def test_a_code_mapped_once_answers_its_flags_and_reads_nobody_else_again(
    unit: Village,
) -> None:
    before = said(unit, A, "01")
    mapping = propose(unit)
    assert count_records_of(mapping, db=unit.db) == 5
    assert states(unit) == {"proposed": 5, "open": 1}  # the other unit's is its own
    decide(unit, mapping)
    assert (states(unit), queued(unit)) == ({"approved": 5, "open": 1}, 5)
    unit.day = 1

    unit.wave()

    staged = (
        "SELECT count(*) FROM staging.document AS d JOIN landing.snapshot USING (snapshot_id)"
    )
    assert unit.one(f"{staged} WHERE d.unit_code = :u", u=A) == 5
    assert (states(unit), queued(unit)) == ({"corrected": 5, "open": 1}, 0)
    assert (said(unit, A, "DT-77"), said(unit, A, "01")) == (0, before + 5)
    assert said(unit, B, "DT-77") == 1
    assert all(each["agrees"] for each in reconcile_units(db=unit.db, clock=unit.clock))
    assert [c.label for c in list_causes_of_queue(A, db=unit.db)] == []
    unit.day = 2
    unit.wave()
    assert unit.counts(A)["unchanged"] == 8


def test_a_mapping_withdrawn_reads_those_again_who_were_read_by_it(unit: Village) -> None:
    mapping = decide(unit, propose(unit))
    unit.day = 1
    unit.wave()
    words: dict[str, Any] = {"db": unit.db, "clock": unit.clock}
    with pytest.raises(PermissionDeniedError, match="steward"):
        withdraw_mapping(mapping.mapping_id, "No.", actor=AN, **words)

    withdraw_mapping(mapping.mapping_id, "It was another one.", actor=CHI, **words)

    assert queued(unit) == 5
    unit.day = 2
    unit.wave()
    assert said(unit, A, "DT-77") == 5
    assert states(unit) == {"corrected": 5, "open": 6}
    assert all(each["agrees"] for each in reconcile_units(**words))


def test_declined_or_taken_back_the_flags_are_open_again(unit: Village) -> None:
    words: dict[str, Any] = {"db": unit.db, "clock": unit.clock}
    first = propose(unit)
    decide(unit, first, Decision(is_approved=False, reason="Not this one."))
    assert states(unit) == {"open": 6}
    with pytest.raises(IllegalTransitionError, match="is declined"):
        decide(unit, first)
    second = propose(unit)
    with pytest.raises(IllegalTransitionError, match="cannot become proposed"):
        propose(unit, "02")
    unit.day = 1
    unit.wave()
    assert states(unit) == {"proposed": 5, "open": 1}  # an answer does not decide
    withdraw_mapping(second.mapping_id, "A slip.", actor=AN, **words)
    assert (states(unit), queued(unit)) == ({"open": 6}, 0)
    assert unit.rows(
        "SELECT action, actor FROM ledger.entry WHERE action LIKE 'mapping%' ORDER BY entry_id"
    ) == [
        ("mapping_proposed", "an"),
        ("mapping_declined", "chi"),
        ("mapping_proposed", "an"),
        ("mapping_withdrawn", "an"),
    ]
    assert list_mappings(A, db=unit.db) == []


def test_what_cannot_be_mapped_is_refused(unit: Village) -> None:
    words: dict[str, Any] = {"db": unit.db, "clock": unit.clock}
    with pytest.raises(RefusedValueError, match="has no such code today"):
        propose(unit, "XX")
    with pytest.raises(NotFoundError, match="no question about such a code"):
        propose(unit, local="DT-78")
    with pytest.raises(PermissionDeniedError, match="hr_officer for unit H26"):
        propose(unit, actor=approver(A))
    mapping = propose(unit)
    for actor in (AN, officer(B), approver(A)):
        with pytest.raises(PermissionDeniedError, match="steward"):
            decide_mapping(mapping.mapping_id, YES, actor=actor, **words)
    both = Actor("an", AN.grants | {(Role.STEWARD, "")})
    with pytest.raises(PermissionDeniedError, match="somebody else"):
        decide_mapping(mapping.mapping_id, YES, actor=both, **words)
    with pytest.raises(NotFoundError, match="no mapping 999"):
        decide_mapping(999, YES, actor=CHI, **words)
    names = {each.code: each.name_vi for each in list_national_codes("ethnic_groups", **words)}
    assert names["01"] == "Kinh"
