-- 2_servants.sql
-- Question: which identity numbers has the register never seen? Each gets a servant.
-- Asked by: admit. Rows: one per new person; in number order, so that two admits cannot deadlock.
WITH named AS (
    INSERT INTO register.identity_alias (identity_number, servant_id, since)
    SELECT number, nextval(pg_get_serial_sequence('register.servant', 'servant_id')), :now
    FROM  (SELECT DISTINCT j.identity_number AS number FROM judged AS j
           WHERE j.verdict = 'fit'
             AND NOT EXISTS (SELECT FROM register.identity_alias AS a
                             WHERE a.identity_number = j.identity_number AND a.until IS NULL)
           ORDER BY 1) AS fresh
    ON CONFLICT (identity_number) WHERE until IS NULL DO NOTHING
    RETURNING servant_id
)
INSERT INTO register.servant (servant_id) OVERRIDING SYSTEM VALUE SELECT servant_id FROM named
