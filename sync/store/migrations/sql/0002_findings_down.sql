-- Undoes 0002_findings.sql. Of findings that only their value tells apart one stays.
ALTER TABLE landing.present DROP recheck_on;
ALTER TABLE quality.recheck DROP taken_by;
DROP TABLE quality.basis_part;
DROP TABLE quality.cause;
DROP INDEX quality.finding_open;
DELETE FROM quality.finding AS f
USING  quality.finding AS older
WHERE  f.closed_at IS NULL AND older.closed_at IS NULL AND older.finding_id < f.finding_id
  AND  (f.record_id, f.rule_code, f.group_name, f.row_no)
       = (older.record_id, older.rule_code, older.group_name, older.row_no);
CREATE UNIQUE INDEX finding_open ON quality.finding (record_id, rule_code, group_name, row_no)
    WHERE closed_at IS NULL;
ALTER TABLE quality.finding DROP since, DROP value_hmac, DROP occurrence, DROP cause_hmac;
