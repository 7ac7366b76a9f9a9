-- take_rechecks.sql
-- Question: which queued records do these answers read again? They leave the queue with the admit.
-- Asked by: read, before it chooses documents. Rows: one per queued record that still comes.
UPDATE quality.recheck AS q SET taken_by = e.snapshot_id
FROM   landing.snapshot_entry AS e
WHERE  e.snapshot_id = ANY(:snapshot_ids) AND e.record_id = q.record_id
