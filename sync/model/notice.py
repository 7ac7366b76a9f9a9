"""Notices to the office of a unit: kinds, states of a mail, what an address may look like."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from sync.model.errors import ConfigurationError

MAILBOX = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
LONGEST_ADDRESS = 254
LONG_NUMBER = re.compile(r"\d{9}")  # a telephone or identity number names a person


class NoticeKind(StrEnum):
    """What a notice is about."""

    DIGEST = "digest"  # once a day: what waits for the unit
    LEVEL = "level"  # the unit stands lower than the day before
    HOLD = "hold"  # a delivery was stopped by a brake


class MailState(StrEnum):
    """Where one mail to one address stands."""

    QUEUED = "queued"  # waits for its first or next try
    SENT = "sent"  # the mail server took it
    FAILED = "failed"  # the mail server refused it for good, or its time was over
    DROPPED = "dropped"  # not wanted any more before it could be sent


NEXT_MAIL_STATES: Mapping[MailState, frozenset[MailState]] = {
    MailState.QUEUED: frozenset(
        {MailState.QUEUED, MailState.SENT, MailState.FAILED, MailState.DROPPED}
    ),
    MailState.SENT: frozenset(),
    MailState.FAILED: frozenset(),
    MailState.DROPPED: frozenset(),
}


def plain_address(said: str) -> str:
    """One mailbox in small letters.

    Raises:
        ConfigurationError: it is none, several, or one named by a long number; never quotes it.
    """
    address = said.strip().lower()
    if not is_address(address):
        raise ConfigurationError(
            "The address is not one plain mailbox: give one such as vanthu@donvi.gov.vn."
        )
    if LONG_NUMBER.search(address):
        raise ConfigurationError(
            "The address has a number that may be a person's: give a mailbox of the office."
        )
    return address


def is_address(said: str) -> bool:
    """Whether this is one plain mailbox, which no header can be broken with."""
    return len(said) <= LONGEST_ADDRESS and bool(MAILBOX.fullmatch(said.lower()))


def one_line(text: str) -> str:
    """The text on one line, without control and direction characters: fit for a header."""
    kept = (c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join("".join(kept).split())
