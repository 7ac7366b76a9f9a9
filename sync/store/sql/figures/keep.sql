-- keep.sql
-- Question: what did this check count, and at which state of the unit did it look?
-- Asked by: brakes. Rows: one per snapshot. Admit compares live and the entry with what it finds.
INSERT INTO quality.snapshot_figures (snapshot_id, unit_code, live, last_entry_id, figures, fired, checked_at)
SELECT c.snapshot_id, c.unit_code, c.live,
       a.last_entry_id,
       jsonb_strip_nulls(to_jsonb(c) - ARRAY['snapshot_id', 'record_id', 'row_no', 'unit_code', 'as_of']),
       coalesce(CAST(:fired AS jsonb) -> c.snapshot_id::text, '[]'),
       :checked_at
FROM   staging.check_snapshot_of(:ids) AS c
JOIN   asked AS a ON a.snapshot_id = c.snapshot_id
WHERE  c.row_no = 1
ON     CONFLICT (snapshot_id) DO UPDATE
SET    unit_code = excluded.unit_code, live = excluded.live, last_entry_id = excluded.last_entry_id, figures = excluded.figures,
       fired = excluded.fired, checked_at = excluded.checked_at
