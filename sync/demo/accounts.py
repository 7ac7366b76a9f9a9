"""One account for every role of the portal, so that a visitor can try each."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sync.demo.units import PretendUnit
from sync.model.desk import Role
from sync.services import accounts
from sync.store.credentials import ensure_password
from sync.store.database import Database


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A login, what it is for, and the file with its password."""

    login: str
    display_name: str
    role: Role
    unit_code: str = ""

    @property
    def secret(self) -> str:
        """The name of the file with its password."""
        return f"demo_account_{self.login}"

    @property
    def does(self) -> str:
        """Its role, with the unit where it has one."""
        return f"{self.role}:{self.unit_code}" if self.unit_code else str(self.role)


def demo_accounts(units: Iterable[PretendUnit]) -> list[DemoAccount]:
    """HR of the two biggest careless units, which have most to do, and each national role."""
    careless = sorted(
        (unit for unit in units if unit.is_careless),
        key=lambda unit: (-unit.size, unit.unit_code),
    )
    here, there = (unit.unit_code for unit in careless[:2])
    return [
        DemoAccount(f"canbo.{here.lower()}", "Trần Thu Lan", Role.HR_OFFICER, here),
        DemoAccount(f"duyet.{here.lower()}", "Lê Văn Minh", Role.HR_APPROVER, here),
        DemoAccount(f"canbo.{there.lower()}", "Phạm Thị Hoa", Role.HR_OFFICER, there),
        DemoAccount(f"duyet.{there.lower()}", "Vũ Đức Bảo", Role.HR_APPROVER, there),
        DemoAccount("danhmuc", "Đỗ Quang Dũng", Role.STEWARD),
        DemoAccount("kysu", "Hồ Ngọc Sơn", Role.ENGINEER),
        DemoAccount("theodoi", "Bùi Thanh Mai", Role.COMMITTEE),
        DemoAccount("kiemtoan", "Ngô Minh Thư", Role.AUDITOR),
        DemoAccount("quantri.demo", "Đặng Hải Yến", Role.ADMINISTRATOR),
    ]


def seed_accounts(
    units: Iterable[PretendUnit], secrets_dir: Path, keeper: Database | None = None
) -> list[tuple[DemoAccount, str]]:
    """The accounts with their passwords; none must change it first. Again is nothing."""
    seeded = []
    for account in demo_accounts(units):
        password = ensure_password(secrets_dir, account.secret)
        wanted = accounts.Wanted(
            account.login, account.display_name, [(account.role, account.unit_code)]
        )
        accounts.ensure_account(wanted, password, db=keeper)
        seeded.append((account, password))
    return seeded
