"""Documents as one vendor would send them, read into typed rows by the pipeline's own SQL."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import zstandard
from sqlalchemy import Connection, text

from sync.contract.profile import Profile
from sync.contract.record import record_groups
from sync.model.source import RawDocument
from sync.model.value_key import ValueKey
from sync.store import documents, staging
from sync.store.staging import ReadingPass

WAVE = """
    INSERT INTO landing.wave (wave_key, trigger, as_of, started_at)
    VALUES ('w', 'test', DATE '2026-11-23', now()) ON CONFLICT DO NOTHING
"""
PROFILE = """
    INSERT INTO registry.profile (profile_sha256, profile_name, content)
    VALUES (:sha256, 'p', '{}') ON CONFLICT DO NOTHING
"""
SNAPSHOT = """
    INSERT INTO landing.snapshot (source_code, unit_code, wave_key, seq, state, as_of,
        received_count, page_count, pages_sha256, key_list_sha256, profile_sha256, pulled_at,
        sealed_at)
    VALUES ('s', 'H26', 'w', 1, 'sealed', DATE '2026-11-23', 1, 1, '', '', :sha256,
        now(), now())
    RETURNING snapshot_id
"""
Row = Mapping[str, Any]


def put(tree: dict[str, Any], path: Sequence[str], value: object) -> None:
    """Set a value deep in a document."""
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    tree[path[-1]] = value


def document(
    profile: Profile, values: Row, lists: Mapping[str, Sequence[Row]] | None = None
) -> dict[str, Any]:
    """A document with these contract fields, sent as given, where this vendor puts them."""
    tree: dict[str, Any] = {}
    for mapping in profile.groups:
        is_list = record_groups()[mapping.group].is_list
        rows = (lists or {}).get(mapping.group, []) if is_list else [values]
        made = [_made(mapping.fields, row) for row in rows]
        made = [row for row in made if row or is_list]
        if is_list and mapping.group in (lists or {}):
            put(tree, mapping.path, made)
        for row in made if not is_list else []:
            for name, value in row.items():
                put(tree, (*mapping.path, name), value)
    return tree


def _made(fields: Mapping[str, tuple[str, ...]], row: Row) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for code, path in fields.items():
        if code in row:
            put(made, path, row[code])
    return made


@dataclass
class Read:
    """What one reading staged."""

    conn: Connection
    snapshot_id: int
    record_ids: list[int] = field(default_factory=list)

    def rows(self, group: str, number: int = 0) -> list[dict[str, Any]]:
        """Typed rows of one group of the n-th document, in source order."""
        found = self.conn.execute(
            text(
                f"SELECT * FROM staging.{group}"  # noqa: S608 - a group of the contract
                " WHERE snapshot_id = :snapshot AND record_id = :record ORDER BY row_no"
            ),
            {"snapshot": self.snapshot_id, "record": self.record_ids[number]},
        )
        return [dict(row) for row in found.mappings()]

    def person(self, number: int = 0) -> dict[str, Any]:
        """The typed person of the n-th document."""
        (row,) = self.rows("person", number)
        return row

    def state(self, number: int = 0) -> dict[str, Any]:
        """How the n-th document as a whole was seen."""
        found = self.conn.execute(
            text("SELECT * FROM staging.document WHERE record_id = :record"),
            {"record": self.record_ids[number]},
        )
        return dict(found.mappings().one())


class Reader:
    """Reads documents of one vendor in the caller's transaction."""

    def __init__(self, conn: Connection, profile: Profile) -> None:
        self.conn = conn
        self.profile = profile
        conn.execute(text(PROFILE), {"sha256": profile.sha256})
        conn.execute(text(WAVE))

    def read(self, *docs: object) -> Read:
        """Keep, stage and read; everything as the pipeline does it."""
        snapshot_id = self._open()
        documents.open_arrivals(self.conn)
        raws = [raw_document(orjson.dumps(doc), f"k{n}") for n, doc in enumerate(docs)]
        documents.add_page(self.conn, "H26", raws)
        documents.seal_arrivals(self.conn, "H26", snapshot_id)
        self.conn.execute(text("DROP TABLE arrival"))
        staging.prepare(self.conn)
        staging.stage_documents(self.conn, [snapshot_id], self.profile, ReadingPass(1, "b", []))
        staging.read_documents(self.conn, [snapshot_id], self.profile, 1)
        staging.know_sizes(self.conn)
        staging.add_hashes(self.conn, [snapshot_id])
        staging.add_context(self.conn, [snapshot_id], ValueKey.of("key of a test"))
        staging.add_up(self.conn, [snapshot_id])
        staging.finish_reading(self.conn)
        ids = self.conn.execute(
            text("SELECT record_id FROM landing.record ORDER BY substr(local_key, 2)::integer")
        )
        return Read(self.conn, snapshot_id, list(ids.scalars()))

    def _open(self) -> int:
        opened = self.conn.execute(text(SNAPSHOT), {"sha256": self.profile.sha256})
        return int(opened.scalar_one())


def raw_document(body: bytes, key: str) -> RawDocument:
    """Bytes as a connector hands them over."""
    return RawDocument(
        local_key=key,
        content_sha256=hashlib.sha256(body + key.encode()).digest(),
        body=zstandard.compress(body),
        json_text=body,
    )
