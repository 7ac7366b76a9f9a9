"""What is queued is handed to a real mail server: once, to the unit alone."""

import io
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sync.logs import configure_logs
from sync.model.errors import ConfigurationError, DatabaseRefusedError, SourceUnavailableError
from sync.services import notify
from sync.services.notice_book import end_address, list_mails
from sync.settings import get_settings
from sync.store.database import Database
from tests.conftest import Urls
from tests.services.mailbox import HANG_UP, TAKEN, Mailbox
from tests.services.notice_desk import MAI, OFFICE, TODAY, Desk
from tests.services.village import A, B, Village
from tests.sources.test_http import own_certificate
from tests.telling import everything_told

SENDER = "thongbao@cbccvc.example.vn"
OTHER = "tochuc@donvi-b.gov.vn"
SENT = {"sent": 1, "later": 0, "failed": 0, "dropped": 0, "waiting": 0}


@pytest.fixture
def desk(village: Village) -> Desk:
    return Desk(village)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, home: Path) -> Callable[..., None]:
    """Sets CBCCVC_... anew: `settings(smtp_host="127.0.0.1")`."""

    def choose(**chosen: object) -> None:
        for name, value in chosen.items():
            monkeypatch.setenv(f"CBCCVC_{name}".upper(), str(value))
        get_settings.cache_clear()

    return choose


@pytest.fixture
def mailbox(settings: Callable[..., None]) -> Iterator[Mailbox]:
    made = Mailbox().open()
    settings(
        smtp_host="127.0.0.1", smtp_port=made.port, smtp_from=SENDER, smtp_tls="none",
        smtp_timeout_s=5, portal_url="https://cbccvc.example.vn",
    )  # fmt: skip
    yield made
    made.close()


def send(desk: Desk) -> dict[str, int]:
    return notify.send_notices(**desk.tools)


def test_a_mail_goes_to_one_address_of_the_unit_alone(desk: Desk, mailbox: Mailbox) -> None:
    desk.address(A, OFFICE)
    desk.address(A, "tochuc@donvi-a.gov.vn")
    desk.address(B, OTHER)
    notify.queue_digests(**desk.tools)

    counts = send(desk)

    assert counts == SENT | {"sent": 3}
    assert mailbox.addressed() == ["tochuc@donvi-a.gov.vn", OTHER, OFFICE]
    for mail in mailbox.taken:
        unit = B if OTHER in mail.recipients else A
        assert (mail.message["To"],) == mail.recipients
        assert f"({unit})" in mail.text()
        assert f"({A if unit == B else B})" not in mail.text()


def test_many_mails_need_one_connection_and_none_needs_none(
    desk: Desk, mailbox: Mailbox
) -> None:
    idle = send(desk), mailbox.connections
    for unit in (A, B):
        desk.address(unit)
    notify.queue_digests(**desk.tools)
    send(desk)

    assert idle == (SENT | {"sent": 0}, 0)
    assert (len(mailbox.taken), mailbox.connections) == (2, 1)


