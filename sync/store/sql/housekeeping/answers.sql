-- answers.sql
-- Question: which answers of a unit may leave, which are leaving already, and which stay? None that is
--   open and no source's newest admitted one leaves, however old.
-- Asked by: housekeeping. Rows: one per snapshot of the unit that has not been emptied.
SELECT s.snapshot_id,
       s.leaving_at IS NOT NULL AS is_leaving,
       s.leaving_at IS NOT NULL
       OR s.state IN ('admitted', 'rejected', 'superseded', 'failed')
          AND s.snapshot_id <> coalesce(present.snapshot_id, 0)
          AND (s.as_of < :answers_before
               OR s.as_of < :daily_before
                  AND EXISTS (SELECT FROM landing.snapshot AS later  -- that day's last word stays
                              WHERE later.source_code = s.source_code AND later.as_of = s.as_of
                                AND later.seq > s.seq AND later.state = 'admitted')) AS may_leave
FROM   landing.snapshot AS s
LEFT   JOIN LATERAL (SELECT a.snapshot_id FROM landing.snapshot AS a
                     WHERE a.source_code = s.source_code AND a.state = 'admitted'
                     ORDER BY a.seq DESC LIMIT 1) AS present ON true
WHERE  s.unit_code = :unit_code AND s.emptied_at IS NULL
ORDER  BY s.snapshot_id
