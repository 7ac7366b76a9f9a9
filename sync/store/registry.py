"""Units, sources, headcounts, code lists, profiles and probes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from sync.model.errors import NotFoundError
from sync.model.source import ProbeResult, Source
from sync.store.queries import named_query

CODE_TABLES = ("code", "rank", "salary_step", "retirement_age", "id_prefix")


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation that owns its people's records, as of one day."""

    unit_code: str
    name_vi: str
    name_en: str
    kind: str
    is_restricted: bool


def replace_rows(conn: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Make a packaged list the table's content; loading twice changes nothing."""
    columns = list(rows[0])
    casts = {
        "valid_on": "CAST(:valid_on AS daterange)",
        "attributes": "CAST(:attributes AS jsonb)",
    }
    places = ", ".join(casts.get(name, f":{name}") for name in columns)
    conn.execute(text(f"DELETE FROM registry.{table}"))
    conn.execute(
        text(f"INSERT INTO registry.{table} ({', '.join(columns)}) VALUES ({places})"),
        list(rows),
    )
    return len(rows)


def list_units(conn: Connection, as_of: date) -> list[Unit]:
    """Units valid on a day, by code: the denominator of every national figure."""
    rows = conn.execute(
        text(
            "SELECT unit_code, name_vi, name_en, kind, is_restricted FROM registry.unit"
            " WHERE valid_on @> CAST(:as_of AS date) ORDER BY unit_code"
        ),
        {"as_of": as_of},
    )
    return [Unit(**row) for row in rows.mappings()]


def get_unit(conn: Connection, unit_code: str) -> Unit:
    """A unit as it was last, whether it still reports or not.

    Raises:
        NotFoundError: there never was such a unit.
    """
    row = (
        conn.execute(
            text(
                "SELECT unit_code, name_vi, name_en, kind, is_restricted FROM registry.unit"
                " WHERE unit_code = :unit_code ORDER BY valid_on DESC LIMIT 1"
            ),
            {"unit_code": unit_code},
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError(f"There is no unit {unit_code}: list them with cbccvc status.")
    return Unit(**row)


def set_sources(conn: Connection, sources: Iterable[Source]) -> None:
    """Add sources or bring their rows up to date; one active source a unit."""
    for source in sources:
        conn.execute(
            text(
                "INSERT INTO registry.source (source_code, unit_code, connector,"
                " profile_name, address,"
                " secret_name, options, credential_ends_on) VALUES (:source_code, :unit_code,"
                " :connector, :profile_name,"
                " :address, :secret_name, CAST(:options AS jsonb), :credential_ends_on)"
                " ON CONFLICT (source_code) DO UPDATE SET"
                " connector = excluded.connector, profile_name = excluded.profile_name,"
                " address = excluded.address, secret_name = excluded.secret_name, options ="
                " excluded.options, credential_ends_on = coalesce(excluded.credential_ends_on,"
                " registry.source.credential_ends_on)"  # who does not say so does not unsay it
            ),
            {
                "source_code": source.source_code,
                "unit_code": source.unit_code,
                "connector": source.connector,
                "profile_name": source.profile_name,
                "address": source.address,
                "secret_name": source.secret_name,
                "options": orjson.dumps(dict(source.options)).decode(),
                "credential_ends_on": source.credential_ends_on,
            },
        )


def set_credential_end(conn: Connection, source_code: str, ends_on: date | None) -> None:
    """The last day of a source's credential; None: not known."""
    conn.execute(
        text(
            "UPDATE registry.source SET credential_ends_on = :ends_on"
            " WHERE source_code = :source_code"
        ),
        {"source_code": source_code, "ends_on": ends_on},
    )


def list_sources(conn: Connection, as_of: date) -> list[Source]:
    """Active sources of units valid on a day, by unit code."""
    rows = conn.execute(
        text(
            "SELECT s.source_code, s.unit_code, s.connector, s.profile_name, s.address,"
            " s.secret_name, s.options, s.credential_ends_on"
            " FROM registry.source AS s JOIN registry.unit AS u ON u.unit_code = s.unit_code"
            " AND u.valid_on @> CAST(:as_of AS date)"
            " WHERE s.valid_on @> CAST(:as_of AS date) ORDER BY s.unit_code"
        ),
        {"as_of": as_of},
    )
    return [Source(**row) for row in rows.mappings()]


def get_source(conn: Connection, unit_code: str, as_of: date) -> Source:
    """The source of a unit on a day.

    Raises:
        NotFoundError: the unit has none.
    """
    row = (
        conn.execute(
            text(
                "SELECT source_code, unit_code, connector, profile_name, address,"
                " secret_name, options, credential_ends_on"
                " FROM registry.source WHERE unit_code = :unit_code"
                " AND valid_on @> CAST(:as_of AS date)"
            ),
            {"unit_code": unit_code, "as_of": as_of},
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFoundError(f"Unit {unit_code} has no active source: add one to the registry.")
    return Source(**row)


def set_headcounts(
    conn: Connection, headcounts: Mapping[str, int], valid_from: date, by: str
) -> None:
    """A steward's word on how many people each unit has from a day on; ends the word before."""
    rows = [
        {"unit_code": unit_code, "valid_from": valid_from, "headcount": headcount, "by": by}
        for unit_code, headcount in sorted(headcounts.items())
    ]
    for statement in ("headcount_restated", "headcount_ended", "headcount_added"):
        conn.execute(named_query(statement), rows)


def set_profile(conn: Connection, name: str, sha256: str, content: Mapping[str, Any]) -> None:
    """Keep a profile's version, so that old documents can be read as they were."""
    conn.execute(
        text(
            "INSERT INTO registry.profile (profile_sha256, profile_name, content)"
            " VALUES (:sha256, :name, CAST(:content AS jsonb)) ON CONFLICT DO NOTHING"
        ),
        {"sha256": sha256, "name": name, "content": orjson.dumps(dict(content)).decode()},
    )


def code_lists_sha256(conn: Connection) -> str:
    """One digest of every code list: part of a check's basis."""
    parts = " || ".join(
        "(SELECT coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), ''::bytea ORDER"
        " BY t::text), ''::bytea)"
        f" FROM registry.{table} AS t)"
        for table in CODE_TABLES
    )
    found: str = conn.execute(text(f"SELECT encode(sha256({parts}), 'hex')")).scalar_one()
    return found


def add_probe(
    conn: Connection, source: Source, probed_at: datetime, result: ProbeResult
) -> None:
    """Keep one look at a source."""
    conn.execute(
        text(
            "INSERT INTO registry.probe (unit_code, source_code, probed_at, is_ok, reason,"
            " latency_ms,"
            " clock_skew_s, tls_expires_at, reason_code)"
            " VALUES (:unit_code, :source_code, :probed_at, :is_ok, :reason,"
            " :latency_ms, :clock_skew_s, :tls_expires_at, :reason_code)"
        ),
        {
            "unit_code": source.unit_code,
            "source_code": source.source_code,
            "probed_at": probed_at,
            "is_ok": result.is_ok,
            "reason": result.reason,
            "latency_ms": result.latency_ms,
            "clock_skew_s": result.clock_skew_s,
            "tls_expires_at": result.tls_expires_at,
            "reason_code": result.reason_code,
        },
    )


def list_profile_names(conn: Connection) -> list[str]:
    """Names of the profiles that registered sources use."""
    return list(
        conn.execute(
            text("SELECT DISTINCT profile_name FROM registry.source ORDER BY profile_name")
        ).scalars()
    )


def profile_names(conn: Connection, sha256s: Sequence[str]) -> dict[str, str]:
    """Names of profiles by the digest of their version."""
    rows = conn.execute(
        text(
            "SELECT profile_sha256, profile_name FROM registry.profile WHERE profile_sha256 ="
            " ANY(:sha256s)"
        ),
        {"sha256s": list(sha256s)},
    )
    return {row.profile_sha256: row.profile_name for row in rows}
