"""Every page of the desk over real records: what it shows, and to whom."""

from collections.abc import Callable

import pytest

from tests.portal.browsing import Reader, text_of
from tests.portal.desk.conftest import APPROVER, OFFICER
from tests.services.village import A, Village

SignIn = Callable[[str], Reader]


def test_pages_answer(
    signed_in: SignIn, desk_village: Village, records_of: Callable[[str], list[int]]
) -> None:
    reader = signed_in(OFFICER)
    print(
        desk_village.rows(
            "select rule_code, effect, state, unit_code, count(*) from quality.flag group by 1,2,3,4 order by 4,1"
        )
    )
    print(desk_village.rows("select record_id, unit_code, class from landing.present"))
    for path in (
        "/viec",
        "/tim",
        "/phe-duyet",
        "/gan-ma",
        *(f"/ho-so/{r}" for r in records_of(A)),
    ):
        answer = reader.get(path)
        print(path, answer.status_code, answer.elapsed)
        assert answer.status_code == 200, path
    print(text_of(reader.get("/viec")))
    assert 0
