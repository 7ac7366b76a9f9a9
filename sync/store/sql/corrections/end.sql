-- end.sql
-- Question: which corrections did this answer end? The source agrees: retired. It says something else: what was
--   approved is open again, what was proposed is beside the point; so is what was proposed of who is gone.
-- Asked by: admit. Rows: one per ended correction.
UPDATE register.correction AS c
SET    ended_at = :now, ended_snapshot_id = :snapshot_id,
       state = CASE WHEN c.state = 'proposed' THEN 'superseded' WHEN o.verdict = 'agrees' THEN 'retired'
                    ELSE 'reopened' END
FROM  (SELECT o.correction_id, o.verdict FROM staging.overlay AS o
       WHERE  o.snapshot_id = :snapshot_id AND o.verdict IN ('agrees', 'differs')
       UNION ALL
       SELECT gone.correction_id, 'gone' FROM register.correction AS gone
       WHERE  gone.unit_code = :unit_code AND gone.state = 'proposed'
         AND  NOT EXISTS (SELECT FROM landing.present AS p WHERE p.record_id = gone.record_id)) AS o
WHERE  c.correction_id = o.correction_id AND c.state IN ('proposed', 'approved')
RETURNING c.state