def test_a_mail_says_who_made_it_in_both_languages_as_text_and_as_html(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.address()
    desk.flag("block")
    notify.queue_digests(**desk.tools)
    send(desk)

    [mail] = mailbox.taken
    message, plain, page = mail.message, mail.text(), mail.text("html")
    assert mail.sender == message["From"] == SENDER
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == f"<digest.{A.lower()}.notices.cbccvc.example.vn>"
    assert message["Content-Language"] == "vi, en"
    assert message["Date"].datetime.isoformat().startswith("2026-11-23T12:00:00")
    assert message["Message-ID"].endswith("@cbccvc.example.vn>")
    assert "việc cần xử lý ngày 23/11/2026" in str(message["Subject"])
    assert message.get_content_type() == "multipart/alternative"
    assert plain.index("- Chặn: 1") < plain.index("- Blocking: 1")
    assert '<html lang="vi">' in page
    assert page.index("<li>Chặn: 1</li>") < page.index('<div lang="en">')
    link = f"https://cbccvc.example.vn/viec?unit={A}"
    assert f'<a href="{link}">{link}</a>' in page
    assert mail.raw.isascii()


def test_what_was_sent_is_not_sent_again(desk: Desk, mailbox: Mailbox) -> None:
    desk.address()
    for _ in range(3):
        notify.queue_digests(**desk.tools)
        send(desk)

    assert mailbox.addressed() == [OFFICE]
    assert [state for *_, state, _ in desk.mails()] == ["sent"]


def test_two_senders_at_once_send_each_mail_once(desk: Desk, mailbox: Mailbox) -> None:
    for number in range(12):
        desk.address(A, f"phong{number}@donvi-a.gov.vn")
    notify.queue_digests(**desk.tools)
    gate = threading.Barrier(3)

    def run() -> None:
        gate.wait()
        send(desk)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert mailbox.addressed() == sorted(f"phong{n}@donvi-a.gov.vn" for n in range(12))
    assert {state for *_, state, _ in desk.mails()} == {"sent"}


def test_a_mail_whose_taking_was_forgotten_in_a_crash_comes_again_under_the_same_name(
    desk: Desk, mailbox: Mailbox, urls: Urls
) -> None:
    desk.address()
    desk.address(B, OTHER)
    notify.queue_digests(**desk.tools)
    sender = Database.connect(urls("sync_writer"))

    def cut() -> str:
        desk.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE state = 'idle in transaction' AND query LIKE '%notice_mail%'"
        )
        return TAKEN

    mailbox.during_data = cut
    with pytest.raises(DatabaseRefusedError):
        notify.send_notices(db=sender, clock=desk.village.clock)
    sender.close()
    mailbox.during_data = lambda: TAKEN
    send(desk)

    names = [(mail.recipients[0], str(mail.message["Message-ID"])) for mail in mailbox.taken]
    assert len(names) == 3
    assert len(set(names)) == 2  # nothing was lost, and the repeat can be told
    assert names[0] == names[1]


def test_a_server_that_says_later_is_asked_again_after_a_pause(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.address()
    desk.address(B, OTHER)
    notify.queue_digests(**desk.tools)
    mailbox.refuse[OFFICE] = "450 try again later"
    first = send(desk)
    at_once = send(desk)
    mailbox.refuse.clear()
    at = desk.village.clock() + timedelta(minutes=16)
    third = notify.send_notices(db=desk.village.db, clock=lambda: at)

    assert first == SENT | {"later": 1}
    assert at_once == SENT | {"sent": 0}
    assert third == SENT
    assert mailbox.addressed() == [OTHER, OFFICE]
    found = {mail["email"]: mail for mail in list_mails(db=desk.village.db)}
    assert (found[OFFICE]["attempts"], found[OFFICE]["smtp_code"]) == (2, 250)


def test_pauses_grow_until_the_news_is_old(desk: Desk, mailbox: Mailbox) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)
    mailbox.refuse[OFFICE] = "451 not now"
    began = desk.village.clock()
    tries = []
    for quarter in range(4 * 24 * 4):
        at = began + timedelta(minutes=15 * quarter)
        if notify.send_notices(db=desk.village.db, clock=lambda at=at: at)["later"]:
            tries.append(quarter)

    pauses = [after - before for before, after in zip(tries, tries[1:], strict=False)]
    [mail] = list_mails(db=desk.village.db)
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert set(pauses[5:]) == {24}
    assert (mail["state"], mail["note"], mail["smtp_code"]) == ("failed", "too_old", 451)
    assert mailbox.taken == []


