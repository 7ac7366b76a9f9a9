"""Pages speak from the catalogue: no word of a template, no action of the ledger left out."""

import ast
import re
from collections.abc import Iterator

import pytest

from sync.model.desk import CorrectionState, MappingState
from sync.portal.audit_words import ACTIONS
from sync.portal.speech import LANGUAGES, speech
from tests.house.tree import ROOT, modules, syntax

TEMPLATES = sorted((ROOT / "sync/portal/templates").glob("*.html"))
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
CODE = re.compile(r"<code>[^{}<]*</code>")  # a command is the same in every language
TAG = re.compile(r"<[^>]*>")
LETTERS = re.compile(r"[^\W\d_]{2,}")
SAID_IN_AN_ATTRIBUTE = re.compile(r"""\b(?:aria-label|title|placeholder|alt)="([^"]*)\"""")
PRINTED = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
LITERAL = re.compile(r"""^\s*["']([^"']*)["']\s*(?:if\b|$)|\belse\s+["']([^"']*)["']\s*$""")
NAMES = {"Excel", "CSV"}  # of formats: the same in every language
MARKUP = {"desk_queue.html", "_desk.html"}  # hold attributes and addresses in variables


def words_of(source: str) -> set[str]:
    """Text between tags, text of spoken attributes, and literals that an expression prints."""
    source = CODE.sub("", source)
    parts = JINJA.findall(source)
    numbered = iter(range(len(parts)))
    bare = JINJA.sub(lambda _: f"\0{next(numbered)}\0", source)
    between = TAG.sub("\n", bare)
    found = {word for line in between.split("\n") for word in re.split("\0\\d+\0", line)}
    for spoken in SAID_IN_AN_ATTRIBUTE.findall(bare):
        found |= set(re.split("\0\\d+\0", spoken))
    for number in re.findall("\0(\\d+)\0", between):
        for printed in PRINTED.findall(parts[int(number)]):
            found |= {part for pair in LITERAL.findall(printed) for part in pair}
    return {word.strip() for word in found if LETTERS.search(word)}


def test_words_outside_the_catalogue_are_found() -> None:
    assert words_of('<p title="Go on">Hello {{ name }}</p>') == {"Hello", "Go on"}
    assert words_of('<b>{{ t("a.b") }}</b>{{ "kept" if x }}') == {"kept"}
    assert words_of("<td>{{ entry.action }}</td>") == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_a_word_that_is_not_in_the_catalogue(path: object) -> None:
    template = next(each for each in TEMPLATES if each == path)
    found = {
        word
        for word in words_of(template.read_text(encoding="utf-8"))
        if not (template.name in MARKUP and re.search(r'[?&="]', word))
    }

    assert found - NAMES == set()


ACTION = re.compile(r"[a-z]+(?:_[a-z]+)*")
ENTERS = {"Entry", "about", "append_entry", "_enter", "_append", "_entry"}


def called(node: ast.Call) -> str:
    return (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )


def actions_written() -> Iterator[str]:
    """Actions that services write into the ledger by name."""
    for path in modules("sync/services"):
        source = path.read_text(encoding="utf-8")
        if "ledger" not in source and "append_entry" not in source:
            continue
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call) and called(node) in ENTERS:
                yield from actions_of(node)


def actions_of(node: ast.Call) -> Iterator[str]:
    given = [word.value for word in node.keywords if word.arg == "action"]
    given += node.args if not given else []
    for argument in given:
        parts = argument.elts if isinstance(argument, ast.Tuple) else [argument]
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


REASONS = {"", "day_passed", "value_changed", "pipeline"}  # stand where others name the action


def test_every_action_of_the_ledger_has_its_words() -> None:
    written = {word for word in actions_written() if ACTION.fullmatch(word)} - REASONS
    written |= {f"correction_{state}" for state in CorrectionState}
    written |= {f"mapping_{state}" for state in MappingState}

    assert {"account_added", "snapshot_held", "waived", "housekeeping"} <= written
    assert written <= set(ACTIONS)
    for language in LANGUAGES:
        assert {f"action.{action}" for action in ACTIONS} <= speech(language)._known
