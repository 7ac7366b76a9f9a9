-- judge.sql
-- Question: what do the staged records say, as read, about the corrections of this field? The value that a
--   correction replaces: it applies. The proposed value: the source agrees. Else it differs. In a list the other
--   fields of the row must be those of the row that was corrected, or what other corrections of it wanted: a row
--   that took its place is another row.
-- Asked by: read, after hashing and before anything is laid over. Rows: one per correction of a staged record.
--   Group, field, kind and what is said and hashed come from the contract.
WITH wanted AS (
    SELECT d.snapshot_id, d.record_id, c.correction_id, c.row_no, c.old_hmac, c.new_value, c.proposed_at,
           c.state = 'approved' AS is_approved
    FROM   register.correction AS c
    JOIN   staging.document AS d ON d.record_id = c.record_id
    WHERE  d.snapshot_id = ANY(:snapshot_ids) AND d.pass_no = :pass_no
      AND  d.is_readable AND NOT d.is_malformed AND d.differing_count = 1
      AND  c.state IN ('proposed', 'approved') AND c.group_name = :group_name AND c.field_code = :field_code
), stood AS (
    SELECT w.*, g.record_id IS NULL AS is_absent, g.{field} AS value, {said} AS said
    FROM   wanted AS w
    LEFT   JOIN staging.{group} AS g
           ON g.snapshot_id = w.snapshot_id AND g.record_id = w.record_id AND g.row_no = w.row_no
), agreed AS (
    SELECT s.snapshot_id, s.correction_id, jsonb_object_agg(x.field_code, x.old_value) AS was
    FROM   stood AS s
    JOIN   register.correction AS x
           ON x.record_id = s.record_id AND x.group_name = :group_name AND x.row_no = s.row_no
    WHERE  {is_list} AND x.state IN ('proposed', 'approved', 'retired')
      AND (x.ended_at IS NULL OR x.ended_at > s.proposed_at)
      AND  x.new_value IS NOT DISTINCT FROM s.said ->> x.field_code
    GROUP  BY 1, 2
), judged AS (
    SELECT s.*, CASE WHEN {is_list} AND (s.is_absent OR {hmac} <> s.old_hmac) THEN 'differs'
                     WHEN NOT {is_list} AND {hmac} = s.old_hmac THEN 'applies'
                     WHEN NOT s.is_absent AND s.value IS NOT DISTINCT FROM CAST(s.new_value AS {kind}) THEN 'agrees'
                     WHEN {is_list} THEN 'applies'
                     ELSE 'differs' END AS verdict
    FROM   stood AS s
    LEFT   JOIN agreed AS a ON a.snapshot_id = s.snapshot_id AND a.correction_id = s.correction_id
)
INSERT INTO staging.overlay (snapshot_id, record_id, correction_id, verdict)
SELECT j.snapshot_id, j.record_id, j.correction_id,
       CASE WHEN j.verdict <> 'applies' THEN j.verdict WHEN j.is_approved THEN 'applied' ELSE 'stands' END
FROM   judged AS j
