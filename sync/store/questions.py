"""The open questions of a unit with the people they are about, for a list to take away."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from sync.store.queries import run_named
from sync.store.queue import After
from sync.store.sheets import Chosen


@dataclass(frozen=True, slots=True)
class Question:
    """One flag, whom it is about, and what was proposed or accepted about it."""

    flag_id: int
    record_id: int
    group_name: str
    row_no: int
    field_code: str
    rule_code: str
    effect: str
    state: str
    since: datetime
    due_on: date
    name: str = field(repr=False)
    number: str = field(repr=False)
    new_value: str | None = field(repr=False)
    until_on: date | None

    @property
    def place(self) -> After:
        """Where it stands in the order of the queue."""
        return After(self.effect, self.due_on, self.flag_id)


def list_questions(
    conn: Connection, chosen: Chosen, after: After | None, limit: int
) -> list[Question]:
    """One page of the questions chosen, in the order in which they should be answered."""
    values = {
        **asdict(chosen),
        "after_effect": after.effect if after else None,
        "after_due_on": after.due_on if after else None,
        "after_flag_id": after.flag_id if after else None,
        "row_limit": limit,
    }
    rows = run_named(conn, "queue/questions", values)
    return [Question(**row) for row in rows.mappings()]
