-- holds.sql
-- Question: which deliveries are on hold now, why, and after which decision on the unit's deliveries?
-- Asked by: the alerts. Rows: few. A unit that sends the same again is held again, and that is no news
--   until somebody decided or a delivery was admitted: `since_entry` says since when it is the same hold.
SELECT u.unit_code, u.name_vi, u.name_en, u.is_restricted,
       s.snapshot_id, s.as_of AS about_on, s.sealed_at, s.reason_code, s.figures,
       coalesce((SELECT max(e.entry_id) FROM ledger.entry AS e
                 WHERE e.unit_code = s.unit_code
                   AND e.action IN ('snapshot_admitted', 'snapshot_released', 'snapshot_rejected')), 0) AS since_entry
FROM   landing.snapshot AS s
JOIN   registry.unit AS u ON u.unit_code = s.unit_code AND u.valid_on @> CAST(:as_of AS date)
WHERE  s.state = 'held'
ORDER  BY u.unit_code, s.seq
