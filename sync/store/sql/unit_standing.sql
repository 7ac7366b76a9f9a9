-- unit_standing.sql
-- Question: what is proved of every unit valid on day :as_of, as the ledger, the probes and the
--   sealed snapshots stood at instant :at?
-- Asked by: measure and status. Rows: one per unit (56 today). Nothing later than :at is looked at,
--   so any past day can be computed again.
SELECT u.unit_code, u.name_vi, u.name_en, u.kind, u.is_restricted,
       headcount.headcount AS expected,
       source.source_code IS NOT NULL AS has_source,
       answer.announced, answer.received,
       coalesce(counted.live_after, 0) AS live,
       coalesce(counted.stale, 0) AS stale,
       coalesce(admitted.quarantined, 0) AS quarantined,
       coalesce(admitted.unreadable, 0) AS unreadable,
       coalesce(counted.waiting, 0) AS waiting,
       coalesce(counted.blocking_findings, 0) AS blocking_findings,
       coalesce(counted.other_findings, 0) AS other_findings,
       greatest(probe.probed_at, sealed.sealed_at) AS last_success_at,
       admitted.received AS admitted_received,
       admitted.sealed_at AS admitted_sealed_at,
       admitted.figures AS admitted_figures,
       coalesce(counted.landing_sha256 = counted.register_sha256, false) AS digests_agree,
       coalesce(answer.action IN ('snapshot_held', 'snapshot_released'), false) AS is_held,
       coalesce(answer.action = 'snapshot_rejected', false) AS is_rejected,
       coalesce(answer.reason_code, '') AS answer_reason_code,
       coalesce(answer.figures, '{}') AS answer_figures,
       CASE WHEN failed.recorded_at > coalesce(greatest(probe.probed_at, sealed.sealed_at), '-infinity')
            THEN failed.reason_code ELSE '' END AS failed_reason_code,
       coalesce(failed.figures, '{}') AS failed_figures
FROM   registry.unit AS u
LEFT   JOIN registry.expected_headcount AS headcount
       ON headcount.unit_code = u.unit_code AND headcount.valid_on @> CAST(:as_of AS date)
LEFT   JOIN registry.source AS source
       ON source.unit_code = u.unit_code AND source.valid_on @> CAST(:as_of AS date)
LEFT   JOIN LATERAL (SELECT e.action, e.announced, e.received, e.reason_code, e.figures FROM ledger.entry AS e
                     WHERE e.unit_code = u.unit_code AND e.recorded_at <= :at
                       AND e.action IN ('snapshot_admitted', 'snapshot_held', 'snapshot_released', 'snapshot_rejected')
                     ORDER BY e.entry_id DESC LIMIT 1) AS answer ON true
LEFT   JOIN LATERAL (SELECT e.received, e.quarantined, e.unreadable, e.figures, s.sealed_at
                     FROM ledger.entry AS e JOIN landing.snapshot AS s ON s.snapshot_id = e.snapshot_id
                     WHERE e.unit_code = u.unit_code AND e.recorded_at <= :at AND e.action = 'snapshot_admitted'
                     ORDER BY e.entry_id DESC LIMIT 1) AS admitted ON true
LEFT   JOIN LATERAL (SELECT e.live_after, e.stale, e.waiting, e.blocking_findings, e.other_findings,
                            e.landing_sha256, e.register_sha256 FROM ledger.entry AS e
                     WHERE e.unit_code = u.unit_code AND e.recorded_at <= :at AND e.live_after IS NOT NULL
                     ORDER BY e.entry_id DESC LIMIT 1) AS counted ON true
LEFT   JOIN LATERAL (SELECT e.recorded_at, e.reason_code, e.figures FROM ledger.entry AS e
                     WHERE e.unit_code = u.unit_code AND e.recorded_at <= :at AND e.action = 'pull_failed'
                     ORDER BY e.entry_id DESC LIMIT 1) AS failed ON true
LEFT   JOIN LATERAL (SELECT p.probed_at FROM registry.probe AS p
                     WHERE p.unit_code = u.unit_code AND p.is_ok AND p.probed_at <= :at
                     ORDER BY p.probed_at DESC LIMIT 1) AS probe ON true
LEFT   JOIN LATERAL (SELECT e.recorded_at AS sealed_at FROM ledger.entry AS e
                     WHERE e.unit_code = u.unit_code AND e.recorded_at <= :at
                       AND (e.action = 'snapshot_sealed'
                            OR e.action = 'snapshot_held' AND e.reason_code = 'total_mismatch'
                               AND NOT e.figures ? 'rule')  -- once this entry stood for the seal
                     ORDER BY e.entry_id DESC LIMIT 1) AS sealed ON true
WHERE  u.valid_on @> CAST(:as_of AS date)
ORDER  BY u.unit_code
