-- 2_entry.sql
-- Question: what are these records' present answers?
-- Asked by: checking proposed values. Rows: one per document of each record.
INSERT INTO landing.snapshot_entry (snapshot_id, record_id, document_id, entry_count)
SELECT :snapshot_id, p.record_id, d.document_id,
       CASE WHEN d.place = 1 THEN p.entry_count - cardinality(d.ids) + 1 ELSE 1 END
FROM   landing.present AS p
CROSS  JOIN LATERAL (
    SELECT ids, place, ids[place] AS document_id
    FROM  (SELECT coalesce(p.other_document_ids, ARRAY[p.document_id]) AS ids) AS every,
           generate_subscripts(ids, 1) AS place
) AS d
WHERE  p.record_id = ANY(:record_ids)
