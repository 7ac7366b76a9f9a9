-- entries.sql
-- Question: who did what about this record, besides proposing and deciding values?
-- Asked by: a record's page. Rows: at most :row_count, newest first.
SELECT entry_id, action, actor, recorded_at, figures ->> 'reason' AS reason
FROM   ledger.entry
WHERE  record_id = :record_id
  AND  action NOT LIKE 'correction\_%' AND action NOT LIKE 'waiver\_%' AND action NOT LIKE 'flags\_%'
ORDER  BY entry_id DESC
LIMIT  :row_count
