"""Every role of the portal can be tried in the demo."""

from collections.abc import Callable
from pathlib import Path

from sync.demo.accounts import seed_accounts
from sync.demo.country import USUAL_AS_OF, USUAL_SEED, build_country
from sync.model.desk import UNIT_ROLES, Role
from sync.services import sessions
from sync.store.database import Database


def test_each_role_has_an_account_that_signs_in_at_once(
    urls: Callable[[str], str], tmp_path: Path
) -> None:
    keeper = Database.connect(urls("portal_keeper"))
    units = build_country(USUAL_SEED, USUAL_AS_OF, 200).units

    seeded = seed_accounts(units, tmp_path, keeper)
    again = seed_accounts(units, tmp_path, keeper)
    opened = []
    for account, password in seeded:
        token = sessions.sign_in(account.login, password, "127.0.0.1", db=keeper)
        opened.append(sessions.find_session(token or "", db=keeper))
    keeper.close()

    assert again == seeded
    assert {account.role for account, _ in seeded} == set(Role)
    in_units = [account for account, _ in seeded if account.role in UNIT_ROLES]
    assert len({account.unit_code for account in in_units}) == 2
    careless = {unit.unit_code for unit in units if unit.is_careless}
    assert in_units[0].unit_code in careless
    for (account, _), session in zip(seeded, opened, strict=True):
        assert session is not None
        assert not session.must_change
        assert session.actor.has(account.role, account.unit_code)
