"""A reader with a cookie jar, for tests over the socket."""

import re
from html import unescape
from typing import Any

import requests

TOKEN = re.compile(r'name="token" value="([^"]+)"')


OUR_SCRIPT = re.compile(r'<script src="/static/portal\.js\?v=[0-9a-f]{12}" defer></script>')


def without_our_script(page: str) -> str:
    """The page without the one script that pages load."""
    return OUR_SCRIPT.sub("", page, count=1)


class Reader:
    """Asks pages of one portal and keeps its cookies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 - as requests
        options.setdefault("allow_redirects", False)
        return self.session.get(self.address + path, timeout=10, **options)

    def post(self, path: str, **fields: str) -> requests.Response:
        return self.session.post(
            self.address + path, data=fields, timeout=10, allow_redirects=False
        )

    def form_token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        assert found is not None, f"no form on {path}"
        return found[1]

    def sign_in(
        self, password: str, *, account: str = "uyban", path: str = "/dang-nhap"
    ) -> requests.Response:
        token = self.form_token(path)
        return self.post(path, account=account, password=password, token=token)


def text_of(answer: requests.Response) -> str:
    """The page's words, without tags, white space folded."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
