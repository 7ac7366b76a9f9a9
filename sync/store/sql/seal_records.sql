-- seal_records.sql
-- Question: which keys of this answer has the unit never sent before?
-- Asked by: pull, when it seals. Rows: one per new record. LATERAL: each arrival probes the index,
--   whatever statistics older than this unit's first answer say.
INSERT INTO landing.record (unit_code, local_key, has_key)
SELECT :unit_code, a.local_key, bool_and(a.has_key)
FROM   arrival AS a
LEFT   JOIN LATERAL (SELECT record_id FROM landing.record
                     WHERE unit_code = :unit_code AND local_key = a.local_key OFFSET 0) AS r ON true
WHERE  r.record_id IS NULL
GROUP  BY a.local_key
ORDER  BY a.local_key
