"""One page's bytes cut into the bytes of each document, without building Python objects."""

import json

import msgspec

from sync.model.errors import UnreadableAnswerError

Path = tuple[str, ...]
_BOM = b"\xef\xbb\xbf"
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_MALFORMED = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


class PageReader:
    """One page's JSON, opened only along the paths that are asked for.

    Raises:
        UnreadableAnswerError: not JSON, cut short, or not built as the profile says.
    """

    def __init__(self, body: bytes, source_code: str) -> None:
        self._source_code = source_code
        self._body = body.removeprefix(_BOM)
        self._opened: dict[Path, dict[str, msgspec.Raw]] = {}
        self._tree: object = None
        try:
            self._open_root()
        except _MALFORMED:
            self._tree = self._lenient()

    def list_at(self, path: Path) -> list[bytes]:
        """The bytes of each element of the list at this path, in order."""
        complaint = f"has no list at {'.'.join(path) or 'its root'}"
        if self._tree is not None:
            rows = _walk(self._tree, path)
            if not isinstance(rows, list):
                raise self.refusal(complaint)
            return [json.dumps(row).encode() for row in rows]
        raw = self._raw_at(path)
        try:
            return [bytes(row) for row in _LIST.decode(b"null" if raw is None else raw)]
        except _MALFORMED:
            raise self.refusal(complaint) from None

    def value_at(self, path: Path) -> object:
        """The value at this path; None where there is none."""
        if self._tree is not None:
            return _walk(self._tree, path)
        raw = self._raw_at(path)
        try:
            return None if raw is None else msgspec.json.decode(raw)
        except _MALFORMED:
            raise self.refusal(f"has an unreadable {'.'.join(path)}") from None

    def count_at(self, path: Path) -> int | None:
        """The whole number at this path, as number or digits; None where there is none."""
        value = self.value_at(path) if path else None
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        raise self.refusal(f"names a {'.'.join(path)} that is not a count")

    def refusal(self, complaint: str) -> UnreadableAnswerError:
        """The error to raise about this page."""
        return UnreadableAnswerError(
            f"Source {self._source_code} sent a page that {complaint}; its owner must look."
        )

    def _open_root(self) -> None:
        if self._body.lstrip()[:1] == b"{":
            self._opened[()] = _OBJECT.decode(self._body)
        else:
            msgspec.json.decode(self._body, type=msgspec.Raw)

    def _object_at(self, path: Path) -> dict[str, msgspec.Raw]:
        """The members of the object at this path, each scanned once; {} where there is none."""
        if path not in self._opened:
            raw = self._raw_at(path)
            try:
                self._opened[path] = {} if raw is None else _OBJECT.decode(raw)
            except _MALFORMED:
                self._opened[path] = {}
        return self._opened[path]

    def _raw_at(self, path: Path) -> bytes | msgspec.Raw | None:
        return self._object_at(path[:-1]).get(path[-1]) if path else self._body

    def _lenient(self) -> object:
        """The page with what only strict readers refuse (half a surrogate pair, NaN).

        So one person's broken string is that person's finding, not the whole unit's failure.
        """
        try:
            tree: object = json.loads(self._body.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise self.refusal("is not JSON or was cut short") from None
        if not isinstance(tree, dict | list):
            raise self.refusal("is not JSON or was cut short")
        return tree


def _walk(tree: object, path: Path) -> object:
    for step in path:
        tree = tree.get(step) if isinstance(tree, dict) else None
    return tree
