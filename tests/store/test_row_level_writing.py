"""SQL under the pages' role says only what the viewer may say, in the viewer's own name."""

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from sync.model.desk import NEXT_CORRECTION_STATES, NEXT_MAPPING_STATES, NEXT_WAIVER_STATES
from tests.store.two_units import OURS, THEIRS, Planted, Scene, changed, refusal, scene_in

Urls = Callable[[str], str]
REFUSED, CHECK = "42501", "23514"


@pytest.fixture
def scene(urls: Urls) -> Iterator[Scene]:
    with scene_in(urls) as scene:
        yield scene


PROPOSAL = (
    "INSERT INTO register.correction (unit_code, record_id, group_name, row_no, field_code,"
    " flag_id, old_hmac, old_value, new_value, reason, state, proposed_by, proposed_at,"
    " decided_by, decided_at)"
    " VALUES (:unit, :record, 'person', 1, :field, :flag, 'x', 'a', 'b', 'Một lẽ.',"
    " :state, :by, now(), :decided_by, now())"
)


def proposal(of: Planted, **other: object) -> dict[str, object]:
    """An officer's proposal about one person, as the pages write it."""
    return {
        "unit": of.unit,
        "record": of.record,
        "flag": of.flag,
        "field": "ngay_sinh",
        "state": "proposed",
        "by": "lan",
        "decided_by": None,
    } | other


def test_an_officer_proposes_for_own_records_in_the_own_name_only(scene: Scene) -> None:
    lan, ours, theirs = scene.signed_in("lan"), scene.ours, scene.theirs
    wrong = {
        "another's unit and record": proposal(theirs),
        "another's record under the own unit": proposal(theirs, unit=OURS, flag=None),
        "another's flag": proposal(ours, flag=theirs.flag),
        "another's name": proposal(ours, by="minh"),
        "approved at once": proposal(ours, state="approved", decided_by="minh"),
    }

    told = {why: refusal(lan, PROPOSAL, **values)[0] for why, values in wrong.items()}

    assert set(told.values()) == {REFUSED}, told
    assert refusal(lan, PROPOSAL, **proposal(ours)) == ("", "")
    assert refusal(scene.desk, PROPOSAL, **proposal(ours, field="x"))[0] == REFUSED


APPROVE = (
    "UPDATE register.correction SET state = 'approved', decided_by = :by, decided_at = now()"
    " WHERE correction_id = :id"
)


def test_only_an_approver_of_the_unit_approves_and_in_the_own_name(scene: Scene) -> None:
    number = scene.ours.correction

    assert refusal(scene.signed_in("lan"), APPROVE, by="lan", id=number)[0] == REFUSED
    assert refusal(scene.signed_in("minh"), APPROVE, by="lan", id=number)[0] in (REFUSED, CHECK)
    assert changed(scene.signed_in("hoa"), APPROVE, by="hoa", id=number) == 0
    assert changed(scene.signed_in("minh"), APPROVE, by="minh", id=number) == 1


def test_nobody_approves_an_own_proposal(scene: Scene) -> None:
    minh = scene.signed_in("minh")
    assert refusal(minh, PROPOSAL, **proposal(scene.ours, by="minh")) == ("", "")
    own = "UPDATE register.correction SET state = 'approved', decided_by = 'minh',"
    own += " decided_at = now() WHERE proposed_by = 'minh'"

    for database in (minh, scene.writer):
        assert refusal(database, own) == (CHECK, "second_officer")


def test_what_was_said_stays_and_moves_by_allowed_steps(scene: Scene) -> None:
    ours, minh, lan = scene.ours, scene.signed_in("minh"), scene.signed_in("lan")
    where = f"WHERE correction_id = {ours.correction}"
    assert changed(minh, APPROVE, by="minh", id=ours.correction) == 1

    for word in ("new_value = 'z'", "reason = 'z'", "record_id = 999", "proposed_by = 'z'"):
        statement = f"UPDATE register.correction SET {word} {where}"  # noqa: S608 - words above
        assert refusal(minh, statement)[0] == REFUSED
        assert refusal(scene.writer, statement)[0] == CHECK
    for word, database in (
        ("decided_by = 'hoa'", scene.writer),
        ("state = 'declined'", scene.writer),
        ("state = 'retired'", lan),
        ("state = 'reopened'", lan),
    ):
        statement = f"UPDATE register.correction SET {word} {where}"  # noqa: S608 - words above
        assert refusal(database, statement)[0] in (CHECK, REFUSED), word


