"""Real servers on loopback, as small as their protocol allows; each answers what it is told."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced_length: int | None = None  # to cut an answer short


Talk = Callable[[Request], Reply]


class Server:
    """Speaks by `talk`; remembers what it was asked."""

    def __init__(self, talk: Talk, tls: SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    self.headers,
                    self.rfile.read(length),
                )
                outer.requests.append(request)
                reply = talk(request)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header(
                    "Content-Length", str(reply.announced_length or len(reply.body))
                )
                self.end_headers()
                self.wfile.write(reply.body)
                if reply.announced_length:
                    self.close_connection = True

            do_GET = do_POST = answer  # noqa: N815 - the standard library's names

            def log_message(self, *_: object) -> None:
                pass

            def handle(self) -> None:
                with suppress(OSError):  # the client went away, which tests do on purpose
                    super().handle()

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]  # a broken-off client is no error here
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.address = f"{scheme}://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextmanager
def serving(talk: Talk, tls: SSLContext | None = None) -> Iterator[Server]:
    server = Server(talk, tls)
    try:
        yield server
    finally:
        server.stop()


def json_reply(content: object) -> Reply:
    return Reply(json.dumps(content, ensure_ascii=False).encode())


def joined(documents: list[bytes]) -> bytes:
    return b"[" + b",".join(documents) + b"]"


def numbered(documents: list[bytes], total: object, key: str = "K") -> Talk:
    """The vendor with numbered pages and an API key."""

    def talk(request: Request) -> Reply:
        if request.headers.get("X-API-Key") != key:
            return Reply(b'{"loi": "planted-body"}', 401)
        size = int(request.query["page_size"])
        first = (int(request.query["page"]) - 1) * size
        rows = joined(documents[first : first + size])
        return Reply(
            b'{"data": {"items": %s, "total": %s}}' % (rows, json.dumps(total).encode())
        )

    return talk


def by_cursor(
    documents: list[bytes], total: object, *, who: str = "id:word", token_uses: int = 10**6
) -> Talk:
    """The vendor with cursors and tokens; a token is good for `token_uses` pages."""
    uses: dict[str, int] = {}

    def give_token(request: Request) -> Reply:
        expected = "Basic " + base64.b64encode(who.encode()).decode()
        if request.headers.get("Authorization") != expected:
            return Reply(b'{"error": "planted-body"}', 401)
        token = f"token-{len(uses)}"
        uses[token] = 0
        return json_reply({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def talk(request: Request) -> Reply:
        if request.path.endswith("/oauth/token"):
            return give_token(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in uses or uses[token] >= token_uses:
            return Reply(b'{"error": "planted-body"}', 401)
        uses[token] += 1
        first = int(request.query.get("cursor", "c0").removeprefix("c"))
        size = int(request.query["limit"])
        following = f"c{first + size}" if first + size < len(documents) else None
        meta = json.dumps({"next": following, "total": total}).encode()
        rows = joined(documents[first : first + size])
        return Reply(b'{"meta": %s, "items": %s}' % (meta, rows))

    return talk


def by_message(documents: list[bytes], total: object, key: str = "K", org: str = "G01") -> Talk:
    """The ministry's envelope: HTTP 200 whatever happens."""

    def talk(request: Request) -> Reply:
        if request.headers.get("Authorization") != key:
            return json_reply({"Err_code": 1, "Message": "planted-body: token sai"})
        asked = json.loads(request.body)
        content = json.loads(base64.b64decode(asked["jsonContent"]))
        number, size = content["Data"]["Body"]["Page"], content["Data"]["Body"]["Page_Size"]
        assert asked["org_Code"] == org
        last = number * size
        messages = [
            {"org_Code": org, "jsonContent": base64.b64encode(raw).decode()}
            for raw in documents[last - size : last]
        ]
        return json_reply(
            {
                "Err_code": 0,
                "Message": "",
                "Transaction_ID": "t",
                "org_Code": org,
                "total": total,
                "next": number + 1 if last < len(documents) else None,
                "messages": messages,
            }
        )

    return talk


def by_link(documents: list[bytes], key: str = "K") -> Talk:
    """A list at the root; the next page is in a header."""

    def talk(request: Request) -> Reply:
        if request.headers.get("X-API-Key") != key:
            return Reply(b"planted-body", 403)
        first, size = (
            int(request.query.get("from", "0")),
            int(request.query.get("per_page", "2")),
        )
        headers = {}
        if first + size < len(documents):
            url = f"{request.path}?per_page={size}&from={first + size}"
            headers["Link"] = f'<{url}>; rel="next", </>; rel="first"'
        return Reply(joined(documents[first : first + size]), 200, headers)

    return talk


def by_offset(documents: list[bytes], total: object, user: str = "u:ppp") -> Talk:
    """Offsets and HTTP Basic."""
    expected = "Basic " + base64.b64encode(user.encode()).decode()

    def talk(request: Request) -> Reply:
        if request.headers.get("Authorization") != expected:
            return Reply(b"planted-body", 403)
        first, size = int(request.query["offset"]), int(request.query["page_size"])
        rows = joined(documents[first : first + size])
        return Reply(b'{"rows": %s, "n": %s}' % (rows, json.dumps(total).encode()))

    return talk
