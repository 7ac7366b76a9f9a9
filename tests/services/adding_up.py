"""Figures that pages read beside the flags, against the flags themselves."""

from typing import Any

from sqlalchemy import Connection, text

from sync.store.database import Database

KEY = "unit_code, rule_code, cause_hmac, effect, group_name, field_code"
TALLIES = f"""
    SELECT {KEY}, state, due_on, sum(n) FROM (
        SELECT {KEY}, state, due_on, flag_count AS n FROM quality.flag_tally
        UNION ALL
        SELECT {KEY}, state, due_on, -1 FROM quality.flag WHERE closed_at IS NULL) AS beside
    GROUP BY {KEY}, state, due_on HAVING sum(n) <> 0
"""  # noqa: S608 - names above
COUNTED = f"""
    SELECT {KEY}, count(DISTINCT record_id)::integer AS record_count, min(since) AS since
    FROM quality.flag WHERE closed_at IS NULL GROUP BY {KEY}
"""  # noqa: S608 - names above
CAUSES = f"""
    (SELECT {KEY}, record_count, since FROM quality.asked_cause EXCEPT {COUNTED})
    UNION ALL
    ({COUNTED} EXCEPT SELECT {KEY}, record_count, since FROM quality.asked_cause)
"""  # noqa: S608 - names above


def differences(db: Database) -> list[Any]:
    """What the kept figures say otherwise than the flags do; nothing when all add up."""
    with db.transaction() as conn:
        return differences_seen(conn)


def differences_seen(conn: Connection) -> list[Any]:
    """The same as one transaction sees it."""
    return [row for each in (TALLIES, CAUSES) for row in conn.execute(text(each))]
