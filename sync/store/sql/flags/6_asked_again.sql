-- 6_asked_again.sql
-- Question: which flags wait for a decision or a reading that is over? Approved, and the record was read since
--   without an answer; proposed, and neither a correction nor a code waits for approval any more.
-- Asked by: admit, after it ended corrections and cleared the queue of re-reading; whoever declines or withdraws.
--   Rows: one per such flag of the unit. A correction is about the flag it was proposed for and about every
--   flag of its field.
UPDATE quality.flag AS g SET state = 'open', moved_at = :now
WHERE  g.unit_code = :unit_code AND g.closed_at IS NULL
  AND (g.state = 'approved'
       AND NOT EXISTS (SELECT FROM quality.recheck AS q WHERE q.record_id = g.record_id)
       OR g.state = 'proposed'
       AND NOT EXISTS (SELECT FROM register.correction AS c
                       WHERE c.state = 'proposed' AND c.record_id = g.record_id
                         AND (c.flag_id = g.flag_id
                              OR (c.group_name, c.row_no, c.field_code) = (g.group_name, g.row_no, g.field_code)))
       AND NOT EXISTS (SELECT FROM registry.code_mapping AS m
                       WHERE m.state = 'proposed' AND m.unit_code = g.unit_code
                         AND m.code_list = CAST(:code_lists AS jsonb) ->> g.field_code
                         AND sha256(CAST(:outer AS bytea)
                                    || sha256(CAST(:inner AS bytea) || convert_to(m.local_code, 'UTF8')))
                             = g.cause_hmac))