def test_a_mail_that_is_refused_for_good_is_kept_with_its_code_and_stops_no_other(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.address()
    desk.address(B, OTHER)
    notify.queue_digests(**desk.tools)
    mailbox.refuse[OFFICE] = "550 no such mailbox"

    first, again = send(desk), send(desk)

    assert first == SENT | {"failed": 1}
    assert again == SENT | {"sent": 0}
    found = {mail["email"]: mail for mail in list_mails(db=desk.village.db)}
    assert (found[OFFICE]["state"], found[OFFICE]["smtp_code"]) == ("failed", 550)
    assert found[OTHER]["state"] == "sent"


@pytest.mark.parametrize(
    ("answer", "state"), [("452 disk full", "queued"), ("554 not wanted", "failed")]
)
def test_a_refusal_after_the_data_counts_like_one_before(
    desk: Desk, mailbox: Mailbox, answer: str, state: str
) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)
    mailbox.during_data = lambda: answer

    send(desk)

    [mail] = list_mails(db=desk.village.db)
    assert (mail["state"], mail["smtp_code"]) == (state, int(answer[:3]))


def test_a_server_that_is_gone_loses_nothing(desk: Desk, mailbox: Mailbox) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)
    mailbox.close()
    with pytest.raises(SourceUnavailableError, match="CBCCVC_SMTP_HOST"):
        send(desk)
    [mail] = list_mails(db=desk.village.db)
    mailbox.open()

    assert (mail["state"], mail["attempts"]) == ("queued", 0)
    assert send(desk) == SENT
    assert mailbox.addressed() == [OFFICE]


@pytest.mark.parametrize("answer", ["421 closing", "nonsense", HANG_UP])
def test_a_server_that_goes_away_half_way_gets_the_rest_later(
    desk: Desk, mailbox: Mailbox, answer: str
) -> None:
    for number in range(3):
        desk.address(A, f"phong{number}@donvi-a.gov.vn")
    notify.queue_digests(**desk.tools)
    answers = iter([TAKEN, answer])
    mailbox.during_data = lambda: next(answers, TAKEN)

    with pytest.raises(SourceUnavailableError):
        send(desk)
    states = sorted(mail["state"] for mail in list_mails(db=desk.village.db))
    at = desk.village.clock() + timedelta(minutes=20)
    notify.send_notices(db=desk.village.db, clock=lambda: at)

    assert states == ["queued", "queued", "sent"]
    assert mailbox.addressed() == [f"phong{n}@donvi-a.gov.vn" for n in range(3)]


