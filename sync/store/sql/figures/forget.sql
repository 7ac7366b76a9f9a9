-- forget.sql
-- Question: which figures did an earlier check of these snapshots count?
-- Asked by: brakes, before they count again. Rows: few.
DELETE FROM staging.figures WHERE snapshot_id = ANY(:ids)
