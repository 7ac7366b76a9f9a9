"""People's values stay out of mail: planted ones are searched for in every notice sent."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.services import notify
from sync.settings import get_settings
from tests.services.mailbox import Mailbox
from tests.services.notice_desk import TODAY, Desk
from tests.services.test_no_values import SPOKEN, fill
from tests.services.village import A, B, Village


@pytest.fixture
def mailbox(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    made = Mailbox().open()
    for name, value in {
        "HOST": "127.0.0.1", "PORT": str(made.port), "FROM": "a@b.example.vn", "TLS": "none",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"CBCCVC_SMTP_{name}", value)
    get_settings.cache_clear()
    yield made
    made.close()


def test_no_persons_value_is_in_any_notice(village: Village, mailbox: Mailbox) -> None:
    desk = Desk(village)
    house = village.add(A, 14)
    fill(house)
    village.add(B, 6)
    for unit in (A, B):
        desk.address(unit)
        desk.level(3, TODAY - timedelta(days=1), unit)
    village.wave()
    findings = village.rows("SELECT finding_id FROM quality.finding")
    house.announced = 99  # on hold, with the planted people in it
    village.wave()
    notify.queue_alerts(db=village.db, clock=village.clock)
    notify.queue_digests(db=village.db, clock=village.clock)

    notify.send_notices(db=village.db, clock=village.clock)

    kinds = {mail.message["List-Id"].split(".")[0].strip("<") for mail in mailbox.taken}
    told = "\n".join(
        part
        for mail in mailbox.taken
        for part in (
            mail.raw.decode(), str(mail.message["Subject"]), mail.text(), mail.text("html"),
        )
    )  # fmt: skip
    assert kinds == {"digest", "level", "hold"}
    assert len(findings) > 20
    assert "- Chặn: " in told
    assert re.findall(SPOKEN, told, re.IGNORECASE) == []
    assert re.findall(r"(?<![0-9A-Za-z-])\d{9,12}(?![0-9A-Za-z-])", told) == []
