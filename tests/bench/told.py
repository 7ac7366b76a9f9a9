"""Progress, beside what is measured."""

import sys
import time


def say(sentence: str) -> None:
    """One line on standard error, with the time."""
    print(f"[{time.strftime('%H:%M:%S')}] {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - progress is this program's output
