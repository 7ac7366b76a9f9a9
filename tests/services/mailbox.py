"""A real mail server on loopback that keeps what it takes and can be told to refuse."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 taken"
HANG_UP = "hang up"


@dataclass
class Taken:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]  # the default policy makes these

    def text(self, kind: str = "plain") -> str:
        """One of its two texts."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class Mailbox:
    """Answers by recipient (`refuse`), hooks while data come; `taken` in order."""

    options: dict[str, Any] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    sender_answer: str = TAKEN
    during_data: Callable[[], str] = lambda: TAKEN
    connections: int = 0
    _controller: Controller | None = None
    port: int = 0

    def open(self) -> "Mailbox":
        """Listen; again after `close` on the same port."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=20, **self.options
        )
        self._controller.start()
        return self

    def close(self) -> None:
        """Nobody answers any more."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def addressed(self) -> list[str]:
        """Who got mail, in order of address."""
        return sorted(address for mail in self.taken for address in mail.recipients)

    async def handle_EHLO(  # noqa: N802 - the library's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        answers: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return answers

    async def handle_MAIL(  # noqa: N802 - the library's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.sender_answer == TAKEN:
            envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        answer = self.refuse.get(address, TAKEN)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        answer = self.during_data()
        if answer == HANG_UP:
            server.transport.abort()
        if answer == TAKEN:
            self.taken.append(
                Taken(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.content))
            )
        return answer
