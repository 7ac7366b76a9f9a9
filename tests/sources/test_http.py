"""Going out over HTTP: within limits, and never telling what was said."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.model.errors import (
    ConfigurationError,
    SourceRejectedError,
    SourceUnavailableError,
    UnreadableAnswerError,
)
from sync.sources.http import HttpClient, Limits, Question, retry_after_s
from sync.sources.probing import probe_http, tls_expiry
from tests.sources.servers import Reply, Request, Server, serving

ASKED = Question("/people", {"q": "planted-query"})


class Waits(list[float]):
    """Remembers the waiting instead of doing it."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client_of(server: Server, waits: Waits, **limits: object) -> HttpClient:
    return HttpClient(server.address, "S1", Limits(timeout_s=1, **limits), waits)  # type: ignore[arg-type]  # numbers only, chosen by the tests


def in_turn(*replies: Reply) -> tuple[list[Reply], object]:
    rest = list(replies)

    def talk(_: Request) -> Reply:
        return rest.pop(0) if len(rest) > 1 else rest[0]

    return rest, talk


@pytest.fixture
def waits() -> Waits:
    return Waits()


def test_too_many_requests_then_fine_waits_as_told(waits: Waits) -> None:
    _, talk = in_turn(Reply(b"", 429, {"Retry-After": "7"}), Reply(b"", 503), Reply(b"[1]"))
    with serving(talk) as server:
        client = client_of(server, waits)
        assert client.ask(ASKED).body == b"[1]"
        client.close()
    assert waits == [7.0, 1.0]


def test_no_wait_is_longer_than_the_cap(waits: Waits) -> None:
    _, talk = in_turn(Reply(b"", 429, {"Retry-After": "86400"}), Reply(b"[]"))
    with serving(talk) as server:
        client = client_of(server, waits)
        client.ask(ASKED)
        client.close()
    assert waits == [30.0]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_as_often_as_allowed(status: int, waits: Waits) -> None:
    with serving(lambda _: Reply(b"planted-body", status)) as server:
        client = client_of(server, waits, attempts=3)
        with pytest.raises(SourceUnavailableError) as failed:
            client.ask(ASKED)
        client.close()
        assert len(server.requests) == 3
    assert str(failed.value) == (
        f"Source S1 answered {status} to /people; the next wave asks again."
    )
    assert type(failed.value) is SourceUnavailableError


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_refusal_is_not_asked_again(status: int, waits: Waits) -> None:
    with serving(lambda _: Reply(b"planted-body", status)) as server:
        client = client_of(server, waits)
        with pytest.raises(
            SourceRejectedError, match=f"answered {status} to /people"
        ) as failed:
            client.ask(ASKED)
        client.close()
        assert len(server.requests) == 1
    assert "planted" not in str(failed.value)
    assert waits == []


def test_an_answer_cut_short_is_asked_again(waits: Waits) -> None:
    _, talk = in_turn(Reply(b'[{"a": ', announced_length=500), Reply(b"[2]"))
    with serving(talk) as server:
        client = client_of(server, waits)
        assert client.ask(ASKED).body == b"[2]"
        client.close()
    assert waits == [0.5]


def test_an_answer_that_is_always_cut_short_is_unavailable(waits: Waits) -> None:
    with serving(lambda _: Reply(b'["planted-body', announced_length=500)) as server:
        client = client_of(server, waits, attempts=2)
        with pytest.raises(SourceUnavailableError, match="at /people;") as failed:
            client.ask(ASKED)
        client.close()
    assert "planted" not in str(failed.value)


def test_a_source_that_says_nothing_is_given_up_in_time(waits: Waits) -> None:
    import time

    def sleepy(_: Request) -> Reply:
        time.sleep(1.5)
        return Reply()

    with serving(sleepy) as server:
        client = HttpClient(server.address, "S1", Limits(timeout_s=0.2, attempts=1), waits)
        with pytest.raises(SourceUnavailableError, match="did not answer in time"):
            client.ask(ASKED)
        client.close()


