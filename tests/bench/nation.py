"""A small country, really delivered and admitted, multiplied by SQL to the nation's size.

Each person of it becomes many people of the same unit, with names and numbers of their own, in
every table that a page reads: answers, documents, register, findings, flags, proposals,
waivers, versions, ledger, figures. The compressed bytes beside a document are left out: no
page reads them. Tables are filled in the transaction that empties them, which the
server need not log.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection, text

from sync.contract.record import record_groups
from sync.store import flags
from sync.store.database import Database
from tests.bench.told import say

AT_ONCE = 2
FLAG_IDS = 100  # ids kept free for the findings of one person

FAMILIES = (
    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Phạm Hoàng Huỳnh"
    " Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý"
)
MIDDLES = (
    "Văn Văn Thị Thị Thị Đức Hữu Công Quang Minh Ngọc Thanh Xuân Thu Kim Hồng Bích Đình Gia"
    " Quốc Tuấn Anh Mai Phương Hải"
)
GIVEN = (
    "An Anh Ánh Bảo Bình Châu Chi Cường Dung Dũng Duy Đạt Đông Giang Hà Hạnh Hằng Hiền Hiếu"
    " Hòa Hoa Hoàng Hùng Huy Hương Khánh Khoa Kiên Lan Liên Linh Loan Long Mai Minh My Nam Nga"
    " Ngọc Nhung Oanh Phong Phúc Phương Quân Quang Quyên Quỳnh Sơn Tâm Thảo Thắng Thành Thúy"
    " Thủy Tiến Trang Trung Tuấn Tùng Uyên Vân Việt Vinh Vy Xuân Yến"
)

SEED = """
    CREATE SCHEMA grown;
    CREATE TABLE grown.seed AS
    SELECT r.*, p.document_id, coalesce(k.ho_va_ten, '') AS old_name,
           coalesce(k.so_dinh_danh, '') AS old_number,
           row_number() OVER (PARTITION BY r.unit_code ORDER BY record_id) AS place,
           count(*) OVER (PARTITION BY r.unit_code) AS unit_size
    FROM   landing.record AS r
    JOIN   landing.present AS p USING (record_id, unit_code)
    LEFT   JOIN register.directory AS k USING (record_id);
    CREATE TABLE grown.base AS
    SELECT (SELECT max(record_id) FROM landing.record) AS record,
           (SELECT max(document_id) FROM landing.document) AS document,
           (SELECT max(servant_id) FROM register.servant) AS servant,
           (SELECT max(finding_id) FROM quality.finding) AS finding;
"""
PEOPLE = """
    CREATE UNLOGGED TABLE grown.person AS
    SELECT b.record + n.place AS record_id, b.document + n.place AS document_id,
           b.servant + n.place AS servant_id, b.finding + n.place * :flag_ids AS first_finding,
           n.*, CASE WHEN old_name = '' THEN '' ELSE
               :families[1 + (h & 1023) %% cardinality(:families)] || ' '
               || :middles[1 + (h >> 10 & 1023) %% cardinality(:middles)]
               || CASE WHEN h >> 29 & 1 = 1 THEN ''
                  ELSE ' ' || :given[1 + (h >> 14 & 4095) %% cardinality(:given)] END || ' '
               || :given[1 + (h >> 18 & 2047) %% cardinality(:given)] END AS name,
           CASE WHEN old_number = '' THEN '' ELSE
               left(old_number, 3) || lpad((n.place * 7 + 100000000)::text, 9, '0')
           END AS number
    FROM  (SELECT s.record_id AS seed_id, s.document_id AS seed_document, s.unit_code,
                  s.local_key, s.has_key, s.old_name, s.old_number, c.copy_no,
                  row_number() OVER (ORDER BY s.unit_code, c.copy_no, s.record_id) AS place
           FROM   grown.seed AS s CROSS JOIN generate_series(1, :copies) AS c(copy_no)) AS n
    CROSS  JOIN grown.base AS b
    CROSS  JOIN LATERAL (SELECT hashint8(n.place) & 2147483647 AS h) AS hashed
    ORDER  BY n.place;
    ANALYZE grown.person;
