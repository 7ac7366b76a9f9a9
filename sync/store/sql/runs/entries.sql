-- entries.sql
-- Question: what was done with one delivery, by whom, when, and why?
-- Asked by: the page of a delivery. Rows: a few.
SELECT e.action, e.actor, e.recorded_at, e.reason_code, e.figures, e.received, e.added, e.changed, e.unchanged,
       e.quarantined, e.waiting, e.unreadable, e.duplicate, e.live_before, e.live_after
FROM   ledger.entry AS e
WHERE  e.unit_code = :unit_code AND e.snapshot_id = :snapshot_id
ORDER  BY e.entry_id
