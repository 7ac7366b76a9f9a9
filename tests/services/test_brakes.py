"""The first brake: who stops, who passes, and what a person may say."""

import pytest
from sqlalchemy import text

from sync.model.errors import ConfigurationError, IllegalTransitionError, NotFoundError
from sync.services.hold import reject_snapshot, release_snapshot
from sync.services.status import build_status
from sync.services.sync import finish_snapshot
from tests.services.village import A, Village

MANY = 53
LIMIT = 50  # max(50, 5% of 53)
WHY = "The school was closed by decision 12; all went to the provinces."


@pytest.fixture
def full(village: Village) -> Village:
    """A unit with some more people than may vanish at once."""
    village.add(A, MANY)
    village.wave()
    assert village.counts(A)["live_after"] == MANY
    return village


def _leave(village: Village, count: int) -> None:
    del village.houses[A].people[MANY - count :]


def _entries(village: Village) -> list[tuple[str, str, str]]:
    return village.rows(
        "SELECT action, actor, coalesce(figures->>'reason', '') FROM ledger.entry"
        " WHERE action NOT IN ('snapshot_sealed') ORDER BY entry_id"
    )


def test_an_answer_with_nobody_is_held(full: Village) -> None:
    before = full.typed_rows()
    _leave(full, MANY)

    result = full.wave()

    assert result["outcomes"] == {"held": 1}
    assert full.newest(A)[1] == "held"
    assert full.word(A) == (
        "held",
        f"A complete delivery names nobody ({MANY} dossiers live now); on hold until a person"
        " decides.",
    )
    assert full.typed_rows() == before


def test_a_first_answer_with_nobody_is_held_too(village: Village) -> None:
    village.add(A, 0)

    village.wave()

    assert village.newest(A)[1] == "held"


def test_one_more_than_the_limit_is_held(full: Village) -> None:
    before = full.typed_rows()
    _leave(full, LIMIT + 1)

    full.wave()

    assert full.word(A) == (
        "held",
        f"The delivery lacks {LIMIT + 1} of {MANY} live people (limit {LIMIT}); on hold.",
    )
    assert full.typed_rows() == before


def test_exactly_the_limit_passes(full: Village) -> None:
    _leave(full, LIMIT)

    full.wave()

    counts = full.counts(A)
    assert full.word(A)[0] == "admitted"
    assert (counts["live_before"], counts["left_count"], counts["live_after"]) == (MANY, 50, 3)


@pytest.mark.parametrize(("leaving", "state"), [(5, "admitted"), (6, "held")])
def test_of_many_people_a_share_may_go(full: Village, leaving: int, state: str) -> None:
    full.limit(A, "XO008", count=1, ratio=0.1)  # of 53: five
    _leave(full, leaving)

    full.wave()

    assert full.newest(A)[1] == state


def test_who_ends_by_decision_has_not_vanished(full: Village) -> None:
    for position in range(LIMIT + 1):
        full.houses[A].main(position)["trang_thai"] = "10"
    full.limit(A, "SNP005", ratio=1)  # the decisions that should go with it are missing

    full.wave()

    assert full.newest(A)[1] == "admitted"
    assert full.counts(A)["live_after"] == MANY - LIMIT - 1


def _released(village: Village, snapshot_id: int) -> dict[str, int | str]:
    release_snapshot(snapshot_id, actor="Mai", reason=WHY, db=village.db, clock=village.clock)
    return finish_snapshot(snapshot_id, db=village.db, clock=village.clock)


def test_a_released_answer_is_admitted_and_the_reason_stands_in_the_ledger(
    full: Village,
) -> None:
    _leave(full, LIMIT + 1)
    full.wave()
    snapshot_id = full.newest(A)[0]

    result = _released(full, snapshot_id)

    counts = full.counts(A)
    assert result["outcome"] == "admitted"
    assert _entries(full)[-3:] == [
        ("snapshot_held", "pipeline", ""),
        ("snapshot_released", "Mai", WHY),
        ("snapshot_admitted", "pipeline", ""),
    ]
    assert (counts["received"], counts["unchanged"]) == (2, 2)
    assert (counts["live_before"], counts["left_count"], counts["live_after"]) == (MANY, 51, 2)


