"""What the services say against a value, as a sentence at the field where it was typed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sync.model.errors import ConfigurationError, RefusedValueError
from sync.portal.desk_deps import CONFLICT, NOT_ACCEPTED, Problem
from sync.portal.desk_words import Words
from sync.services.cells import Judged
from sync.services.cells import Problem as Refused

OVERTAKEN = frozenset({Refused.IN_FORCE, Refused.MOVED_ON})


def refusal(place: str, problem: str, rule_code: str, words: Words) -> Problem:
    """One refusal at a field of the form."""
    if problem == Refused.BREAKS_RULE:
        said = words.rule(rule_code).sentence
        sentence = words.speech.say("form.breaks_rule", code=rule_code, sentence=said)
    else:
        sentence = words.speech.say(f"form.cell.{problem}")
    return Problem(place, sentence, is_conflict=problem in OVERTAKEN)


def refusals(
    judged: Sequence[Judged], people: Mapping[int, tuple[str, str]], words: Words
) -> list[Problem]:
    """Every refusal of a batch at its person's field. `people`: flag → (field, name)."""
    found = []
    for each in judged:
        if each.problem is not None:
            place, name = people[each.cell.flag_id or 0]
            said = refusal(place, str(each.problem), each.rule_code, words)
            sentence = words.speech.say("form.of_person", name=name, sentence=said.sentence)
            found.append(replace(said, sentence=sentence))
    return found


@contextmanager
def refused_at(place: str, key: str, words: Words, problems: list[Problem]) -> Iterator[None]:
    """What a service will not take becomes a problem of the form, which is shown again."""
    try:
        yield
    except (ConfigurationError, RefusedValueError):
        problems.append(Problem(place, words.speech.say(key)))


def status_of(problems: Sequence[Problem]) -> int:
    """409 where somebody was faster, 422 where something typed cannot be taken."""
    if not problems:
        return 200
    return CONFLICT if any(each.is_conflict for each in problems) else NOT_ACCEPTED