"""
DOCUMENT = (
    "replace(replace(t.doc::text, to_json(p.old_name)::text, to_json(p.name)::text),"
    " to_json(p.old_number)::text, to_json(p.number)::text)::jsonb"
)
OWN = {
    "record_id": "p.record_id",
    "servant_id": "p.servant_id",
    "document_id": "p.document_id",
    "version_id": "p.record_id + 1000000000",
    "ho_va_ten": "p.name",
    "so_dinh_danh": "p.number",
}
BESIDE = {"register.directory": ", register.directory_tail"}  # a trigger fills it
OPENED = (
    "p.copy_no * 7919 %% 1000 < :kept"  # of a thousand copies, so many still have their flags
)
FINDINGS = """
    INSERT INTO quality.finding (finding_id, unit_code, record_id, document_id, snapshot_id,
        group_name, row_no, rule_code, field_code, effect, found_at, since, value_hmac,
        occurrence, cause_hmac, closed_at, closed_snapshot_id)
    OVERRIDING SYSTEM VALUE
    SELECT p.first_finding + t.place, p.unit_code, p.record_id, p.document_id, t.snapshot_id,
           t.group_name, t.row_no, t.rule_code, t.field_code, t.effect, t.found_at,
           t.since - p.copy_no %% 40 * interval '1 day', t.value_hmac, t.occurrence,
           t.cause_hmac,
           CASE WHEN o.is_open THEN NULL WHEN p.copy_no %% 20 = 0 THEN l.sealed_at
                ELSE t.found_at END,
           CASE WHEN o.is_open THEN NULL WHEN p.copy_no %% 20 = 0 THEN l.snapshot_id
                ELSE t.snapshot_id END
    FROM   grown.person AS p
    JOIN  (SELECT f.*, row_number() OVER (PARTITION BY record_id ORDER BY finding_id) AS place
           FROM quality.finding AS f WHERE f.closed_at IS NULL) AS t ON t.record_id = p.seed_id
    JOIN  (SELECT DISTINCT ON (unit_code) unit_code, snapshot_id, sealed_at
           FROM landing.snapshot ORDER BY unit_code, snapshot_id DESC) AS l
           ON l.unit_code = p.unit_code
    CROSS  JOIN LATERAL (SELECT {opened} AS is_open) AS o
    ORDER  BY p.record_id
"""
FLAGS = """
    INSERT INTO quality.flag (finding_id, unit_code, record_id, group_name, row_no, field_code,
        rule_code, effect, value_hmac, cause_hmac, state, since, due_on, opened_at, moved_at,
        closed_at)
    SELECT f.finding_id, f.unit_code, f.record_id, f.group_name, f.row_no, f.field_code,
           f.rule_code, f.effect, f.value_hmac, f.cause_hmac,
           CASE WHEN f.closed_at IS NOT NULL THEN 'fixed'
                WHEN f.record_id %% 50 = 0 THEN 'proposed'
                WHEN f.record_id %% 50 = 1 AND f.effect = 'ask' THEN 'waived' ELSE 'open' END,
           f.since, CAST(f.since AS date) + 30, f.found_at, f.found_at, f.closed_at
    FROM   quality.finding AS f CROSS JOIN grown.base AS b
    WHERE  f.finding_id > b.finding AND f.effect IN ('block', 'ask')
    ORDER  BY f.finding_id
"""
DECIDED = """
    INSERT INTO register.correction (unit_code, record_id, group_name, row_no, field_code,
        flag_id, old_hmac, old_value, new_value, reason, state, proposed_by, proposed_at)
    SELECT unit_code, record_id, group_name, row_no, field_code, flag_id, value_hmac, 'a', 'b',
           'Theo quyết định đã ký.', 'proposed', 'canbo', moved_at
    FROM   quality.flag WHERE state = 'proposed' ON CONFLICT DO NOTHING;
    INSERT INTO quality.waiver (unit_code, flag_id, record_id, group_name, field_code,
        rule_code, value_hmac, until_on, reason, state, stated_by, stated_at)
    SELECT unit_code, flag_id, record_id, group_name, field_code, rule_code, value_hmac,
           current_date + 90, 'Theo quyết định đã ký.', 'active', 'duyet', moved_at
    FROM   quality.flag WHERE state = 'waived' ON CONFLICT DO NOTHING;
    INSERT INTO ledger.entry (unit_code, action, actor, recorded_at, as_of, figures)
    SELECT unit_code, 'record_uncovered', 'canbo', now(), current_date,
           jsonb_build_object('record_id', record_id, 'reason', 'Theo yêu cầu đã duyệt.')
    FROM   grown.person WHERE record_id %% 20 = 0;
