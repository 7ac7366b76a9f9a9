"""What a service refuses of a form, said at the field where it was typed."""

from collections.abc import Iterator
from contextlib import contextmanager

from sync.model.errors import ConfigurationError
from sync.portal.desk_deps import Problem
from sync.portal.desk_words import Words


@contextmanager
def broken_rules(place: str, words: Words, problems: list[Problem]) -> Iterator[None]:
    """Turn a refused value into problems of the form; the page is shown again with them."""
    try:
        yield
    except ConfigurationError:
        problems.append(Problem(place, words.speech.say("form.refused")))