def test_a_server_that_never_speaks_is_given_up(
    desk: Desk, settings: Callable[..., None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings(
            smtp_host="127.0.0.1", smtp_port=silent.getsockname()[1], smtp_from=SENDER,
            smtp_tls="none", smtp_timeout_s=0.3,
        )  # fmt: skip
        desk.address()
        notify.queue_digests(**desk.tools)

        with pytest.raises(SourceUnavailableError):
            send(desk)


def test_a_sender_that_is_refused_is_a_setting_and_no_mail_pays_for_it(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)
    mailbox.sender_answer = "553 not from here"

    with pytest.raises(ConfigurationError, match=r"\(553\).*CBCCVC_SMTP_FROM"):
        send(desk)

    [mail] = list_mails(db=desk.village.db)
    assert (mail["state"], mail["attempts"]) == ("queued", 0)


def test_without_a_mail_server_nothing_is_sent_and_that_is_said_once(
    desk: Desk, home: Path, log: io.StringIO
) -> None:
    for unit in (A, B):
        desk.address(unit)
    notify.queue_digests(**desk.tools)

    counts = send(desk)

    assert counts == SENT | {"sent": 0, "waiting": 2}
    assert log.getvalue().count("no_mail_server") == 1
    assert {state for *_, state, _ in desk.mails()} == {"queued"}


def test_silence_an_ended_address_and_a_newer_digest_stop_what_is_queued(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.address(A, OFFICE)
    desk.address(A, "cu@donvi-a.gov.vn")
    desk.level(3, TODAY - timedelta(days=1))
    desk.level(1, TODAY)
    notify.queue_due(**desk.tools)
    desk.village.day = 1
    notify.queue_digests(**desk.tools)
    desk.silence("level", TODAY + timedelta(days=1))
    end_address(A, "CU@donvi-a.gov.vn", actor=MAI, **desk.tools)

    counts = send(desk)

    assert counts == SENT | {"dropped": 5}
    assert sorted(tuple(mail[1:]) for mail in desk.mails()) == [
        ("digest", "cu@donvi-a.gov.vn", "dropped", "address_ended"),
        ("digest", "cu@donvi-a.gov.vn", "dropped", "address_ended"),
        ("digest", OFFICE, "dropped", "superseded"),
        ("digest", OFFICE, "sent", ""),
        ("level", "cu@donvi-a.gov.vn", "dropped", "muted"),
        ("level", OFFICE, "dropped", "muted"),
    ]  # fmt: skip
    assert mailbox.addressed() == [OFFICE]
    assert "24/11/2026" in str(mailbox.taken[0].message["Subject"])


@pytest.mark.parametrize("state", ["sent", "failed", "dropped"])
def test_the_database_keeps_a_mail_that_is_settled(desk: Desk, state: str) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)
    desk.run(
        "UPDATE registry.notice_mail SET state = :state, note = 'muted', sent_at ="
        " CASE WHEN :state = 'sent' THEN now() END",
        state=state,
    )

    with pytest.raises(DatabaseRefusedError, match="final_mail_stays"):
        desk.run("UPDATE registry.notice_mail SET state = 'queued', sent_at = NULL")


SPOILT = "Tỉnh\r\nBcc: ke-gian@example.com\r\n\r\n<script>alert(1)</script>\u202e\u2028& Co"
SUBJECT = "Tỉnh Bcc: ke-gian@example.com <script>alert(1)</script> & Co ("


def test_a_units_name_breaks_neither_header_nor_page(desk: Desk, mailbox: Mailbox) -> None:
    desk.run("UPDATE registry.unit SET name_vi = :n, name_en = :n WHERE unit_code = :u",
             n=SPOILT, u=A)  # fmt: skip
    house = desk.village.add(A, 2)
    house.announced = 3
    desk.village.wave()
    desk.level(3, TODAY - timedelta(days=1))
    desk.address()
    notify.queue_due(**desk.tools)

    send(desk)

    assert len(mailbox.taken) == 3
    for mail in mailbox.taken:
        head = mail.raw.partition(b"\r\n\r\n")[0]
        subject = str(make_header(decode_header(str(mail.message["Subject"]))))
        assert mail.recipients == (OFFICE,)
        assert mail.message["Bcc"] is None
        assert b"\nBcc" not in head
        assert subject.startswith(SUBJECT)
        assert "\u202e" not in mail.text()
        assert "<script>" not in mail.text("html")
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in mail.text("html")


def test_the_database_refuses_a_subject_of_two_lines(desk: Desk) -> None:
    with pytest.raises(DatabaseRefusedError, match="notice_subject_check"):
        desk.run(
            "INSERT INTO registry.notice (unit_code, kind, about_on, about_key, subject,"
            " body_vi, body_en, queued_at) VALUES ('H26', 'hold',"
            " now(), 'x', :s, '', '', now())",
            s="a\nBcc: b@example.com",
        )


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """Our own log as the doors write it; all others' beside it."""
    logger = logging.getLogger("sync")
    before = (logger.handlers, logger.level, logger.propagate)
    caplog.set_level(logging.INFO)
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    logger.handlers, level, logger.propagate = before
    logger.setLevel(level)


def test_addresses_and_the_servers_words_are_in_no_log_and_no_error(
    desk: Desk, mailbox: Mailbox, log: io.StringIO
) -> None:
    desk.address()
    desk.address(B, OTHER)
    notify.queue_digests(**desk.tools)
    errors = []
    mailbox.refuse = {OFFICE: f"550 <{OFFICE}> is Bà Trongkin", OTHER: f"450 <{OTHER}> full"}
    send(desk)
    mailbox.sender_answer = f"553 <{SENDER}> unknown"
    later = desk.village.clock() + timedelta(hours=1)
    for _ in range(2):
        with pytest.raises((ConfigurationError, SourceUnavailableError)) as told:
            notify.send_notices(db=desk.village.db, clock=lambda: later)
        errors.append(everything_told(told.value))
        mailbox.close()

    told_all = "\n".join([log.getvalue(), *errors])
    assert "notices_sent" in told_all
    for word in (OFFICE, OTHER, SENDER, "Trongkin", "donvi"):
        assert word not in told_all


def test_a_sender_that_is_refused_for_now_is_tried_again(desk: Desk, mailbox: Mailbox) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)
    mailbox.sender_answer = "451 greylisted"

    assert send(desk) == SENT | {"sent": 0, "later": 1}
    assert [mail["smtp_code"] for mail in list_mails(db=desk.village.db)] == [451]


def test_a_server_that_speaks_tls_from_the_start_takes_mail(
    desk: Desk,
    settings: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificate, key, _ = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mailbox = Mailbox({"ssl_context": context}).open()
    settings(
        smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_from=SENDER, smtp_tls="tls",
        smtp_timeout_s=5,
    )  # fmt: skip
    desk.address()
    notify.queue_digests(**desk.tools)

    assert send(desk) == SENT
    mailbox.close()
    assert mailbox.addressed() == [OFFICE]


@pytest.fixture
def guarded(
    settings: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mailbox]:
    """A server that takes mail after STARTTLS and a sign-in only."""
    certificate, key, _ = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: object
    ) -> AuthResult:
        return AuthResult(success=said == LoginPassword(b"gui", b"khoa bi mat"), handled=False)

    made = Mailbox(
        {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": check,
        }
    ).open()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    secrets = tmp_path / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "smtp_password").write_text("khoa bi mat\n")
    settings(
        smtp_host="127.0.0.1", smtp_port=made.port, smtp_from=SENDER, smtp_user="gui",
        smtp_timeout_s=5,
    )  # fmt: skip
    yield made
    made.close()


