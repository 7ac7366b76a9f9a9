"""What a delivery says about itself: how many people, how many rows in each file."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sync.model.errors import UnreadableAnswerError

NAME = "manifest.json"
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """The announced counts; empty when nothing was announced."""

    source_code: str
    total: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    def check_files(self, names: Collection[str], stems: Collection[str]) -> None:
        """Let a delivery pass that has every file it announces; only tables of ours count.

        Raises:
            UnreadableAnswerError: names the first missing file.
        """
        missing = sorted(n for n in set(self.counts) - set(names) if Path(n).stem in stems)
        if missing:
            raise _refusal(self.source_code, f"announces {missing[0]} but does not deliver it")

    def check_count(self, name: str, count: int) -> None:
        """Let a file pass that has as many rows as announced.

        Raises:
            UnreadableAnswerError: names the file and both counts.
        """
        announced = self.counts.get(name, count)
        if announced != count:
            complaint = f"announces {announced} rows of {name} but delivers {count}"
            raise _refusal(self.source_code, complaint)


def read_manifest(folder: Path, source_code: str) -> Manifest:
    """The folder's manifest, or an empty one.

    Raises:
        UnreadableAnswerError: it is there but is no manifest.
    """
    path = folder / NAME
    try:
        if path.stat().st_size > _LARGEST:
            raise _refusal(source_code, f"delivers a {NAME} that is too large")
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Manifest(source_code)
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("files", {}), dict):
        raise _refusal(source_code, f"delivers a {NAME} that cannot be read")
    counts = {str(name): count for name, count in content.get("files", {}).items()}
    total = content.get("total")
    if not all(_is_count(n) for n in [*counts.values(), *([] if total is None else [total])]):
        raise _refusal(source_code, f"delivers a {NAME} with something that is no count")
    return Manifest(source_code, total, counts)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _refusal(source_code: str, complaint: str) -> UnreadableAnswerError:
    return UnreadableAnswerError(
        f"Source {source_code} {complaint}; its owner must deliver again."
    )
