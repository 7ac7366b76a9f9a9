-- 3_values.sql
-- Question: what stands, as read, where these values are proposed, and what would the database read of them?
-- Asked by: checking proposed values of one field. Rows: one per proposed value. {group}, {field}, {kind} come
--   from the contract.
SELECT x.number, g.record_id IS NULL AS is_absent, g.{field}::text AS old_value, {hmac} AS old_hmac,
       x.value IS NULL OR pg_input_is_valid(x.value, '{kind}') AS is_readable,
       CASE WHEN pg_input_is_valid(x.value, '{kind}') THEN CAST(x.value AS {kind})::text END AS new_value
FROM   unnest(CAST(:numbers AS integer[]), CAST(:record_ids AS bigint[]), CAST(:row_nos AS integer[]),
              CAST(:values AS text[])) AS x(number, record_id, row_no, value)
LEFT   JOIN staging.{group} AS g
       ON g.snapshot_id = :snapshot_id AND g.record_id = x.record_id AND g.row_no = x.row_no
