-- is_as_checked.sql
-- Question: does the unit stand where the check of this snapshot saw it?
-- Asked by: admit, under the unit's lock. Rows: 1.
SELECT EXISTS (
    SELECT FROM quality.snapshot_figures AS k
    WHERE  k.snapshot_id = :snapshot_id
      AND  k.last_entry_id = coalesce((SELECT e.entry_id FROM ledger.entry AS e
                                       WHERE e.unit_code = k.unit_code AND e.live_after IS NOT NULL
                                       ORDER BY e.entry_id DESC LIMIT 1), 0)
      AND  k.live = (SELECT count(*) FROM register.dossier AS d
                     WHERE d.unit_code = k.unit_code AND d.state = 'live'))