def test_the_pages_end_no_question(scene: Scene) -> None:
    lan, number = scene.signed_in("lan"), scene.ours.flag
    move = "UPDATE quality.flag SET state = :state, closed_at = {} WHERE flag_id = :id"
    ended = {
        state: refusal(lan, move.format("now()"), state=state, id=number)[0]
        for state in ("corrected", "fixed", "gone")
    }

    assert set(ended.values()) == {REFUSED}, ended
    assert changed(lan, move.format("NULL"), state="proposed", id=number) == 1


def test_an_officer_cannot_forge_who_decided(scene: Scene) -> None:
    forged = "UPDATE register.correction SET state = 'withdrawn', decided_by = 'minh'"

    assert refusal(scene.signed_in("lan"), forged) == (CHECK, "own_signature")


WAIVER = (
    "INSERT INTO quality.waiver (unit_code, flag_id, record_id, group_name, field_code,"
    " rule_code, value_hmac, until_on, reason, state, stated_by, stated_at)"
    " VALUES (:unit, :flag, :record, 'person', 'ngay_sinh', 'R-9', 'x', '2027-01-01',"
    " 'Một lẽ.', 'active', :by, now())"
)


def test_a_waiver_is_an_approvers_own_word_and_only_ends(scene: Scene) -> None:
    ours, theirs, minh = scene.ours, scene.theirs, scene.signed_in("minh")
    own = {"unit": OURS, "record": ours.record, "flag": ours.flag, "by": "minh"}

    assert refusal(scene.signed_in("lan"), WAIVER, **own | {"by": "lan"})[0] == REFUSED
    assert refusal(minh, WAIVER, **own | {"by": "lan"})[0] == REFUSED
    assert refusal(minh, WAIVER, **own | {"record": theirs.record, "flag": None})[0] == REFUSED
    assert refusal(minh, WAIVER, **own) == ("", "")
    assert refusal(minh, "UPDATE quality.waiver SET until_on = '2099-01-01'")[0] == REFUSED
    forged = "UPDATE quality.waiver SET state = 'withdrawn', ended_by = 'lan'"
    assert refusal(minh, forged)[0] == CHECK
    ended = "UPDATE quality.waiver SET state = 'withdrawn', ended_by = 'minh', ended_at = now()"
    assert changed(minh, ended) == 2
    assert refusal(minh, "UPDATE quality.waiver SET state = 'active'")[0] == CHECK


def test_a_mapping_is_proposed_by_the_unit_and_decided_by_a_steward(scene: Scene) -> None:
    add = (
        "INSERT INTO registry.code_mapping (unit_code, code_list, local_code, national_code,"
        " reason, state, proposed_by, proposed_at)"
        " VALUES (:unit, 'x', 'CV-1', '01', 'Một lẽ.', 'proposed', :by, now())"
    )
    decide = "UPDATE registry.code_mapping SET state = 'approved', decided_by = :by,"
    decide += " decided_at = now() WHERE local_code = 'CV-1'"
    lan, dung = scene.signed_in("lan"), scene.signed_in("dung")

    assert refusal(lan, add, unit=THEIRS, by="lan")[0] == REFUSED
    assert refusal(lan, add, unit=OURS, by="minh")[0] == REFUSED
    assert refusal(dung, add, unit=OURS, by="dung")[0] == REFUSED
    assert refusal(lan, add, unit=OURS, by="lan") == ("", "")
    assert refusal(lan, decide, by="lan")[0] in (REFUSED, CHECK)
    assert refusal(dung, decide, by="lan")[0] in (REFUSED, CHECK)
    assert changed(scene.signed_in("minh"), decide, by="minh") == 0
    assert changed(dung, decide, by="dung") == 1
    assert refusal(dung, "UPDATE registry.code_mapping SET national_code = '02'")[0] == REFUSED


