"""Profiles as files: YAML in, a checked `Profile` out.

What a profile says is told in `sync.contract.profile`; what it must not say is refused
here, once, with the name of the profile and of the wrong word.
"""

import hashlib
import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sync.contract import record
from sync.contract.profile import DateFormat, GroupMapping, Profile
from sync.model.errors import ConfigurationError, NotFoundError

FOLDER = Path(__file__).parent / "profiles"
CONNECTORS = frozenset({"rest_page", "rest_cursor", "message", "files"})
LIST_MARK = "[]"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}\Z")
_REQUIRED = frozenset({"name", "title", "connector", "records", "key", "groups"})
_ALLOWED = _REQUIRED | {
    "total",
    "date_format",
    "decimal_mark",
    "volatile",
    "secret",
    "codes",
    "options",
}


def list_profiles(folder: Path = FOLDER) -> list[str]:
    """Names of every profile at hand, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


@cache
def load_profile(name: str, folder: Path = FOLDER) -> Profile:
    """The profile with this name.

    Raises:
        NotFoundError: no such profile.
        ConfigurationError: the file says something a profile must not say.
    """
    path = folder / f"{name}.yaml"
    if not _NAME.match(name) or not path.is_file():
        known = ", ".join(list_profiles(folder)) or "none"
        raise NotFoundError(f"There is no profile with this name; known: {known}.")
    try:
        content = _StrictLoader(path.read_text("utf-8")).get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(getattr(error, "problem_mark", None), "line", None)
        line = "" if where is None else f" near line {where + 1}"
        raise ConfigurationError(
            f"Profile {name} is not readable YAML{line}: correct {path.name}."
        ) from None
    profile = parse_profile(content)
    if profile.name != name:
        raise ConfigurationError(f"Profile {name} calls itself {profile.name}: use one name.")
    return profile


def parse_profile(content: object) -> Profile:
    """A profile from what its YAML holds.

    Raises:
        ConfigurationError: names the profile and what is wrong in it.
    """
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise ConfigurationError("A profile must be a YAML mapping with a name.")
    return _Reader(content).profile()


def parse_path(text: str) -> tuple[str, ...]:
    """Steps of a dotted path; `rows[].note` is ("rows", "[]", "note"), "" is ()."""
    steps: list[str] = []
    for step in text.split(".") if text else ():
        bare = step.removesuffix(LIST_MARK)
        steps.append(bare)
        if bare != step:
            steps.append(LIST_MARK)
    return tuple(steps)


class _Reader:
    """One profile being read; every complaint carries its name."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self.name = str(content["name"])

    def refuse(self, complaint: str) -> ConfigurationError:
        return ConfigurationError(f"Profile {self.name}: {complaint}.")

    def profile(self) -> Profile:
        self.check_words()
        groups = tuple(self.groups())
        self.check_fields(groups)
        connector = self.text("connector")
        if connector not in CONNECTORS:
            known = ", ".join(sorted(CONNECTORS))
            raise self.refuse(f"connector {connector} is not one of {known}")
        return Profile(
            name=self.name,
            title=self.text("title"),
            connector=connector,
            records_path=self.path(self.text("records"), "records"),
            total_path=self.path(self.text("total", ""), "total"),
            key_path=self.key_path(),
            groups=groups,
            date_format=self.date_format(),
            decimal_mark=self.decimal_mark(),
            volatile=self.paths("volatile"),
            secret=self.paths("secret"),
            codes=self.codes(),
            options=self.mapping("options"),
            sha256=content_sha256(self.content),
        )

    def check_words(self) -> None:
        words = {str(word) for word in self.content}
        if unknown := sorted(words - _ALLOWED):
            raise self.refuse(f"unknown word {unknown[0]}")
        if missing := sorted(_REQUIRED - words):
            raise self.refuse(f"{missing[0]} is missing")

    def text(self, word: str, default: str | None = None) -> str:
        value = self.content.get(word, default)
        if not isinstance(value, str):
            raise self.refuse(f"{word} must be text; quote it")
        return value

    def mapping(self, word: str) -> dict[str, Any]:
        value = self.content.get(word) or {}
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise self.refuse(f"{word} must be a mapping whose keys are text; quote them")
        return value

    def path(self, text: object, where: str, *, lists: bool = False) -> tuple[str, ...]:
        if not isinstance(text, str):
            raise self.refuse(f"a path of {where} must be text; quote it")
        steps = parse_path(text)
        if not all(steps) or (LIST_MARK in steps and not lists):
            raise self.refuse(f"path {text} of {where} is not a dotted path")
        return steps

    def paths(self, word: str) -> tuple[tuple[str, ...], ...]:
        texts = self.content.get(word) or []
        if not isinstance(texts, list):
            raise self.refuse(f"{word} must be a list of paths")
        found = tuple(self.path(text, word, lists=True) for text in texts)
        if () in found:
            raise self.refuse(f"{word} holds an empty path, which would be the whole document")
        return found

    def key_path(self) -> tuple[str, ...]:
        path = self.path(self.text("key"), "key")
        if not path:
            raise self.refuse("key must name the local key's path")
        return path

    def date_format(self) -> DateFormat:
        text = self.text("date_format", DateFormat.ISO.value)
        if text not in set(DateFormat):
            known = ", ".join(DateFormat)
            raise self.refuse(f"date_format {text} is not one of {known}")
        return DateFormat(text)

    def decimal_mark(self) -> str:
        mark = self.text("decimal_mark", ".")
        if mark not in {".", ","}:
            raise self.refuse('decimal_mark must be "." or ","')
        return mark

    def codes(self) -> dict[str, dict[str, str]]:
        known = {field.code_list for field in record.all_fields()} - {""}
        for code_list, codes in self.mapping("codes").items():
            if code_list not in known:
                raise self.refuse(f"no field of the contract uses a code list {code_list}")
            if not isinstance(codes, dict):
                raise self.refuse(f"codes of {code_list} must be a mapping")
            if not all(isinstance(code, str) for pair in codes.items() for code in pair):
                raise self.refuse(f"codes of {code_list} must be text; quote them")
            if len(set(codes.values())) != len(codes):
                raise self.refuse(f"two local codes of {code_list} mean one national code")
        return {name: dict(codes) for name, codes in self.mapping("codes").items()}

    def groups(self) -> Iterator[GroupMapping]:
        for group, mappings in self.mapping("groups").items():
            if group not in record.record_groups():
                raise self.refuse(f"the contract has no group {group}")
            for mapping in mappings if isinstance(mappings, list) else [mappings]:
                yield self.group(group, mapping)

    def group(self, group: str, mapping: object) -> GroupMapping:
        if not isinstance(mapping, dict) or set(mapping) != {"path", "fields"}:
            raise self.refuse(f"group {group} must have a path and fields, nothing else")
        fields = mapping["fields"]
        if not isinstance(fields, dict) or not fields:
            raise self.refuse(f"group {group} maps no field")
        members = {field.code: field for field in record.record_groups()[group].fields}
        for code in fields:
            if code not in members:
                raise self.refuse(f"group {group} of the contract has no field {code}")
            if members[code].is_secret:
                raise self.refuse(f"field {code} is secret: name its path under secret instead")
        found = {code: self.path(path, code) for code, path in fields.items()}
        if () in found.values():
            raise self.refuse(f"group {group} maps a field to an empty path")
        return GroupMapping(group, self.path(mapping["path"], group), found)

    def check_fields(self, groups: Iterable[GroupMapping]) -> None:
        seen: set[str] = set()
        for mapping in groups:
            if twice := seen & set(mapping.fields):
                raise self.refuse(f"field {min(twice)} is mapped twice")
            seen |= set(mapping.fields)
        if not seen:
            raise self.refuse("it maps no field at all")


def content_sha256(content: object) -> str:
    """Hash of what a profile says; comments, order of keys and white space do not count."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


if TYPE_CHECKING:
    _Loader = yaml.SafeLoader
else:  # the same in C, 30 times as fast: every pull and admit task reads a profile
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):
    """YAML in which a key said twice is an error, not a quiet overwrite."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(
                    problem="key said twice", problem_mark=node.start_mark
                )
        return super().construct_mapping(node, deep=deep)
