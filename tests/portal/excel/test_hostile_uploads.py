"""Real files and bodies that somebody may send: refused in a sentence, in little memory."""

import gc
import re
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.portal.browsing import Reader, text_of
from tests.portal.excel.conftest import OFFICER
from tests.portal.excel.test_excel import PAGE, SignIn, upload
from tests.services.village import Village

DATA = Path(__file__).parents[2] / "data"
CHUNK = b"\0" * (1024 * 1024)
HUNDRED = 100  # chunks
MEMORY_LIMIT = 40 * 1024  # kB, of server and client together; the body has 102,400
SENTENCE = "Tệp gửi lên quá lớn. Hãy chia nhỏ tệp (tối đa 10 MB) rồi gửi lại."
FORM = b'--x\r\nContent-Disposition: form-data; name="sheet"; filename="a.xlsx"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"


def drafts(village: Village) -> int:
    return int(village.one("SELECT count(*) FROM register.upload_draft"))


def test_a_workbook_that_is_really_encrypted_is_refused_in_a_sentence(
    signed_in: SignIn, excel_village: Village
) -> None:
    content = (DATA / "locked.xlsx").read_bytes()
    assert content.startswith(bytes.fromhex("d0cf11e0a1b11ae1"))
    assert "EncryptedPackage".encode("utf-16-le") in content
    before = drafts(excel_village)

    answer = upload(signed_in(OFFICER), content)

    assert answer.status_code == 422
    assert "Tệp có mật khẩu" in text_of(answer)
    assert drafts(excel_village) == before


def peak() -> int:
    """The most memory this process has held, in kB, since the peak was last forgotten."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1])


def forget_peak() -> int:
    """The memory held now, in kB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak()


def sent(reader: Reader, head: list[str], body: Iterator[bytes]) -> tuple[str, int]:
    """What the portal answers, and how many bytes of the body it let us send before."""
    address = urlsplit(reader.address)
    cookies = "; ".join(f"{c.name}={c.value}" for c in reader.session.cookies)
    lines = [f"POST {PAGE} HTTP/1.1", f"Host: {address.netloc}", f"Cookie: {cookies}", *head]
    lines += ["Content-Type: multipart/form-data; boundary=x"]
    count = 0
    with socket.create_connection((address.hostname, address.port), timeout=30) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        try:
            for part in body:
                line.sendall(part)
                count += len(part)
        except ConnectionError:
            pass  # it closed while we were still sending; what it said may be there
        return answer_on(line), count


def answer_on(line: socket.socket) -> str:
    """One answer, as far as the wire gave it."""
    answer = HTTPResponse(line)
    try:
        answer.begin()
        return f"{answer.status} {answer.read().decode()}"
    except (HTTPException, ConnectionError):
        return ""


def whole_body() -> Iterator[bytes]:
    yield FORM
    for _ in range(HUNDRED):
        yield CHUNK
    yield TAIL


def chunked_body() -> Iterator[bytes]:
    for part in whole_body():
        yield b"%x\r\n" % len(part) + part + b"\r\n"
    yield b"0\r\n\r\n"


LENGTH = len(FORM) + HUNDRED * len(CHUNK) + len(TAIL)
BODIES: dict[str, tuple[list[str], Callable[[], Iterator[bytes]]]] = {
    "with its length": ([f"Content-Length: {LENGTH}"], whole_body),
    "in chunks": (["Transfer-Encoding: chunked"], chunked_body),
}


@pytest.mark.parametrize("kind", BODIES)
def test_whoever_sends_a_hundred_megabytes_is_told_what_to_do_in_little_memory(
    signed_in: SignIn, excel_village: Village, kind: str
) -> None:
    reader = signed_in(OFFICER)
    head, body = BODIES[kind]
    reader.get(PAGE)  # what the first page loads is no part of it
    kept, before = drafts(excel_village), forget_peak()

    answer, count = sent(reader, head, body())
    grown = peak() - before

    assert count > HUNDRED * len(CHUNK), "all of it was sent"
    assert answer.startswith("413 ")
    assert SENTENCE in answer
    assert grown < MEMORY_LIMIT
    assert drafts(excel_village) == kept


# Starlette leaves a part that never ends to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_body_that_is_longer_than_it_says_is_read_no_further(
    signed_in: SignIn, excel_village: Village
) -> None:
    reader = signed_in(OFFICER)
    reader.get(PAGE)
    kept, before = drafts(excel_village), forget_peak()

    answer, _ = sent(reader, [f"Content-Length: {9 * len(CHUNK)}"], whole_body())
    gc.collect()

    assert answer[:3] in ("", "400", "403")
    assert peak() - before < MEMORY_LIMIT
    assert drafts(excel_village) == kept
    assert reader.get(PAGE).status_code == 200, "the portal goes on"
