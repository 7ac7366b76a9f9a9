-- fill_unit_wave.sql
-- Question: how did each unit fare in one wave, in counts?
-- Asked by: measure. Rows: one per due unit. Sentences are filled in by the caller.
INSERT INTO facts.unit_wave (wave_key, unit_code, started_at, outcome, received, added, changed, unchanged,
    quarantined, waiting, unreadable, duplicate, live_after)
SELECT wu.wave_key, wu.unit_code, w.started_at, wu.outcome, coalesce(e.received, s.received_count), e.added,
       e.changed, e.unchanged, e.quarantined, e.waiting, e.unreadable, e.duplicate, e.live_after
FROM   landing.wave_unit AS wu
JOIN   landing.wave AS w ON w.wave_key = wu.wave_key
LEFT   JOIN landing.snapshot AS s ON s.snapshot_id = wu.snapshot_id
LEFT   JOIN ledger.entry AS e ON e.snapshot_id = wu.snapshot_id AND e.action = 'snapshot_admitted'
WHERE  wu.wave_key = :wave_key
ON     CONFLICT (wave_key, unit_code) DO UPDATE
SET    outcome = excluded.outcome, received = excluded.received, added = excluded.added,
       changed = excluded.changed, unchanged = excluded.unchanged, quarantined = excluded.quarantined,
       waiting = excluded.waiting, unreadable = excluded.unreadable, duplicate = excluded.duplicate,
       live_after = excluded.live_after
