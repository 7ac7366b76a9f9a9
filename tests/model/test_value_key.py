"""Hashes of values are HMAC-SHA256, the same in Python, in SQL and in the standard."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from sync.model.value_key import ValueKey
from sync.store.database import Database


@given(st.text(), st.text(max_size=200))
def test_it_is_hmac_sha256(value: str, secret: str) -> None:
    wanted = hmac.new(secret.encode(), value.encode(), sha256).digest()

    assert ValueKey.of(secret).digest(value) == wanted


@pytest.mark.parametrize("value", ["", "Nguyễn Thị Ánh", "1980-02-28"])
def test_the_database_computes_the_same(db: Database, value: str) -> None:
    key = ValueKey.of("a secret")
    with db.transaction() as conn:
        found = conn.execute(
            text("SELECT sha256(:outer || sha256(:inner || convert_to(:value, 'UTF8')))"),
            {"outer": key.outer, "inner": key.inner, "value": value},
        ).scalar_one()

    assert bytes(found) == key.digest(value)


def test_a_key_is_never_shown() -> None:
    assert "x" not in repr(ValueKey.of("xxxx")).replace("ValueKey()", "")
