"""Tables of what people decide: complete, passable only as they say, and every path ends."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from sync.model.desk import (
    NEXT_CORRECTION_STATES,
    NEXT_FLAG_STATES,
    NEXT_MAPPING_STATES,
    NEXT_WAIVER_STATES,
    CorrectionState,
    FlagState,
    MappingState,
    WaiverState,
    check_step,
)
from sync.model.errors import IllegalTransitionError

Table = Mapping[StrEnum, frozenset[StrEnum]]
TABLES = [
    (FlagState, NEXT_FLAG_STATES),
    (CorrectionState, NEXT_CORRECTION_STATES),
    (WaiverState, NEXT_WAIVER_STATES),
    (MappingState, NEXT_MAPPING_STATES),
]


@pytest.mark.parametrize(("states", "table"), TABLES)
def test_every_state_can_come_to_an_end(states: type[StrEnum], table: Table) -> None:
    ending = {state for state, following in table.items() if not following}
    while True:
        more = {s for s, following in table.items() if following & ending} | ending
        if more == ending:
            break
        ending = more

    assert set(table) == set(states) == ending


@pytest.mark.parametrize(("states", "table"), TABLES)
def test_a_step_passes_if_and_only_if_the_table_allows_it(
    states: type[StrEnum], table: Table
) -> None:
    for state in states:
        for wanted in states:
            if wanted in table[state]:
                check_step("It", state, wanted, table)
                continue
            with pytest.raises(IllegalTransitionError) as refused:
                check_step("It", state, wanted, table)
            said = str(refused.value)
            assert all(possible in said for possible in table[state])
            assert table[state] or "nothing, it is final" in said
