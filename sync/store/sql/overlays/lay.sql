-- lay.sql
-- Question: what do the staged records say, as read, about the corrections of this field? The value that a
--   correction replaces: it is laid over, where approved. The proposed value: the source agrees. Else it differs.
-- Asked by: read, after hashing. Rows: one per correction of a staged record. {group}, {field}, {kind} come from
--   the contract; {absent} is true for a group of one row, which need not have come at all.
WITH wanted AS (
    SELECT d.snapshot_id, d.record_id, c.correction_id, c.row_no, c.old_hmac, c.new_value,
           c.state = 'approved' AS is_approved
    FROM   register.correction AS c
    JOIN   staging.document AS d ON d.record_id = c.record_id
    WHERE  d.snapshot_id = ANY(:snapshot_ids) AND d.pass_no = :pass_no
      AND  d.is_readable AND NOT d.is_malformed AND d.differing_count = 1
      AND  c.state IN ('proposed', 'approved') AND c.group_name = :group_name AND c.field_code = :field_code
), judged AS (
    SELECT w.*, g.record_id IS NULL AS is_absent,
           CASE WHEN g.record_id IS NULL AND NOT {absent} THEN 'differs'
                WHEN {hmac} = w.old_hmac THEN 'applies'
                WHEN g.record_id IS NOT NULL
                     AND g.{field} IS NOT DISTINCT FROM CAST(w.new_value AS {kind}) THEN 'agrees'
                ELSE 'differs' END AS verdict
    FROM   wanted AS w
    LEFT   JOIN staging.{group} AS g
           ON g.snapshot_id = w.snapshot_id AND g.record_id = w.record_id AND g.row_no = w.row_no
), laid AS (
    UPDATE staging.{group} AS g
    SET    {field} = CAST(j.new_value AS {kind}),
           unreadable_fields = array_remove(g.unreadable_fields, :field_code),
           converted_fields = array_remove(g.converted_fields, :field_code)
    FROM   judged AS j
    WHERE  j.verdict = 'applies' AND j.is_approved AND NOT j.is_absent
      AND  g.snapshot_id = j.snapshot_id AND g.record_id = j.record_id AND g.row_no = j.row_no
), added AS (
    INSERT INTO staging.{group} (snapshot_id, record_id, row_no, {field})
    SELECT j.snapshot_id, j.record_id, j.row_no, CAST(j.new_value AS {kind})
    FROM   judged AS j
    WHERE  j.verdict = 'applies' AND j.is_approved AND j.is_absent
)
INSERT INTO staging.overlay (snapshot_id, record_id, correction_id, verdict)
SELECT j.snapshot_id, j.record_id, j.correction_id,
       CASE WHEN j.verdict <> 'applies' THEN j.verdict WHEN j.is_approved THEN 'applied' ELSE 'stands' END
FROM   judged AS j
