-- value_gone.sql
-- Question: which accepted values are no longer said, or block now? They were accepted as they were.
-- Asked by: check, after findings were merged. Rows: one per waiver of a record that was read.
UPDATE quality.waiver AS w SET state = 'ended', ended_at = :now, ended_by = 'pipeline'
WHERE  w.state = 'active'
  AND  w.record_id IN (SELECT s.record_id FROM staging.document AS s WHERE s.snapshot_id = ANY(:snapshot_ids))
  AND  NOT EXISTS (SELECT FROM quality.finding AS f
                   WHERE f.record_id = w.record_id AND f.rule_code = w.rule_code AND f.group_name = w.group_name
                     AND f.field_code = w.field_code AND f.value_hmac = w.value_hmac AND f.effect = 'ask'
                     AND f.closed_at IS NULL)
RETURNING w.unit_code, w.waiver_id
