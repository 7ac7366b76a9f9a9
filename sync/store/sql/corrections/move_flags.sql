-- move_flags.sql
-- Question: which flags do these corrections speak of? The one each was proposed for, and all of its field.
-- Asked by: proposing, deciding, withdrawing. Rows: one per flag that stands in one of :from_states.
UPDATE quality.flag AS g SET state = :wanted, moved_at = :now
FROM   register.correction AS c
WHERE  c.correction_id = ANY(:correction_ids) AND g.record_id = c.record_id AND g.closed_at IS NULL
  AND  g.state = ANY(:from_states)
  AND (c.flag_id = g.flag_id OR (c.group_name, c.row_no, c.field_code) = (g.group_name, g.row_no, g.field_code))
