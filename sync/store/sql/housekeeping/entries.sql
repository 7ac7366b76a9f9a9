-- entries.sql
-- Question: which entries belong to answers that leave?
-- Asked by: housekeeping. Rows: one per entry; its place, for a bounded batch.
SELECT e.ctid FROM landing.snapshot_entry AS e WHERE e.snapshot_id = ANY(:leaving)
