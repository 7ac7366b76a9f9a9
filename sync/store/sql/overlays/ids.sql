-- ids.sql
-- Question: which corrections were laid over each staged record?
-- Asked by: read, after all fields. Rows: one per such record of this pass.
UPDATE staging.reading AS r SET overlay_ids = o.ids
FROM  (SELECT o.snapshot_id, o.record_id, array_agg(o.correction_id ORDER BY o.correction_id) AS ids
       FROM   staging.overlay AS o
       JOIN   staging.document AS d ON d.snapshot_id = o.snapshot_id AND d.record_id = o.record_id
       WHERE  o.snapshot_id = ANY(:snapshot_ids) AND d.pass_no = :pass_no AND o.verdict = 'applied'
       GROUP  BY o.snapshot_id, o.record_id) AS o
WHERE  r.snapshot_id = o.snapshot_id AND r.record_id = o.record_id