"""
# A month of hourly answers, a year of daily figures.
HISTORY = """
    INSERT INTO landing.snapshot (source_code, unit_code, wave_key, seq, state, as_of,
        announced_count, received_count, page_count, pages_sha256, key_list_sha256,
        staged_count, profile_sha256, pulled_at, sealed_at)
    SELECT s.source_code, s.unit_code, s.wave_key, s.seq + h, 'admitted', s.as_of,
           s.announced_count, s.received_count, s.page_count, s.pages_sha256, s.key_list_sha256,
           s.staged_count, s.profile_sha256, s.pulled_at + h * interval '1 hour',
           s.sealed_at + h * interval '1 hour'
    FROM   landing.snapshot AS s CROSS JOIN generate_series(1, 720) AS h
    ORDER  BY h, s.snapshot_id;
    UPDATE facts.unit_day SET expected = expected * (:copies + 1),
        announced = announced * (:copies + 1), received = received * (:copies + 1),
        live = live * (:copies + 1), quarantined = quarantined * (:copies + 1);
    UPDATE facts.cause_day SET record_count = record_count * (:copies + 1),
        finding_count = finding_count * (:copies + 1);
"""
EARLIER = ("facts.headline", "facts.unit_day", "facts.cause_day")
CAUSES = """
    DELETE FROM quality.cause AS c WHERE NOT EXISTS (
        SELECT FROM quality.finding AS f WHERE f.closed_at IS NULL
          AND (f.unit_code, f.rule_code, f.cause_hmac)
              = (c.unit_code, c.rule_code, c.cause_hmac));
    UPDATE quality.cause AS c SET record_count = n.records, finding_count = n.findings
    FROM  (SELECT unit_code, rule_code, cause_hmac, count(DISTINCT record_id) AS records,
                  count(*) AS findings
           FROM quality.finding WHERE closed_at IS NULL GROUP BY 1, 2, 3) AS n
    WHERE (n.unit_code, n.rule_code, n.cause_hmac) = (c.unit_code, c.rule_code, c.cause_hmac);
"""
NUMBERS = """
    SELECT setval(pg_get_serial_sequence('landing.record', 'record_id'), max(record_id))
    FROM landing.record;
    SELECT setval(pg_get_serial_sequence('quality.finding', 'finding_id'), max(finding_id))
    FROM quality.finding;
"""


@dataclass(frozen=True, slots=True)
class Nation:
    """How many people and open flags there are now, how big, and how long it took."""

    people: int
    open_flags: int
    bytes: int
    seconds: float


def grow(superuser_url: str, people: int, open_flags: int) -> Nation:
    """Multiply what a small country's wave left in a database to about so many people."""
    database = Database.connect(superuser_url)
    started = time.perf_counter()
    with database.transaction() as conn:
        _run(conn, SEED)
        seeds = int(_one(conn, "SELECT count(*) FROM grown.seed"))
        asked = int(_one(conn, "SELECT count(*) FROM quality.flag WHERE closed_at IS NULL"))
        copies = max(1, round(people / seeds) - 1)
        kept = min(1000, round(1000 * open_flags / (asked * (copies + 1))))
        names = {"families": FAMILIES, "middles": MIDDLES, "given": GIVEN}
        words = {name: _array(said) for name, said in names.items()}
        _run(conn, PEOPLE, copies=copies, flag_ids=FLAG_IDS, **words)
    say(f"{copies} copies of {seeds} people are named")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda work: _multiply(database, *work), _works()))
    with database.transaction() as conn:
        _run(conn, HISTORY, copies=copies)
        _run(conn, FINDINGS.format(opened=OPENED), kept=kept)
        _run(conn, FLAGS)
        _run(conn, DECIDED)
        for table in EARLIER:
            _copy_days(conn, table)
        _run(conn, CAUSES)
        flags.count_asked(conn, _units(conn))
        _run(conn, NUMBERS)
    say("questions and history are there")
    found = _settled(database, started)
    database.close()
    return found


