-- probes.sql
-- Question: which old looks at a unit's source proved nothing? Each day's last good one stays: with
--   it the level of any past day can be computed again.
-- Asked by: housekeeping. Rows: one per probe; its place. :probes_before is a midnight.
SELECT p.ctid
FROM   registry.probe AS p
WHERE  p.unit_code = :unit_code AND p.probed_at < :probes_before
  AND  p.probe_id NOT IN (SELECT DISTINCT ON (CAST(good.probed_at AT TIME ZONE :timezone AS date)) good.probe_id
                          FROM registry.probe AS good
                          WHERE good.unit_code = :unit_code AND good.is_ok AND good.probed_at < :probes_before
                          ORDER BY CAST(good.probed_at AT TIME ZONE :timezone AS date), good.probed_at DESC)
