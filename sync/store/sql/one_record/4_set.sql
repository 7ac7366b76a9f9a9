-- 4_set.sql
-- Question: how would these records read with the proposed values of this field? One that cannot be read is
--   unreadable. An element taken away and one put back: a list names a field once.
-- Asked by: checking proposed values, in a savepoint that is rolled back. Rows: one per row that stands.
UPDATE staging.{group} AS g
SET    {field} = CASE WHEN pg_input_is_valid(x.value, '{kind}') THEN CAST(x.value AS {kind}) END,
       unreadable_fields = array_remove(g.unreadable_fields, :field_code)
           || CASE WHEN NOT pg_input_is_valid(x.value, '{kind}') THEN ARRAY[CAST(:field_code AS text)]
                   ELSE '{{}}' END,
       converted_fields = array_remove(g.converted_fields, :field_code)
FROM   unnest(CAST(:record_ids AS bigint[]), CAST(:row_nos AS integer[]), CAST(:values AS text[]))
           AS x(record_id, row_no, value)
WHERE  g.snapshot_id = :snapshot_id AND g.record_id = x.record_id AND g.row_no = x.row_no