def _works() -> list[tuple[str, str, Mapping[str, str]]]:
    """Table, the column that names its seed, and what is not copied as it is; longest first."""
    key = "p.local_key || '.' || p.copy_no"
    digest = "sha256(t.content_sha256 || int8send(p.record_id))"
    document = {"doc": DOCUMENT, "body": "''", "content_sha256": digest}
    return [
        ("landing.document", "seed_document", document),
        ("register.directory", "seed_id", {}),
        ("register.family", "seed_id", {}),
        ("landing.record", "seed_id", {"local_key": key}),
        *((f"register.{name}", "seed_id", {}) for name in record_groups() if name != "family"),
        ("landing.present", "seed_id", {}),
        ("register.dossier", "seed_id", {}),
        ("register.dossier_version", "seed_id", {}),
    ]


def _multiply(database: Database, table: str, seed: str, changed: Mapping[str, str]) -> None:
    """A table's rows again for every copy of their person."""
    with database.transaction() as conn:
        columns = _columns(conn, table)
        made = OWN | changed
        chosen = ", ".join(made.get(name, f"t.{name}") for name in columns)
        names = ", ".join(columns)
        key = "document_id" if seed == "seed_document" else "record_id"
        seeds = table.replace(".", "_")
        into = f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT"
        _run(
            conn,
            f"CREATE TEMPORARY TABLE {seeds} ON COMMIT DROP AS SELECT {names} FROM {table};"  # noqa: S608 - ours
            f" ANALYZE {seeds}; TRUNCATE {table}{BESIDE.get(table, '')}",
        )
        _run(conn, f"{into} {names} FROM {seeds}")
        _run(
            conn,
            f"{into} {chosen} FROM grown.person AS p"
            f" JOIN {seeds} AS t ON t.{key} = p.{seed}",  # in their order: seeds are hashed
        )
    say(table)


def _copy_days(conn: Connection, table: str) -> None:
    """A year of days like the one that was measured."""
    columns = _columns(conn, table)
    chosen = ", ".join("as_of - d" if name == "as_of" else name for name in columns)
    _run(
        conn,
        f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - ours
        f" SELECT {chosen} FROM {table} CROSS JOIN generate_series(1, 400) AS d",
    )


def _settled(database: Database, started: float) -> Nation:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("DROP SCHEMA grown CASCADE"))
        conn.execute(text("VACUUM ANALYZE"))
        conn.execute(text("CHECKPOINT"))
    with database.transaction() as conn:
        return Nation(
            int(_one(conn, "SELECT count(*) FROM landing.record")),
            int(_one(conn, "SELECT count(*) FROM quality.flag WHERE closed_at IS NULL")),
            int(_one(conn, "SELECT pg_database_size(current_database())")),
            time.perf_counter() - started,
        )


def _columns(conn: Connection, table: str) -> list[str]:
    rows = conn.execute(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:table AS regclass)"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
        ),
        {"table": table},
    )
    return list(rows.scalars())


def _units(conn: Connection) -> list[str]:
    return list(conn.execute(text("SELECT DISTINCT unit_code FROM landing.record")).scalars())


def _array(said: str) -> str:
    words: Sequence[str] = said.split()
    return "(ARRAY[" + ", ".join(f"'{word}'" for word in words) + "])"


def _run(conn: Connection, statements: str, **parts: object) -> None:
    for name in sorted(parts, key=len, reverse=True):
        statements = statements.replace(f":{name}", str(parts[name]))
    conn.exec_driver_sql(statements.replace("%%", "%").replace("%", "%%"))


def _one(conn: Connection, question: str) -> int:
    return int(conn.execute(text(question)).scalar_one())
