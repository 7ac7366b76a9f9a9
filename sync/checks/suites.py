"""The suites as plain JSON: rules can be listed without importing Great Expectations."""

import json
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from sync.contract.record import all_fields, record_groups
from sync.model.errors import ConfigurationError
from sync.model.states import Effect

CODE = re.compile(r"^[A-Z]{2,3}[0-9]{3}[a-z]{0,2}$")
DOCUMENT, SERVANT = "document", "servant"
REGISTER, SNAPSHOT = "register", "snapshot"  # rules across units; rules about a whole answer
SENTENCES = ("sentence_vi", "sentence_en", "basis_vi", "basis")
UNIT_CODES = frozenset({"ma_don_vi", "ma_don_vi_su_dung", "ma_don_vi_quan_ly"})
NUMBERS = frozenset(  # fields whose shape names nobody
    {
        "so_dinh_danh",
        "ma_ho_so",
        "so_cmnd",
        "so_bhxh",
        "so_hieu",
        "so_hieu_bndp",
        "dien_thoai",
        "email",
        "pt_so_the",
        "fm_dinh_danh",
    }
)


class Cause(StrEnum):
    """What many findings of one rule may have in common: one task for all of them."""

    CODE = "code"  # the code itself: it is not in its list, or not on that day
    PATTERN = "pattern"  # the value's shape: digits as 9, letters as a


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement. `field` is '' where a rule speaks of a document or group as a whole."""

    code: str
    suite: str
    group: str
    field: str
    effect: Effect
    sentence_vi: str
    sentence_en: str
    basis_vi: str
    basis: str
    valid_from: date | None
    valid_to: date | None
    cross_record: bool
    cause: Cause | None = None
    about_arrival: bool = False  # how a document came: asked once, and it stands with it

    @property
    def section(self) -> str:
        """Where a reader looks for it: a group of the record, or a kind of rule of its own."""
        return self.suite if self.suite in (REGISTER, SNAPSHOT) else self.group

    @property
    def basis_en(self) -> str:
        """The legal basis, for readers of English."""
        return self.basis

    def is_valid_on(self, day: date) -> bool:
        """The rule's legal basis is in force."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True)
class Suites:
    """Every suite of a folder, by name, and the digest of the files."""

    rules: tuple[Rule, ...]
    contents: Mapping[str, Mapping[str, Any]]
    sha256: str

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        """Rules by code."""
        return {rule.code: rule for rule in self.rules}

    def rule(self, code: str) -> Rule:
        """The rule with this code; KeyError when there is none."""
        return self.by_code[code]


def load_suites(folder: Path) -> Suites:
    """Read every suite of a folder.

    Raises:
        ConfigurationError: a file is not a suite, a code is used twice, an effect or field is
            unknown, a sentence is missing.
    """
    digest = sha256()
    contents: dict[str, Mapping[str, Any]] = {}
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.json")):
        body = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + body)
        content = parse_suite(path.name, body)
        if content["name"] != path.stem:
            raise _no_suite(path.name)
        contents[content["name"]] = content
        for rule in rules_of(content):
            if rule.code in rules:
                raise ConfigurationError(f"Rule {rule.code} stands twice: see {path.name}.")
            rules[rule.code] = rule
    if not rules:
        raise ConfigurationError(f"No rule was found: put the suites into {folder}.")
    return Suites(tuple(rules.values()), contents, digest.hexdigest())


def fields_of(suite: str) -> frozenset[str]:
    """Fields of the record that the suite's relation has."""
    groups = record_groups()
    if suite in (SERVANT, REGISTER):
        found = [group for group in groups.values() if not group.is_list]
    else:
        found = [groups[suite]] if suite in groups else []
    return frozenset(f.code for group in found for f in group.fields if not f.is_secret)


def rules_of(content: Mapping[str, Any]) -> list[Rule]:
    """The rules of one suite.

    Raises:
        ConfigurationError: names the rule that says too little.
    """
    return [_rule(content["name"], e.get("meta") or {}) for e in content["expectations"]]


def parse_suite(file_name: str, body: bytes) -> Mapping[str, Any]:
    """One suite as it is written.

    Raises:
        ConfigurationError: it is no suite of this record.
    """
    single = (DOCUMENT, SERVANT, REGISTER, SNAPSHOT)
    names = {*single, *(g.name for g in record_groups().values() if g.is_list)}
    try:
        content = json.loads(body)
        name, expectations = content["name"], content["expectations"]
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            f"{file_name} is not a suite: it needs a name and expectations as JSON."
        ) from None
    if name not in names or not isinstance(expectations, list):
        raise _no_suite(file_name)
    return dict(content)


def _no_suite(file_name: str) -> ConfigurationError:
    return ConfigurationError(
        f"{file_name} is not a suite of this record: name it after one of its relations."
    )


def _rule(suite: str, meta: Mapping[str, Any]) -> Rule:
    code = str(meta.get("rule", ""))
    if not CODE.match(code):
        raise ConfigurationError(
            f"Suite {suite} has a rule without a well-formed code: add one."
        )
    missing = [name for name in SENTENCES if not str(meta.get(name) or "").strip()]
    if missing:
        raise ConfigurationError(
            f"Rule {code} lacks {', '.join(missing)}: write it in suite {suite}."
        )
    if meta.get("effect") not in set(Effect):
        raise ConfigurationError(
            f"Rule {code} has no known effect: use one of {', '.join(Effect)}."
        )
    if meta["effect"] == Effect.HOLD and suite != SNAPSHOT:
        raise ConfigurationError(
            f"Rule {code} would hold a whole snapshot: only suite {SNAPSHOT} can."
        )
    return Rule(
        code=code,
        suite=suite,
        group=_group(code, suite, meta.get("field")),
        field=str(meta["field"]),
        effect=Effect(meta["effect"]),
        sentence_vi=meta["sentence_vi"],
        sentence_en=meta["sentence_en"],
        basis_vi=meta["basis_vi"],
        basis=meta["basis"],
        valid_from=_day(code, meta.get("valid_from")),
        valid_to=_day(code, meta.get("valid_to")),
        cross_record=bool(meta.get("cross_record", False)),
        cause=_cause(code, str(meta["field"]), meta.get("cause")),
        about_arrival=bool(meta.get("about_arrival", False)),
    )


def _group(code: str, suite: str, field: str | None) -> str:
    """The group a finding of the rule points into."""
    if field == "":
        return "person" if suite == SERVANT else suite
    for known in all_fields():
        if known.code == field:
            return DOCUMENT if suite == DOCUMENT else known.group
    raise ConfigurationError(
        f"Rule {code} names a field that the record lacks: see suite {suite}."
    )


def _cause(code: str, name: str, cause: str | None) -> Cause | None:
    """Names, dates and free text have none: a cause may be quoted."""
    coded = {f.code for f in all_fields() if f.kind == "code"} | UNIT_CODES
    allowed: dict[str | None, Set[str]] = {Cause.CODE: coded, Cause.PATTERN: NUMBERS}
    if cause is None or name in allowed.get(cause, ()):
        return Cause(cause) if cause else None
    raise ConfigurationError(
        f"Rule {code} cannot have the cause it names: use code for a coded field, pattern for a"
        " number."
    )


def _day(code: str, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        raise ConfigurationError(
            f"Rule {code} has a validity that is no day: write yyyy-mm-dd."
        ) from None
