-- 0_asked.sql
-- Question: which snapshots are looked at, and how far had the ledger of their units come?
-- Asked by: brakes, before anything is counted: what changes later makes the check stale at admit.
--   Rows: one per snapshot.
CREATE TEMP TABLE asked ON COMMIT DROP AS
SELECT s.snapshot_id, s.unit_code, s.as_of, s.announced_count, s.received_count, s.is_complete,
       coalesce((SELECT e.entry_id FROM ledger.entry AS e
                 WHERE e.unit_code = s.unit_code AND e.live_after IS NOT NULL
                 ORDER BY e.entry_id DESC LIMIT 1), 0) AS last_entry_id
FROM   landing.snapshot AS s
WHERE  s.snapshot_id = ANY(:ids)
