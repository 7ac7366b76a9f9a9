-- lay.sql
-- Question: how do the staged records read with the corrections of this field that apply?
-- Asked by: read, after all fields were judged. Rows: one per row that a group of one row got only by them; group,
--   field and kind come from the contract.
WITH held AS (
    SELECT o.snapshot_id, o.record_id, c.row_no, c.new_value
    FROM   staging.overlay AS o
    JOIN   register.correction AS c ON c.correction_id = o.correction_id
    JOIN   staging.document AS d ON d.snapshot_id = o.snapshot_id AND d.record_id = o.record_id
    WHERE  o.snapshot_id = ANY(:snapshot_ids) AND d.pass_no = :pass_no AND o.verdict = 'applied'
      AND  c.group_name = :group_name AND c.field_code = :field_code
), laid AS (
    UPDATE staging.{group} AS g
    SET    {field} = CAST(h.new_value AS {kind}),
           unreadable_fields = array_remove(g.unreadable_fields, :field_code),
           converted_fields = array_remove(g.converted_fields, :field_code)
    FROM   held AS h
    WHERE  g.snapshot_id = h.snapshot_id AND g.record_id = h.record_id AND g.row_no = h.row_no
)
INSERT INTO staging.{group} (snapshot_id, record_id, row_no, {field})
SELECT h.snapshot_id, h.record_id, h.row_no, CAST(h.new_value AS {kind})
FROM   held AS h
WHERE  NOT EXISTS (SELECT FROM staging.{group} AS g WHERE g.snapshot_id = h.snapshot_id
                   AND g.record_id = h.record_id AND g.row_no = h.row_no)
