-- queue_number_sharers.sql
-- Question: whose identity number has just been sent in another record, although their own
--   document did not change? Their findings may change, so they are read again too.
-- Asked by: read, after the persons. Rows: few.
INSERT INTO quality.recheck (record_id, unit_code, why)
SELECT DISTINCT d.record_id, d.unit_code, 'another record came with the same identity number'
FROM   staging.person AS sent
JOIN   register.person AS held ON held.so_dinh_danh = sent.so_dinh_danh
JOIN   register.dossier AS d ON d.record_id = held.record_id AND d.state IN ('live', 'waiting')
WHERE  sent.snapshot_id = ANY(:snapshot_ids)
  AND  sent.record_id <> held.record_id
  AND  NOT EXISTS (SELECT FROM staging.document AS s
                   WHERE s.record_id = held.record_id AND s.snapshot_id = ANY(:snapshot_ids))
ON     CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why
