"""Documents as they came: content-addressed, kept once, never changed."""

from collections.abc import Sequence

import psycopg2
from sqlalchemy import Connection, text

from sync.model.source import RawDocument
from sync.model.states import DocumentProblem
from sync.store.copying import as_bool, as_field, as_jsonb, as_text_array, copy_rows
from sync.store.queries import named_query

NO_JSON = ("22P02", "22P05", "22003", "22023", "54000", "54001")  # what jsonb can refuse
DOCUMENT_COLUMNS = ("unit_code", "content_sha256", "body", "doc", "problems")


def open_arrivals(conn: Connection) -> None:
    """A list of what comes in this pull; gone with the transaction."""
    conn.execute(
        text(
            "CREATE TEMP TABLE arrival (local_key text NOT NULL, has_key boolean NOT NULL,"
            " content_sha256 bytea NOT NULL) ON COMMIT DROP"
        )
    )


def add_page(conn: Connection, unit_code: str, documents: Sequence[RawDocument]) -> int:
    """Keep what is not kept yet and note every arrival; returns how many were new."""
    by_hash = {document.content_sha256: document for document in documents}
    known = set(
        conn.execute(
            text(
                "SELECT content_sha256 FROM landing.document"
                " WHERE unit_code = :unit_code AND content_sha256 = ANY(:hashes)"
            ),
            {"unit_code": unit_code, "hashes": list(by_hash)},
        ).scalars()
    )
    known = {bytes(value) for value in known}
    new = [document for sha256, document in by_hash.items() if sha256 not in known]
    if new:
        _keep(conn, unit_code, new)
    copy_rows(
        conn,
        "arrival",
        ("local_key", "has_key", "content_sha256"),
        (
            (
                as_field(
                    (document.local_key or f"sha256:{document.content_sha256.hex()}").encode()
                ),
                as_bool(document.local_key is not None),
                as_field(document.content_sha256),
            )
            for document in documents
        ),
    )
    return len(new)


def _keep(conn: Connection, unit_code: str, documents: Sequence[RawDocument]) -> None:
    """All at once; one by one only where the database refuses some JSON of the page."""
    try:
        with conn.begin_nested():
            _copy(conn, unit_code, documents)
    except psycopg2.Error as error:
        if error.pgcode not in NO_JSON:
            raise
        for document in documents:
            _keep_one(conn, unit_code, document)


def _keep_one(conn: Connection, unit_code: str, document: RawDocument) -> None:
    try:
        with conn.begin_nested():
            _copy(conn, unit_code, [document])
    except psycopg2.Error as error:
        if error.pgcode not in NO_JSON:
            raise
        refused = RawDocument(
            local_key=document.local_key,
            content_sha256=document.content_sha256,
            body=document.body,
            json_text=None,
            problems=document.problems | {DocumentProblem.NOT_JSON},
        )
        _copy(conn, unit_code, [refused])


def _copy(conn: Connection, unit_code: str, documents: Sequence[RawDocument]) -> None:
    unit = as_field(unit_code.encode())
    copy_rows(
        conn,
        "landing.document",
        DOCUMENT_COLUMNS,
        (
            (
                unit,
                as_field(document.content_sha256),
                as_field(document.body),
                as_jsonb(document.json_text),
                as_text_array(sorted(document.problems)),
            )
            for document in documents
        ),
    )


def seal_arrivals(conn: Connection, unit_code: str, snapshot_id: int) -> bytes:
    """Turn the arrivals into the snapshot's entries; the digest of its key+hash list."""
    values = {"unit_code": unit_code, "snapshot_id": snapshot_id}
    conn.execute(text("ANALYZE arrival"))
    conn.execute(named_query("seal_records"), values)
    conn.execute(named_query("seal_entries"), values)
    return bytes(conn.execute(named_query("key_list_digest")).scalar_one())
