"""Statements that PostgreSQL will refuse, each for one unit, each with a person in its message.

Set by the superuser on a copy of the database: triggers, constraints and one wrapped function.
"""

from sqlalchemy import Connection

CAST_FUNCTION = """
CREATE FUNCTION staging.cast_{mark}(said text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN said LIKE '%Zqkwvj{mark}%' THEN said::date IS NOT NULL ELSE true END
$$;
"""
TRAPS = {
    "a cast in reading": CAST_FUNCTION
    + """
CREATE FUNCTION staging.cast_trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM staging.cast_{mark}(NEW.ho_va_ten);
    RETURN NEW;
END $$;
CREATE TRIGGER trap BEFORE INSERT ON staging.person
    FOR EACH ROW EXECUTE FUNCTION staging.cast_trap();
""",
    "a check in reading": """
ALTER TABLE staging.work_history ADD CONSTRAINT work_history_trap
    CHECK (wh_ten_co_quan NOT LIKE '%Zqkwvj{mark}%');
""",
    "a COPY": """
ALTER TABLE landing.document ADD CONSTRAINT document_trap
    CHECK (doc::text NOT LIKE '%Zqkwvj{mark}%') NOT VALID;
""",
    "a unique key": """
CREATE UNIQUE INDEX person_trap ON register.person ((left(noi_sinh, 10)))
    WHERE noi_sinh LIKE '%Zqkwvj{mark}%';
""",
    "a check in the register": """
ALTER TABLE register.family ADD CONSTRAINT family_trap
    CHECK (fm_ho_ten NOT LIKE '%Zqkwvj{mark}%') NOT VALID;
""",
    "a rule that breaks on data": CAST_FUNCTION  # noqa: S608 - statements of this test
    + """
ALTER FUNCTION staging.check_family_of(bigint[]) RENAME TO check_family_untrapped;
CREATE FUNCTION staging.check_family_of(bigint[]) RETURNS SETOF staging.check_family
    LANGUAGE sql STABLE AS $$
        SELECT * FROM staging.check_family_untrapped($1) AS f
        WHERE staging.cast_{mark}(f.fm_ho_ten)
    $$;
""",
    "accounts that do not add up": """
CREATE FUNCTION staging.lose_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM landing.record AS r WHERE r.record_id = NEW.record_id
               AND r.local_key LIKE '%Zqkwvj{mark}%') THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trap BEFORE INSERT ON landing.present
    FOR EACH ROW EXECUTE FUNCTION staging.lose_one();
""",
}


def set_trap(conn: Connection, what: str, mark: str) -> None:
    """Let the database refuse this for the unit whose words carry the mark."""
    conn.exec_driver_sql(TRAPS[what].replace("{mark}", mark).replace("%", "%%"))
    conn.exec_driver_sql("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA staging TO sync_writer")