def test_a_guarded_server_takes_mail_after_starttls_and_a_sign_in(
    desk: Desk, guarded: Mailbox
) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)

    assert send(desk) == SENT
    assert guarded.addressed() == [OFFICE]


def test_a_wrong_password_is_a_setting_and_is_not_told(
    desk: Desk, guarded: Mailbox, home: Path
) -> None:
    desk.address()
    notify.queue_digests(**desk.tools)
    (home / "secrets" / "smtp_password").write_text("sai")

    with pytest.raises(ConfigurationError, match=r"\(535\).*smtp_password") as told:
        send(desk)

    assert "sai" not in everything_told(told.value)
    assert guarded.taken == []


def test_a_certificate_nobody_vouches_for_gets_neither_password_nor_mail(
    desk: Desk, guarded: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    desk.address()
    notify.queue_digests(**desk.tools)

    with pytest.raises(ConfigurationError, match="certificate is not trusted"):
        send(desk)

    assert guarded.taken == []


def test_a_server_without_starttls_gets_no_mail_unless_that_is_set(
    desk: Desk, mailbox: Mailbox, settings: Callable[..., None]
) -> None:
    settings(smtp_tls="starttls")
    desk.address()
    notify.queue_digests(**desk.tools)

    with pytest.raises(ConfigurationError, match="CBCCVC_SMTP_TLS"):
        send(desk)

    assert mailbox.taken == []


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"smtp_from": ""}, "CBCCVC_SMTP_FROM"),
        ({"smtp_from": "Somebody <a@b.vn>"}, "CBCCVC_SMTP_FROM"),
        ({"smtp_user": "gui"}, "Secret smtp_password is missing"),
        ({"smtp_user": "gui", "smtp_host": "mail.example.vn"}, "in the clear"),
        ({"smtp_tls": "perhaps"}, "CBCCVC_SMTP_TLS"),
        ({"portal_url": "javascript:alert(1)"}, "CBCCVC_PORTAL_URL"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    desk: Desk,
    mailbox: Mailbox,
    settings: Callable[..., None],
    chosen: dict[str, str],
    says: str,
) -> None:
    settings(**chosen)

    with pytest.raises(ConfigurationError, match=says):
        notify.send_notices(db=desk.village.db)

    assert mailbox.taken == []
