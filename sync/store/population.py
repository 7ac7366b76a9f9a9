"""What the population register said, how often it was asked, and where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from sync.model.errors import ConfigurationError, NotFoundError
from sync.model.population import AskedPerson, PopulationStatus, Verdict
from sync.model.value_key import ValueKey
from sync.store.queries import named_query

DISPUTED = "the answer of the population register is disputed, or no longer"


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """Where the population register is; `secret_name` names a secret."""

    address: str
    auth: str
    secret_name: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """People of one unit by what the population register said of them."""

    unit_code: str
    live: int
    matched: int
    mismatched: int
    close_name_only: int  # among the mismatched
    not_found: int
    disputed: int
    not_checked: int
    expired: int  # of all answered: to be asked again


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """Where one record stands. `answer` is the register's word below a dispute."""

    unit_code: str
    status: PopulationStatus
    answer: PopulationStatus
    quotes_person: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Who was asked of one unit, and until when the answers are good."""

    unit_code: str
    people: Sequence[AskedPerson]
    checked_at: datetime
    valid_until: datetime


def set_register(conn: Connection, entry: RegisterEntry) -> None:
    """Register where the population register is; a second time replaces the first."""
    conn.execute(
        text(
            "INSERT INTO registry.population_register (address, auth, secret_name)"
            " VALUES (:address, :auth, :secret_name) ON CONFLICT (is_only) DO UPDATE SET"
            " address = excluded.address, auth = excluded.auth,"
            " secret_name = excluded.secret_name"
        ),
        {"address": entry.address, "auth": entry.auth, "secret_name": entry.secret_name},
    )


def get_register(conn: Connection) -> RegisterEntry:
    """Where the population register is.

    Raises:
        ConfigurationError: nobody registered it.
    """
    row = (
        conn.execute(
            text("SELECT address, auth, secret_name FROM registry.population_register")
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise ConfigurationError(
            "No population register is known: add its address to registry.population_register."
        )
    return RegisterEntry(**row)


def list_due_units(conn: Connection, key: ValueKey, now: datetime) -> list[str]:
    """Units with somebody to ask about, longest waiting first."""
    rows = conn.execute(named_query("population/due_units"), {"now": now, **_pads(key)})
    return list(rows.scalars())


def list_due(
    conn: Connection, unit_code: str, key: ValueKey, now: datetime, row_count: int | None
) -> list[int]:
    """Records of a unit to ask about, longest waiting first; ids only."""
    values = {"unit_code": unit_code, "now": now, "row_count": row_count, **_pads(key)}
    return list(conn.execute(named_query("population/due"), values).scalars())


def list_asked(conn: Connection, record_ids: Sequence[int], key: ValueKey) -> list[AskedPerson]:
    """What to ask about these records, as they stand now."""
    values = {"record_ids": list(record_ids), **_pads(key)}
    rows = conn.execute(named_query("population/ask"), values)
    return [
        AskedPerson(**{**row, "asked_hmac": bytes(row["asked_hmac"])})
        for row in rows.mappings()
    ]


def set_verdicts(conn: Connection, batch: Batch, verdicts: Mapping[int, Verdict]) -> int:
    """Keep a batch's verdicts, queue whose findings may change; how many disputes ended."""
    answered = [p for p in batch.people if p.record_id in verdicts]
    said = [verdicts[person.record_id] for person in answered]
    values = {
        "unit_code": batch.unit_code,
        "checked_at": batch.checked_at,
        "valid_until": batch.valid_until,
        "record_ids": [person.record_id for person in answered],
        "hmacs": [person.asked_hmac for person in answered],
        "answers": [str(verdict.status) for verdict in said],
        "fields": [",".join(verdict.fields) for verdict in said],
        "closes": [verdict.is_name_close for verdict in said],
    }
    return int(conn.execute(named_query("population/write"), values).scalar_one())


def reserve_questions(conn: Connection, day: date, wanted: int, limit: int) -> int:
    """How many of the wanted questions the day's limit still allows; they count as asked."""
    conn.execute(
        text(
            "INSERT INTO quality.population_day (asked_on, asked_count) VALUES (:day, 0)"
            " ON CONFLICT DO NOTHING"
        ),
        {"day": day},
    )
    asked = conn.execute(
        text("SELECT asked_count FROM quality.population_day WHERE asked_on = :day FOR UPDATE"),
        {"day": day},
    ).scalar_one()
    granted = max(0, min(wanted, limit - int(asked)))
    conn.execute(
        text(
            "UPDATE quality.population_day SET asked_count = asked_count + :granted"
            " WHERE asked_on = :day"
        ),
        {"day": day, "granted": granted},
    )
    return granted


def pause_until(conn: Connection, day: date, until: datetime) -> None:
    """Let the register alone until then, whichever process would ask."""
    conn.execute(
        text(
            "INSERT INTO quality.population_day (asked_on, asked_count, paused_until)"
            " VALUES (:day, 0, :until) ON CONFLICT (asked_on) DO UPDATE SET"
            " paused_until = excluded.paused_until"
        ),
        {"day": day, "until": until},
    )


def find_pause(conn: Connection, now: datetime) -> datetime | None:
    """Until when the register is to be let alone; None when it may be asked."""
    until: datetime | None = conn.execute(
        text("SELECT max(paused_until) FROM quality.population_day WHERE paused_until > :now"),
        {"now": now},
    ).scalar_one()
    return until


def list_standings(conn: Connection, key: ValueKey, now: datetime) -> list[Standing]:
    """Every unit's people by what the register said, by unit code."""
    rows = conn.execute(named_query("population/standing"), {"now": now, **_pads(key)})
    return [Standing(**row) for row in rows.mappings()]


def get_answer(conn: Connection, record_id: int, key: ValueKey, reason: str) -> RecordAnswer:
    """Where one record stands, and whether `reason` quotes its person.

    Raises:
        NotFoundError: the register holds no such record.
    """
    values = {"record_id": record_id, "reason": reason, **_pads(key)}
    row = conn.execute(named_query("population/answer_of"), values).one_or_none()
    if row is None:
        raise NotFoundError(
            f"The register holds no record {record_id}: see cbccvc findings for its number."
        )
    return RecordAnswer(
        row.unit_code,
        PopulationStatus(row.status),
        PopulationStatus(row.answer),
        bool(row.quotes_person),
    )


def set_dispute(
    conn: Connection, record_id: int, word: tuple[str, str] | None, now: datetime
) -> None:
    """Dispute the answer about a record (actor, reason), or end that; it is read again."""
    actor, reason = word or (None, None)
    conn.execute(
        text(
            "UPDATE quality.population_check SET disputed_at = :at, disputed_by = :actor,"
            " dispute_reason = :reason WHERE record_id = :record_id"
        ),
        {
            "record_id": record_id,
            "at": now if word else None,
            "actor": actor,
            "reason": reason,
        },
    )
    conn.execute(
        text(
            "INSERT INTO quality.recheck (record_id, unit_code, why) SELECT record_id,"
            " unit_code, :why FROM quality.population_check WHERE record_id = :record_id"
            " ON CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why"
        ),
        {"record_id": record_id, "why": DISPUTED},
    )


def _pads(key: ValueKey) -> dict[str, bytes]:
    return {"inner_pad": key.inner, "outer_pad": key.outer}
