-- 3_new.sql
-- Question: which findings are new? A question's age runs per record, field and rule until it is clean:
--   another wrong value in place of the first does not restart it.
-- Asked by: check, before what is gone is closed. Rows: one per new finding.
INSERT INTO quality.finding (unit_code, record_id, document_id, snapshot_id, group_name, row_no, rule_code,
    field_code, effect, found_at, since, value_hmac, occurrence, cause_hmac)
SELECT v.unit_code, v.record_id, v.document_id, v.snapshot_id, v.group_name, v.row_no, v.rule_code,
       v.field_code, v.effect, :checked_at, coalesce(open.since, :checked_at), v.value_hmac, v.occurrence,
       v.cause_hmac
FROM   seen AS v
LEFT   JOIN (SELECT f.record_id, f.rule_code, f.field_code, min(f.since) AS since
             FROM   quality.finding AS f
             WHERE  f.closed_at IS NULL
               AND  f.record_id IN (SELECT record_id FROM staging.document
                                    WHERE snapshot_id = ANY(:snapshot_ids))
             GROUP  BY f.record_id, f.rule_code, f.field_code) AS open
       ON open.record_id = v.record_id AND open.rule_code = v.rule_code AND open.field_code = v.field_code
ON     CONFLICT (record_id, rule_code, group_name, value_hmac, occurrence) WHERE closed_at IS NULL DO NOTHING
