-- What do the rows of one list group say, beside what their person says?
-- Asked by: locating failing rows. One row per row of the group. $1: snapshots; NULL: all.
SELECT
    item.snapshot_id,
    item.record_id,
    item.row_no,
    snapshot.as_of,
    {fields},
    NULLIF(item.unreadable_fields, '{{}}') AS unreadable_fields,
    NULLIF(item.converted_fields, '{{}}') AS converted_fields{context}
FROM staging.{group} AS item
JOIN landing.snapshot AS snapshot ON snapshot.snapshot_id = item.snapshot_id
{joins}
WHERE $1 IS NULL OR item.snapshot_id = ANY($1)
