"""Mail: one message of a notice, and one connection to the mail server for many of them.

Of what the server says only the code is kept: its words and the library's errors quote
addresses.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from html import escape

from sync.model.errors import ConfigurationError, SourceUnavailableError, SyncError
from sync.model.notice import is_address
from sync.services.secrets import find_secret
from sync.settings import get_settings
from sync.store.outbox import Mail

PASSWORD = "smtp_password"  # noqa: S105 - the name of a secret file
TAKEN, GONE, CLOSING = 250, 0, 421
REFUSED_FOR_GOOD = 500
LOOPBACK = ("127.0.0.1", "::1", "localhost")
LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    sender: str
    user: str
    password: str = field(repr=False)
    tls: str
    timeout_s: float

    @property
    def domain(self) -> str:
        """The sender's domain: names our messages and lists."""
        return self.sender.partition("@")[2]


def find_mail_server() -> MailServer | None:
    """The mail server as set; None: nobody set one, so nothing is sent.

    Raises:
        ConfigurationError: a setting is missing, or would send the password in the clear.
    """
    settings = get_settings()
    if not settings.smtp_host:
        return None
    if not is_address(settings.smtp_from):
        raise ConfigurationError(
            "CBCCVC_SMTP_FROM is not one plain mailbox: name the sender's, without a name."
        )
    if (
        settings.smtp_user
        and settings.smtp_tls == "none"
        and settings.smtp_host not in LOOPBACK
    ):
        raise ConfigurationError(
            "CBCCVC_SMTP_TLS=none would send the password in the clear: use starttls or tls."
        )
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from.lower(),
        user=settings.smtp_user,
        password=(find_secret(PASSWORD) or "") if settings.smtp_user else "",
        tls=settings.smtp_tls,
        timeout_s=settings.smtp_timeout_s,
    )


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """One signed-in connection, closed at the end.

    Raises:
        SourceUnavailableError: the server does not answer now.
        ConfigurationError: its certificate, or our sign-in, is not accepted.
    """
    found = _connect(server)
    if isinstance(found, SyncError):
        raise found
    try:
        yield found
    finally:
        found.close()  # what was handed over is settled; a QUIT could only hang


def _connect(server: MailServer) -> smtplib.SMTP | SyncError:
    """A connection, or why there is none; as a value, so that no error quotes the server."""
    client: smtplib.SMTP | None = None
    try:
        client = _open(server)
        _introduce(client, server)
    except ssl.SSLCertVerificationError:
        why: SyncError = ConfigurationError(
            "The mail server's certificate is not trusted: check CBCCVC_SMTP_HOST, or name its"
            " authority in SSL_CERT_FILE."
        )
    except smtplib.SMTPNotSupportedError:
        why = ConfigurationError(
            "The mail server offers no STARTTLS or no sign-in: check CBCCVC_SMTP_TLS and"
            " CBCCVC_SMTP_PORT."
        )
    except smtplib.SMTPResponseException as refused:
        why = _refusal(refused.smtp_code)
    except (smtplib.SMTPException, OSError):
        why = _refusal(GONE)
    else:
        return client
    if client is not None:
        client.close()
    return why


def _open(server: MailServer) -> smtplib.SMTP:
    # Our own name is the sender's domain: to look up the machine's could take a minute.
    if server.tls == "tls":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=server.domain,
            timeout=server.timeout_s,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(
        server.host, server.port, local_hostname=server.domain, timeout=server.timeout_s
    )


def _introduce(client: smtplib.SMTP, server: MailServer) -> None:
    if server.tls == "starttls":
        client.starttls(context=ssl.create_default_context())
    client.ehlo_or_helo_if_needed()
    if server.user:
        client.login(server.user, server.password)


def _refusal(code: int) -> SyncError:
    if code >= REFUSED_FOR_GOOD:
        return ConfigurationError(
            f"The mail server refuses us ({code}): check CBCCVC_SMTP_USER, CBCCVC_SMTP_FROM"
            f" and the secret {PASSWORD}."
        )
    return went_away()


def went_away() -> SourceUnavailableError:
    """What to say when the server is gone; what was not sent stays queued."""
    return SourceUnavailableError(
        "The mail server does not answer now: check CBCCVC_SMTP_HOST and CBCCVC_SMTP_PORT."
    )


def hand_over(client: smtplib.SMTP, server: MailServer, mail: Mail, at: datetime) -> int:
    """The server's answer to one mail: 250, 4xx, 5xx, or 0 where it went away.

    Raises:
        ConfigurationError: it refuses the sender, which is not the mail's fault.
    """
    message = compose(mail, server, at)
    try:
        client.sendmail(server.sender, [mail.email], message)
    except smtplib.SMTPRecipientsRefused as refused:
        return int(next(iter(refused.recipients.values()))[0])
    except smtplib.SMTPSenderRefused as refused:
        code, is_ours = refused.smtp_code, refused.smtp_code >= REFUSED_FOR_GOOD
    except smtplib.SMTPResponseException as refused:
        code, is_ours = refused.smtp_code, False
    except (smtplib.SMTPException, OSError):
        return GONE
    else:
        return TAKEN
    if is_ours:
        raise _refusal(code)
    return max(code, GONE)


def compose(mail: Mail, server: MailServer, at: datetime) -> bytes:
    """The message: Vietnamese first, English below, as text and as simple HTML.

    Made of the older classes: the newer ones lose a blank where a long subject is folded.
    """
    letter = mail.letter
    message = MIMEMultipart("alternative")
    message["From"] = server.sender
    message["To"] = mail.email
    subject = Header(letter.subject, "utf-8", header_name="Subject")
    message["Subject"] = subject  # type: ignore[assignment]  # the older classes take it
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.message_key}@{server.domain}>"
    message["List-Id"] = f"<{mail.kind}.{mail.unit_code.lower()}.notices.{server.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "vi, en"
    plain = f"{letter.body_vi}\n--\n\n{letter.body_en}"
    page = (
        f'<!DOCTYPE html>\n<html lang="vi">\n<head><meta charset="utf-8">'
        f"<title>{escape(letter.subject)}</title></head>\n<body>\n"
        f"{as_html(letter.body_vi)}<hr>\n"
        f'<div lang="en">\n{as_html(letter.body_en)}</div>\n</body>\n</html>\n'
    )
    message.attach(MIMEText(plain, "plain", "utf-8"))
    message.attach(MIMEText(page, "html", "utf-8"))  # the last one is the one that is shown
    return message.as_bytes(policy=compat32.clone(linesep="\r\n"))


def as_html(body: str) -> str:
    """Paragraphs, lists and links of a plain text; everything else is escaped."""
    parts = [_block(block.splitlines()) for block in body.strip().split("\n\n")]
    return "".join(parts)


def _block(lines: list[str]) -> str:
    said = "".join(f"<p>{_linked(line)}</p>\n" for line in lines if not line.startswith("- "))
    rows = "".join(f"<li>{_linked(line[2:])}</li>\n" for line in lines if line.startswith("- "))
    return said + (f"<ul>\n{rows}</ul>\n" if rows else "")


def _linked(line: str) -> str:
    shown, end = "", 0
    for link in LINK.finditer(line):
        address = escape(link[0], quote=True)
        shown += f'{escape(line[end : link.start()])}<a href="{address}">{address}</a>'
        end = link.end()
    return shown + escape(line[end:])
