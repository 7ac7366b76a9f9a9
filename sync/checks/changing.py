"""Suites as they would be with a file's rules in place of today's: nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sync.checks.suites import Suites, parse_suite, rules_of
from sync.model.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Changes:
    """Codes of rules that a file changes, adds and takes away, all of one suite."""

    suite: str
    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.changed, *self.added, *self.removed)


def change_suites(
    suites: Suites, path: Path, *, is_whole: bool = False
) -> tuple[Suites, Changes]:
    """The suites with the file's rules, and what differs.

    A rule of the file takes the place of the one with its code, wherever that stands, or joins
    the suite that the file names; `is_whole`: the suite's other rules go.

    Raises:
        ConfigurationError: the file cannot be read, is no suite, or changes nothing.
    """
    try:
        body = path.read_bytes()
    except OSError:
        raise ConfigurationError(f"{path.name} cannot be read: give a suite file.") from None
    content = parse_suite(path.name, body)
    name = str(content["name"])
    given = {rule.code for rule in rules_of(content)}
    kept = {
        suite: [e for e in old["expectations"] if _stays(e, given, is_whole and suite == name)]
        for suite, old in suites.contents.items()
    }
    kept[name] = [*kept.get(name, []), *content["expectations"]]
    contents: dict[str, Mapping[str, Any]] = {
        suite: {"name": suite, "expectations": expectations}
        for suite, expectations in sorted(kept.items())
    }
    rules = tuple(rule for each in contents.values() for rule in rules_of(each))
    changes = _compare(suites, contents, name)
    if not changes.codes:
        raise ConfigurationError(f"{path.name} changes no rule: there is nothing to rehearse.")
    digest = sha256(suites.sha256.encode() + body).hexdigest()
    return Suites(rules, contents, digest), changes


def _stays(expectation: Mapping[str, Any], given: set[str], is_replaced: bool) -> bool:
    return not is_replaced and expectation["meta"]["rule"] not in given


def _compare(suites: Suites, after: Mapping[str, Mapping[str, Any]], name: str) -> Changes:
    old = {e["meta"]["rule"]: (s, _asks(e)) for s, e in _all(suites.contents)}
    new = {e["meta"]["rule"]: (s, _asks(e)) for s, e in _all(after)}
    return Changes(
        name,
        tuple(sorted(code for code in old.keys() & new.keys() if old[code] != new[code])),
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(old.keys() - new.keys())),
    )


def _all(contents: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, e) for name, content in contents.items() for e in content["expectations"]]


def _asks(expectation: Mapping[str, Any]) -> list[Any]:
    """What can change an answer: sentences cannot."""
    meta = expectation["meta"]
    said = ("field", "effect", "valid_from", "valid_to")
    return [expectation["type"], expectation["kwargs"], *(meta.get(key) for key in said)]
