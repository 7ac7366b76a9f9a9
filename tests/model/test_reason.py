"""A reason is kept for ever: it says why, and names nobody by number."""

import pytest

from sync.model.errors import ConfigurationError
from sync.model.reason import stated_reason


@pytest.mark.parametrize(
    "said",
    ["Công văn 1234/SNV-TCCB ngày 12/11/2026", "311 records in 2 rooms, since 2024-2025"],
)
def test_letters_and_days_may_be_named(said: str) -> None:
    assert stated_reason(f"  {said} ") == said


@pytest.mark.parametrize("said", ["", "  ", "người 001099000123", "tel. 0912 345 678"])
def test_no_reason_and_a_persons_number_are_refused(said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        stated_reason(said)

    assert not any(sign.isdigit() for sign in str(refused.value))