def test_an_answer_beyond_the_bound_is_unreadable(waits: Waits) -> None:
    with serving(lambda _: Reply(b"x" * (3 << 20))) as server:
        client = client_of(server, waits, body_bytes=2 << 20)
        with pytest.raises(UnreadableAnswerError, match="more than 2 MB"):
            client.ask(ASKED)
        client.close()


def test_a_redirect_to_another_host_is_refused_and_the_key_stays_here(waits: Waits) -> None:
    with serving(lambda _: Reply(b"[]")) as other:
        place = {"Location": other.address + "/people?planted-query=1"}
        with serving(lambda _: Reply(b"", 302, place)) as server:
            client = client_of(server, waits)
            with pytest.raises(SourceRejectedError, match="another host") as failed:
                client.ask(ASKED)
            client.close()
        assert other.requests == []
    assert "planted" not in str(failed.value)


@pytest.mark.parametrize("url", ["http://[planted", "//planted", "http://127.0.0.1:planted/"])
def test_a_redirect_to_nowhere_is_refused(url: str, waits: Waits) -> None:
    with serving(lambda _: Reply(b"", 302, {"Location": url})) as server:
        client = client_of(server, waits)
        with pytest.raises(SourceRejectedError, match="another host") as failed:
            client.ask(ASKED)
        client.close()
    assert "planted" not in str(failed.value)


def test_a_redirect_within_the_host_is_followed(waits: Waits) -> None:
    def talk(request: Request) -> Reply:
        if request.path == "/people":
            return Reply(b"", 307, {"Location": "/v2/people"})
        return Reply(b"[3]")

    with serving(talk) as server:
        client = client_of(server, waits)
        assert client.ask(ASKED).body == b"[3]"
        client.close()


def test_redirects_without_end_are_refused(waits: Waits) -> None:
    with serving(lambda _: Reply(b"", 302, {"Location": "/people"})) as server:
        client = client_of(server, waits)
        with pytest.raises(SourceRejectedError, match="redirects without end"):
            client.ask(ASKED)
        client.close()


def test_proxies_of_the_environment_are_not_used(
    waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(lambda _: Reply(b"[4]")) as server:
        client = client_of(server, waits)
        assert client.ask(ASKED).body == b"[4]"
        client.close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://host/x",
        "http://",
        "http://user:planted@host",
        "http://host/?planted=1",
        "http://h:x",
    ],
)
def test_an_address_we_may_not_ask_is_a_wrong_setting(address: str) -> None:
    with pytest.raises(ConfigurationError, match="address of source S1") as failed:
        HttpClient(address, "S1")
    assert "planted" not in str(failed.value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0.0), ("12", 12.0), ("", None), ("soon", None), ("-3", None)]
)
def test_retry_after_is_read_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after_s({"Retry-After": text}) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    assert retry_after_s({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


def own_certificate(folder: Path) -> tuple[Path, Path, dt.datetime]:
    """A certificate for 127.0.0.1 that nobody else trusts, its key and its end."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=1)  # noqa: TID251 - a server's Date is of now
    end = begin + dt.timedelta(days=30)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return *paths, end


def test_https_is_verified_and_its_end_is_told(tmp_path: Path, waits: Waits) -> None:
    certificate, key, end = own_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with serving(lambda _: Reply(b"[5]"), tls) as server:
        stranger = client_of(server, waits)
        with pytest.raises(SourceRejectedError, match="certificate we do not trust"):
            stranger.ask(ASKED)
        stranger.close()
        friend = client_of(server, waits, ca_file=str(certificate))
        result = probe_http(lambda: friend.ask(ASKED), server.address, str(certificate))
        friend.close()
        assert tls_expiry(server.address, None) is None
    assert result.is_ok
    assert result.tls_expires_at == end
