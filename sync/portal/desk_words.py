"""How the desk's pages say things: values of people, fields, rules, days that are left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from sync.checks.suites import Cause, Suites
from sync.contract.record import Field, all_fields
from sync.portal.masks import DOTS, is_sensitive, masked_number
from sync.portal.speech import NONE_SHOWN, Speech
from sync.services.code_fields import lists_of_fields
from sync.store.desk import NationalCode

LONGEST_SHOWN = 300  # characters; a portrait is twenty million
CodeNames = Mapping[tuple[str, str], NationalCode]


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule as an officer reads it: what is wrong, what to do, where the law says so."""

    code: str
    sentence: str
    basis: str


@dataclass(frozen=True, slots=True)
class Words:
    """One language over the rules in force and the codes a page shows."""

    speech: Speech
    suites: Suites
    today: date
    names: CodeNames = field(default_factory=dict)
    is_uncovered: bool = False
    lists: Mapping[str, str] = field(default_factory=lists_of_fields)  # asked once a page

    def field_name(self, code: str) -> str:
        """What the paper form calls the field; the code itself where the contract has none."""
        known = find_field(code)
        return self.speech.of(known, "name") if known else code or NONE_SHOWN

    def is_field(self, code: str | None) -> bool:
        """Whether a field of the record is meant; one about a whole record names none."""
        return find_field(code or "") is not None

    def tells_shape(self, rule_code: str) -> bool:
        """Whether causes of the rule are told by the value's shape, never by the value."""
        rule = self.suites.by_code.get(rule_code)
        return rule is not None and rule.cause is Cause.PATTERN

    def rule(self, code: str) -> RuleWords:
        """A rule's sentence and basis; a rule that is no more is only named."""
        rule = self.suites.by_code.get(code)
        if rule is None:
            return RuleWords(code, self.speech.say("desk.rule_gone", code=code), "")
        return RuleWords(code, self.speech.of(rule, "sentence"), self.speech.of(rule, "basis"))

    def sent(self, code: str, value: str | None) -> str:
        """A value as the source wrote it."""
        known = find_field(code)
        return NONE_SHOWN if value is None else self._hidden_or(known, _short(value))

    def value(self, code: str, value: str | None) -> str:
        """A value as it was read, written as people write it."""
        known = find_field(code)
        if value is None:
            return NONE_SHOWN
        return self._hidden_or(known, self._written(known, value) if known else _short(value))

    def is_hidden(self, code: str) -> bool:
        """Whether the field is masked on this page."""
        known = find_field(code)
        return known is not None and is_sensitive(known) and not self.is_uncovered

    def number(self, number: str) -> str:
        """An identity number with its last four digits only."""
        return masked_number(number) or NONE_SHOWN

    def due(self, due_on: date | None) -> str:
        """Overdue, due today, or until when."""
        if due_on is None:
            return NONE_SHOWN
        if due_on < self.today:
            return self.speech.say("desk.overdue", day=self.speech.day(due_on))
        if due_on == self.today:
            return self.speech.say("desk.due_today")
        return self.speech.say("desk.due_on", day=self.speech.day(due_on))

    def is_late(self, due_on: date | None) -> bool:
        """Whether the day has passed."""
        return due_on is not None and due_on < self.today

    def _hidden_or(self, known: Field | None, shown: str) -> str:
        is_hidden = known is not None and is_sensitive(known) and not self.is_uncovered
        return DOTS if is_hidden else shown

    def _written(self, known: Field, value: str) -> str:
        if known.kind == "date":
            return self._day(value)
        if known.kind == "timestamp":
            return self._moment(value)
        if known.kind == "decimal":
            return value.replace(".", ",") if self.speech.language == "vi" else value
        named = self.names.get((self.lists.get(known.code, ""), value))
        return f"{value} – {self.speech.of(named, 'name')}" if named else _short(value)

    def _day(self, value: str) -> str:
        try:
            return self.speech.day(date.fromisoformat(value))
        except ValueError:
            return _short(value)

    def _moment(self, value: str) -> str:
        try:
            return self.speech.moment(datetime.fromisoformat(value))
        except ValueError:
            return _short(value)


@cache
def _fields() -> Mapping[str, Field]:
    return {f.code: f for f in all_fields()}


def find_field(code: str) -> Field | None:
    """The field of the contract with this code, if there is one."""
    return _fields().get(code)


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"
