"""A rule's compiled condition as SQL text for any day: what is stored is what is run.

The only path from a rule to its rows. Great Expectations is needed to write these texts
(`conditions`), never to run them.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import metadata, resources
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql.base import PGDialect

from sync.checks.suites import DOCUMENT, Rule

SCHEMA = "staging"
DAY = "0001-01-01"  # stands for `as_of` while a rule is compiled; no rule can mean it
AS_OF = "as_of"
LIBRARIES = ("great-expectations", "sqlalchemy")
SO_MANY_DIGITS = re.compile(r"\b([\w.]+) ~ '\^([0-9]*)\[0-9\]\{([1-9][0-9]*)\}\$'")
ONE_OF_SO_MANY = re.compile(
    r"\b([\w.]+) (!?~) '\^\((\[0-9\]\{[1-9][0-9]*\}(?:\|\[0-9\]\{[1-9][0-9]*\})+)\)\$'"
)
PLAIN_LETTERS = re.compile(r"\b([\w.]+) (!?~) '([A-Za-z0-9 ]+)'")


@dataclass(frozen=True, slots=True)
class RuleCondition:
    """A rule and what a failing row satisfies, over the columns of the suite's relation.

    `turns_on_sql` is the first day after `:as_of` on which time alone can change the answer.
    """

    rule: Rule
    condition_sql: str
    turns_on_sql: str | None = None


def relation_of(suite: str) -> str:
    """The relation below `staging` that a suite speaks of."""
    return DOCUMENT if suite == DOCUMENT else f"check_{suite}"


def as_stored(expression: ColumnElement[Any]) -> str:
    """The expression as PostgreSQL text with one bind, `:as_of`; other colons are escaped.

    Raises:
        CompileError: a value in it has no literal form.
    """
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # keeps %
    dialect._backslash_escapes = False
    rendered = str(expression.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    day = f"CAST(:{AS_OF} AS date)"
    cheaper = SO_MANY_DIGITS.sub(_length_first, rendered)
    cheaper = ONE_OF_SO_MANY.sub(_one_of_lengths, cheaper)
    escaped = PLAIN_LETTERS.sub(_as_plain_text, cheaper).replace(":", "\\:")
    return escaped.replace(f"CAST('{DAY}' AS DATE)", day).replace(f"'{DAY}'", day)


def _length_first(found: re.Match[str]) -> str:
    """The same question: PostgreSQL asks for a length much faster than for a counted regex."""
    name, first, more = found.groups()
    length = len(first) + int(more)
    return f"(octet_length({name}) = {length} AND {name} ~ '^{first}[0-9]+$')"


def _one_of_lengths(found: re.Match[str]) -> str:
    """The same for digits of one of several lengths."""
    name, operator, runs = found.groups()
    lengths = ", ".join(re.findall(r"\{([0-9]+)\}", runs))
    is_so = f"(octet_length({name}) IN ({lengths}) AND {name} ~ '^[0-9]+$')"
    return f"(NOT {is_so})" if operator == "!~" else is_so


def _as_plain_text(found: re.Match[str]) -> str:
    """A regex of letters and blanks looks for just these: so does a plain search, faster."""
    name, operator, letters = found.groups()
    return f"(strpos({name}, '{letters}') {'=' if operator == '!~' else '>'} 0)"


@cache
def compiler_sha256() -> str:
    """The version of what turns suites into conditions: this package and its libraries."""
    digest = sha256()
    package = resources.files("sync.checks")
    for root in (package, package / "expectations"):  # looked at, not imported
        for path in sorted(root.iterdir(), key=lambda each: each.name):
            if path.name.endswith(".py"):
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for library in LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    return digest.hexdigest()
