"""Rules, code lists and mappings under which the present documents were read.

Whom a change concerns is found by sets: a changed code is looked for where it can stand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from sync.contract.profile import Profile
from sync.contract.record import all_fields, record_groups
from sync.store.queries import named_query
from sync.store.reading import at, path_literal

RULE, CODE_LIST, MAPPING = "rule", "code_list", "mapping"

# Records whose typed rows the register does not hold: only reading again can tell.
UNTYPED = (
    "p.class IN ('quarantined', 'unreadable') OR EXISTS (SELECT FROM register.dossier AS d"
    " WHERE d.record_id = p.record_id AND d.is_stale)"
)
# Where a code of a list stands that is no field's own code list in the contract.
ELSEWHERE: Mapping[str, str] = {
    "units": "SELECT t.record_id FROM register.person AS t CROSS JOIN LATERAL (VALUES"
    " (t.ma_don_vi), (t.ma_don_vi_su_dung), (t.ma_don_vi_quan_ly)) AS v(code)"
    " WHERE CASE WHEN left(v.code, 4) = '000.' THEN right(v.code, 3) ELSE left(v.code, 3) END"
    " = ANY(:codes)",
    "salary_groups": "SELECT t.record_id FROM register.salary_current AS t"
    " WHERE t.sal_ma_ngach IN"
    " (SELECT rank_code FROM registry.rank WHERE allowed_groups && :codes)"
    " UNION SELECT t.record_id FROM register.salary_history AS t WHERE t.sh_ngach IN"
    " (SELECT rank_code FROM registry.rank WHERE allowed_groups && :codes)",
    "id_prefixes": "SELECT t.record_id FROM register.person AS t"
    " WHERE left(t.so_dinh_danh, 3) = ANY(:codes)",
    "retirement_ages": "SELECT t.record_id FROM register.person AS t",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One rule, code list or mapping in one version; `content` is what a change is seen in."""

    kind: str
    name: str
    content: Mapping[str, Any]


def list_parts(conn: Connection) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Content of every part as last applied, by kind and name."""
    rows = conn.execute(text("SELECT kind, name, content FROM quality.basis_part"))
    return {(row.kind, row.name): row.content for row in rows}


def list_code_lists(conn: Connection) -> list[Part]:
    """Every code list as the registry holds it now."""
    rows = conn.execute(named_query("basis_code_lists"))
    return [Part(CODE_LIST, row.list_name, row.content) for row in rows]


def set_parts(conn: Connection, parts: Iterable[Part], applied_at: datetime) -> None:
    """Remember these versions as applied."""
    rows = [
        {
            "kind": part.kind,
            "name": part.name,
            "content": orjson.dumps(part.content, option=orjson.OPT_SORT_KEYS).decode(),
            "at": applied_at,
        }
        for part in parts
    ]
    if rows:
        conn.execute(
            text(
                "INSERT INTO quality.basis_part (kind, name, sha256, content, applied_at)"
                " VALUES (:kind, :name, encode(sha256(convert_to(:content, 'UTF8')), 'hex'),"
                " CAST(:content AS jsonb), :at) ON CONFLICT (kind, name) DO UPDATE SET"
                " sha256 = excluded.sha256, content = excluded.content,"
                " applied_at = excluded.applied_at"
            ),
            rows,
        )


def forget_parts(conn: Connection, keys: Iterable[tuple[str, str]]) -> None:
    """Rules, lists or mappings that are no more."""
    rows = [{"kind": kind, "name": name} for kind, name in keys]
    if rows:
        conn.execute(
            text("DELETE FROM quality.basis_part WHERE kind = :kind AND name = :name"), rows
        )


def _queue(conn: Connection, why: str, records: str, values: Mapping[str, Any]) -> int:
    """Queue present records chosen by a SELECT of record_id; how many."""
    statement = (
        "INSERT INTO quality.recheck (record_id, unit_code, why)"
        " SELECT p.record_id, p.unit_code, :why FROM landing.present AS p"
        f" WHERE p.record_id IN ({records})"
        " ON CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why"
    )
    return int(conn.execute(text(statement), {**values, "why": why}).rowcount)


def queue_findings_of(conn: Connection, rule_codes: Sequence[str]) -> int:
    """Records with an open finding of rules whose effect changed, or that are no more."""
    return _queue(
        conn,
        "a rule that found something here changed",
        "SELECT f.record_id FROM quality.finding AS f"
        " WHERE f.closed_at IS NULL AND f.rule_code = ANY(:rules)",
        {"rules": list(rule_codes)},
    )


def queue_group(conn: Connection, group: str) -> int:
    """Records with a row in a list group, and those that only reading again can tell of."""
    records = (
        f"SELECT t.record_id FROM register.{record_groups()[group].name} AS t"
        f" UNION SELECT p.record_id FROM landing.present AS p WHERE {UNTYPED}"
    )
    return _queue(conn, f"a rule about {group} changed", records, {})


def queue_everybody(conn: Connection) -> int:
    """Every present record: a rule about the person as a whole changed."""
    records = "SELECT p.record_id FROM landing.present AS p"
    return _queue(conn, "a rule about the whole record changed", records, {})


def queue_codes(
    conn: Connection, list_name: str, codes: Sequence[str], looked_up: Iterable[str]
) -> int:
    """Records that hold a changed code in a field of the list; `looked_up`: further fields."""
    chosen = [
        f
        for f in all_fields()
        if f.group in record_groups()
        and not f.is_secret
        and f.kind == "code"
        and (f.code_list == list_name or f.code in set(looked_up))
    ]
    selects = [
        f"SELECT t.record_id FROM register.{f.group} AS t WHERE t.{f.code} = ANY(:codes)"
        for f in chosen
    ]
    if list_name in ELSEWHERE:
        selects.append(ELSEWHERE[list_name])
    if not selects:
        return 0
    selects.append(f"SELECT p.record_id FROM landing.present AS p WHERE {UNTYPED}")
    values = {"codes": list(codes)} if ":codes" in " ".join(selects) else {}
    return _queue(conn, f"code list {list_name} changed", " UNION ".join(selects), values)


def queue_mapped(
    conn: Connection, profile: Profile, list_name: str, locals_: Sequence[str]
) -> int:
    """Records of this vendor's units whose document says one of these local codes."""
    tests = _says_local(profile, list_name)
    if not tests:
        return 0
    records = (
        "SELECT p.record_id FROM landing.present AS p"
        " JOIN registry.source AS s ON s.unit_code = p.unit_code AND s.profile_name = :profile"
        " JOIN landing.document AS d ON d.document_id = p.document_id"
        f" WHERE {' OR '.join(tests)}"
    )
    values = {"profile": profile.name, "locals": list(locals_)}
    return _queue(conn, f"mapping of {list_name} changed", records, values)


def _says_local(profile: Profile, list_name: str) -> list[str]:
    lists = {f.code: f.code_list for f in all_fields()}
    tests = []
    for mapping in profile.groups:
        for code, path in mapping.fields.items():
            if lists[code] != list_name:
                continue
            place, leaf = at(mapping.path), path_literal(path)
            if record_groups()[mapping.group].is_list:
                tests.append(
                    "EXISTS (SELECT FROM jsonb_array_elements(CASE WHEN jsonb_typeof"
                    f"({place}) = 'array' THEN {place} END) AS e(item)"
                    f" WHERE btrim(e.item #>> {leaf}) = ANY(:locals))"
                )
            else:
                tests.append(f"btrim({place} #>> {leaf}) = ANY(:locals)")
    return tests
