"""The table of states is complete, and every order of allowed moves comes to an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.model.errors import IllegalTransitionError
from sync.model.states import (
    NEXT_SNAPSHOT_STATES,
    SOURCE_REASONS,
    Level,
    Outcome,
    SnapshotState,
    check_move,
)

FINAL = {state for state, allowed in NEXT_SNAPSHOT_STATES.items() if not allowed}


def test_every_state_has_its_next_states() -> None:
    assert set(NEXT_SNAPSHOT_STATES) == set(SnapshotState)
    assert {
        SnapshotState.ADMITTED,
        SnapshotState.REJECTED,
        SnapshotState.SUPERSEDED,
        SnapshotState.FAILED,
    } == FINAL


@given(st.sampled_from(SnapshotState), st.sampled_from(SnapshotState))
def test_a_move_passes_if_and_only_if_the_table_allows_it(
    state: SnapshotState, wanted: SnapshotState
) -> None:
    allowed = NEXT_SNAPSHOT_STATES[state]
    if wanted in allowed:
        check_move(7, state, wanted)
        return
    with pytest.raises(IllegalTransitionError) as refusal:
        check_move(7, state, wanted)
    said = str(refusal.value)
    assert said.startswith(f"Snapshot 7 is {state} and cannot become {wanted}.")
    assert all(choice in said for choice in allowed)
    assert ("it is final" in said) == (state in FINAL)


def test_every_state_can_come_to_an_end_and_be_superseded_before() -> None:
    for state in set(SnapshotState) - FINAL:
        seen, open_states = set(), {state}
        while open_states:
            seen |= open_states
            following = {s for each in open_states for s in NEXT_SNAPSHOT_STATES[each]}
            open_states = following - seen
        assert seen & FINAL
        assert SnapshotState.SUPERSEDED in NEXT_SNAPSHOT_STATES[state]


def test_levels_rise_and_only_a_source_can_be_the_reason_of_its_own_failure() -> None:
    assert [level.number for level in Level] == [0, 1, 2, 3, 4, 5]
    assert Outcome.FAILED not in SOURCE_REASONS
    assert Outcome.HELD not in SOURCE_REASONS
