"""The rules to read: all of them, by group, with their law how often broken now."""

import re
from collections.abc import Callable

from sync.services.rules import list_rules
from tests.portal.browsing import Reader, text_of
from tests.portal.desk.conftest import APPROVER, OFFICER, STAFF, STEWARD
from tests.services.village import Village

SignedIn = Callable[[str], Reader]


def codes(page: str) -> list[str]:
    return re.findall(r'<tr id="([A-Z]+[0-9]+[a-z]*)">', page)


def test_a_steward_reads_every_rule_by_group_with_its_law(signed_in: SignedIn) -> None:
    rules = list_rules()
    answer = signed_in(STEWARD).get("/quy-tac")
    words = text_of(answer)

    assert codes(answer.text) == [rule["code"] for rule in rules]
    assert f"{len(rules)}/{len(rules)} quy tắc" in words
    for rule in rules[::25]:
        assert " ".join(rule["sentence_vi"].split()) in words
        assert " ".join(rule["basis_vi"].split()) in words
    assert "chạy thử trên hồ sơ hiện có của mọi đơn vị" in words
    assert "cbccvc rules rehearse" in words
    assert '<form method="post" action="/dang-xuat"' in answer.text.replace(
        ' class="sign-out"', ""
    )
    assert answer.text.count('method="post"') == 1  # nothing is changed here


def test_open_issues_of_a_rule_are_those_of_the_country(
    signed_in: SignedIn, desk_village: Village
) -> None:
    truth = desk_village.rows(
        "SELECT rule_code, count(*), count(DISTINCT record_id) FROM quality.finding"
        " WHERE closed_at IS NULL GROUP BY rule_code"
    )
    page = signed_in(STEWARD).get("/quy-tac").text

    assert truth
    for code, findings, records in truth:
        row = page[page.index(f'<tr id="{code}">') :].partition("</tr>")[0]
        assert f"{findings} vấn đề, {records} hồ sơ" in row
    assert page.count(" vấn đề, ") == len(truth)


def test_effect_and_group_narrow_the_list_and_an_unknown_word_does_not(
    signed_in: SignedIn,
) -> None:
    steward = signed_in(STEWARD)
    rules = list_rules()
    blocking = [r["code"] for r in rules if r["effect"] == "block"]
    both = [r["code"] for r in rules if r["effect"] == "ask" and r["group"] == "person"]

    assert codes(steward.get("/quy-tac?effect=block").text) == blocking
    assert codes(steward.get("/quy-tac?effect=ask&group=person").text) == both
    assert len(codes(steward.get("/quy-tac?effect=<b>&group='--").text)) == len(rules)
    nothing = steward.get("/quy-tac?effect=hold&group=person")
    assert "Không có quy tắc nào như vậy." in nothing.text
    assert 0 < len(both) < len(rules)


def test_the_rules_speak_english_too(signed_in: SignedIn) -> None:
    words = text_of(signed_in(STEWARD).get("/quy-tac?lang=en"))
    signed_in(STEWARD).get("/quy-tac?lang=vi")

    for rule in list_rules()[::25]:
        assert " ".join(rule["sentence_en"].split()) in words
    assert "Open nationwide" in words


def test_who_may_read_the_rules(signed_in: SignedIn) -> None:
    statuses = {
        login: signed_in(login).get("/quy-tac").status_code
        for login in (STEWARD, OFFICER, APPROVER, STAFF)
    }

    assert statuses == {STEWARD: 200, OFFICER: 200, APPROVER: 200, STAFF: 403}
    assert 'href="/quy-tac"' in signed_in(STEWARD).get("/gan-ma").text
    assert 'href="/quy-tac"' not in signed_in(OFFICER).get("/gan-ma").text