def test_a_returned_answer_changes_nothing_and_shows(full: Village) -> None:
    before = full.typed_rows()
    _leave(full, LIMIT + 1)
    full.wave()
    snapshot_id = full.newest(A)[0]

    reject_snapshot(snapshot_id, actor="Mai", reason=WHY, db=full.db, clock=full.clock)

    unit = next(
        each
        for each in build_status(db=full.db, clock=full.clock)["units"]
        if each["unit_code"] == A
    )
    assert full.newest(A) == (snapshot_id, "rejected")
    assert _entries(full)[-1] == ("snapshot_rejected", "Mai", WHY)
    assert full.typed_rows() == before
    assert (unit["level"], unit["live"]) == (1, MANY)
    assert unit["reason"] == "Lần gửi mới nhất đã bị trả lại; đơn vị cần gửi lại."


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_no_word_without_a_reason(full: Village, reason: str) -> None:
    _leave(full, MANY)
    full.wave()
    snapshot_id = full.newest(A)[0]

    for decide in (release_snapshot, reject_snapshot):
        with pytest.raises(ConfigurationError, match="A reason is needed"):
            decide(snapshot_id, actor="Mai", reason=reason, db=full.db, clock=full.clock)

    assert full.newest(A)[1] == "held"


def test_only_what_is_held_can_be_decided_and_the_refusal_says_what_is_possible(
    full: Village,
) -> None:
    admitted = full.newest(A)[0]
    with pytest.raises(IllegalTransitionError, match="Possible: nothing, it is final"):
        release_snapshot(admitted, actor="Mai", reason=WHY, db=full.db, clock=full.clock)
    with pytest.raises(NotFoundError, match="no snapshot 4711"):
        reject_snapshot(4711, actor="Mai", reason=WHY, db=full.db, clock=full.clock)
    _leave(full, MANY)
    full.wave()
    held = full.newest(A)[0]
    release_snapshot(held, actor="Mai", reason=WHY, db=full.db, clock=full.clock)

    with pytest.raises(IllegalTransitionError, match="Possible: admitted, failed"):
        reject_snapshot(held, actor="Mai", reason=WHY, db=full.db, clock=full.clock)
    assert len(_entries(full)) == 3  # admitted, held, released: a refusal leaves no trace


def test_a_newer_answer_takes_the_place_of_a_held_one(full: Village) -> None:
    people = list(full.houses[A].people)
    _leave(full, MANY)
    full.wave()
    held = full.newest(A)[0]
    full.houses[A].people = people

    full.wave()

    assert full.newest(A)[1] == "admitted"
    assert full.one("SELECT state FROM landing.snapshot WHERE snapshot_id = :id", id=held) == (
        "superseded"
    )
    with pytest.raises(IllegalTransitionError, match="superseded"):
        release_snapshot(held, actor="Mai", reason=WHY, db=full.db, clock=full.clock)


def test_a_total_that_disagreed_can_be_let_through(village: Village) -> None:
    house = village.add(A, 4)
    house.announced = 5
    village.wave()
    snapshot_id, state = village.newest(A)
    assert state == "held"
    assert village.register() == []

    result = _released(village, snapshot_id)

    assert result["outcome"] == "admitted"
    assert village.counts(A)["live_after"] == 4


def test_a_released_answer_is_admitted_by_the_next_wave_too(full: Village) -> None:
    _leave(full, MANY)
    full.wave()
    snapshot_id = full.newest(A)[0]
    release_snapshot(snapshot_id, actor="Mai", reason=WHY, db=full.db, clock=full.clock)
    with full.db.transaction() as conn:
        conn.execute(text("UPDATE registry.source SET address = 'http://127.0.0.1:1/'"))

    full.wave()

    assert full.newest(A) == (snapshot_id, "admitted")
    assert full.counts(A)["live_after"] == 0
