-- 5_add.sql
-- Question: which records get a row of this group only by the proposed values?
-- Asked by: checking proposed values of a group of one row. Rows: one per such record.
INSERT INTO staging.{group} (snapshot_id, record_id, row_no, {field})
SELECT :snapshot_id, x.record_id, x.row_no, CAST(x.value AS {kind})
FROM   unnest(CAST(:record_ids AS bigint[]), CAST(:row_nos AS integer[]), CAST(:values AS text[]))
           AS x(record_id, row_no, value)
WHERE  x.row_no = 1 AND pg_input_is_valid(x.value, '{kind}')
  AND  NOT EXISTS (SELECT FROM staging.{group} AS g
                   WHERE g.snapshot_id = :snapshot_id AND g.record_id = x.record_id AND g.row_no = x.row_no)