def test_another_units_rows_cannot_be_changed_or_queued(scene: Scene) -> None:
    lan, theirs = scene.signed_in("lan"), scene.theirs
    queue = (
        "INSERT INTO quality.recheck (record_id, unit_code, why) VALUES (:id, :unit, 'x')"
        " ON CONFLICT (record_id) DO UPDATE SET why = 'x'"
    )

    assert changed(lan, "UPDATE quality.flag SET state = 'waived'") == 1
    assert changed(lan, "UPDATE quality.recheck SET why = 'mine'") == 1
    assert refusal(lan, "UPDATE quality.recheck SET unit_code = 'H29'")[0] == REFUSED
    for unit in (OURS, THEIRS):
        assert refusal(lan, queue, id=theirs.record, unit=unit)[0] == REFUSED
    assert refusal(lan, queue, id=scene.ours.record, unit=OURS) == ("", "")


SIGN = (
    "INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of)"
    " VALUES (:unit, :action, :actor, now(), '2026-11-23') RETURNING entry_id"
)


SIGNED = (
    ("lan", OURS, "flag_waived", "lan", True),
    ("lan", OURS, "flag_waived", "minh", False),
    ("lan", OURS, "flag_waived", "pipeline", False),
    ("lan", THEIRS, "flag_waived", "lan", False),
    ("lan", OURS, "snapshot_released", "lan", False),
    ("lan", OURS, "account_added", "lan", False),
    ("son", THEIRS, "snapshot_released", "son", True),
    ("son", THEIRS, "snapshot_admitted", "son", False),
    ("dung", THEIRS, "mapping_approved", "dung", True),
    ("dung", THEIRS, "snapshot_rejected", "dung", False),
)


def test_an_entry_of_the_ledger_is_signed_by_who_is_signed_in(scene: Scene) -> None:
    pages = {login: scene.signed_in(login) for login in ("lan", "son", "dung")}

    told = {
        case: refusal(pages[case[0]], SIGN, unit=case[1], action=case[2], actor=case[3])[0]
        for case in SIGNED
    }

    assert {case: state for case, state in told.items() if (state == "") != case[4]} == {}
    assert set(told.values()) <= {"", REFUSED, CHECK}


def test_only_an_engineer_decides_a_hold(scene: Scene) -> None:
    release = "UPDATE landing.snapshot SET state = 'released'"
    word = (
        "INSERT INTO quality.release (unit_code, rule_code, subject, part, part_of,"
        " snapshot_id, figures, actor, reason, released_at) SELECT 'H26', 'R-7', '', 1, 1,"
        " snapshot_id, '{}', :by, 'Một lẽ.', now() FROM landing.snapshot"
    )

    for login in ("lan", "minh", "dung"):
        assert changed(scene.signed_in(login), release) == 0
        assert refusal(scene.signed_in(login), word, by=login)[0] == REFUSED
    assert refusal(scene.signed_in("son"), "UPDATE landing.snapshot SET state = 'admitted'")[0]
    assert refusal(scene.signed_in("son"), word, by="lan")[0] == REFUSED
    assert refusal(scene.signed_in("son"), word, by="son") == ("", "")
    assert changed(scene.signed_in("son"), release) == 2


STEPS = """
    SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgname = 'allowed_step'
"""


def test_the_database_allows_the_steps_that_the_model_allows(scene: Scene) -> None:
    wanted = {
        "register.correction": NEXT_CORRECTION_STATES,
        "quality.waiver": NEXT_WAIVER_STATES,
        "registry.code_mapping": NEXT_MAPPING_STATES,
    }

    with scene.writer.transaction() as conn:
        found = {row[0]: row[1] for row in conn.execute(text(STEPS))}

    assert {name: set(re.findall(r"'(\w+>\w+)'", words)) for name, words in found.items()} == {
        name: {f"{state}>{after}" for state, states in table.items() for after in states}
        for name, table in wanted.items()
    }
