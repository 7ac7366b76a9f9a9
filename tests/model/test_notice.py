"""What a notice may be addressed to, and what a header gets."""

import pytest

from sync.model.errors import ConfigurationError
from sync.model.notice import NEXT_MAIL_STATES, MailState, one_line, plain_address

NO_MAILBOXES = (
    "",
    "phong-to-chuc.vn",
    "a@donvi.gov.vn, b@donvi.gov.vn",
    "Bà Lan <lan@donvi.gov.vn>",
    "lan@donvi.gov.vn\r\nBcc: x@example.com",
    "lan@donvi.gov.vn\x01",
    '"lan x"@donvi.gov.vn',
    "lan@[127.0.0.1]",
    "lan@đơnvị.vn",
    "lan@-donvi.vn",
    "@donvi.vn",
    f"lan@{'d' * 260}.vn",
)


@pytest.mark.parametrize("said", NO_MAILBOXES)
def test_what_is_not_one_plain_mailbox_is_refused_unquoted(said: str) -> None:
    with pytest.raises(ConfigurationError, match="not one plain mailbox") as told:
        plain_address(said)

    assert not said or said not in str(told.value)


def test_a_mailbox_is_written_in_small_letters_without_blanks_around() -> None:
    assert plain_address(" VanThu@So-NoiVu.HaNoi.gov.vn\n") == "vanthu@so-noivu.hanoi.gov.vn"


def test_a_mailbox_named_by_a_long_number_is_a_persons() -> None:
    with pytest.raises(ConfigurationError, match="may be a person's"):
        plain_address("0912345678@donvi.gov.vn")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Tỉnh Đắk Lắk", "Tỉnh Đắk Lắk"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u2028b\u0085c\x0bd", "a b c d"),
        ("a\u202eb\u200bc\x00d\x1b", "abcd"),
        ("  ", ""),
    ],
)
def test_a_header_gets_one_line_without_hidden_signs(said: str, kept: str) -> None:
    assert one_line(said) == kept


def test_only_a_queued_mail_moves() -> None:
    movable = {state for state, following in NEXT_MAIL_STATES.items() if following}

    assert movable == {MailState.QUEUED}
