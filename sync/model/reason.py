"""Why a person decided so, in their own words; kept for ever, so it must name nobody."""

import re

from sync.model.errors import ConfigurationError

NUMBER = re.compile(r"\d(?:[ .\-]?\d){8,}")  # identity, insurance and telephone numbers


def stated_reason(reason: str) -> str:
    """The reason without blanks around it.

    Raises:
        ConfigurationError: there is none, or it quotes a number of nine or more digits.
    """
    said = reason.strip()
    if not said:
        raise ConfigurationError("A reason is needed: say in one sentence why, with --reason.")
    if NUMBER.search(said):
        raise ConfigurationError(
            "The reason quotes a number that may be a person's: say why without it."
        )
    return said
