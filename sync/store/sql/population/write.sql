-- write.sql
-- Question: what did this batch change? Verdicts replace older ones; a dispute stays while our values
--   and the answer it is about stay; whose findings may change is read again by the next wave.
-- Asked by: verify, once a batch. Rows: one, how many disputes ended.
WITH answered AS (
    SELECT a.record_id, a.asked_hmac, a.answer, string_to_array(a.fields, ',') AS fields, a.is_name_close
    FROM   unnest(CAST(:record_ids AS bigint[]), CAST(:hmacs AS bytea[]), CAST(:answers AS text[]),
                  CAST(:fields AS text[]), CAST(:closes AS boolean[]))
           AS a(record_id, asked_hmac, answer, fields, is_name_close)
), compared AS (
    SELECT a.*, k.disputed_at, k.disputed_by, k.dispute_reason,
           ((k.asked_hmac, k.answer, k.fields, k.is_name_close)
            = (a.asked_hmac, a.answer, a.fields, a.is_name_close)) IS TRUE AS is_same,
           -- what the rules say: nothing of a match, of other values, nor under a dispute
           CASE WHEN k.asked_hmac = a.asked_hmac AND k.status IN ('mismatched', 'not_found')
                THEN concat_ws(',', k.answer, k.is_name_close, array_to_string(k.fields, ',')) ELSE '' END AS said,
           CASE WHEN a.answer = 'matched' THEN ''
                ELSE concat_ws(',', a.answer, a.is_name_close, array_to_string(a.fields, ',')) END AS says
    FROM   answered AS a LEFT JOIN quality.population_check AS k ON k.record_id = a.record_id
), written AS (
    INSERT INTO quality.population_check (record_id, unit_code, asked_hmac, answer, fields, is_name_close,
        checked_at, valid_until, disputed_at, disputed_by, dispute_reason)
    SELECT record_id, :unit_code, asked_hmac, answer, fields, is_name_close, :checked_at, :valid_until,
           CASE WHEN is_same THEN disputed_at END,
           CASE WHEN is_same THEN disputed_by END,
           CASE WHEN is_same THEN dispute_reason END
    FROM   compared
    ON     CONFLICT (record_id) DO UPDATE SET
        unit_code = excluded.unit_code, asked_hmac = excluded.asked_hmac, answer = excluded.answer,
        fields = excluded.fields, is_name_close = excluded.is_name_close,
        checked_at = excluded.checked_at, valid_until = excluded.valid_until,
        disputed_at = excluded.disputed_at, disputed_by = excluded.disputed_by,
        dispute_reason = excluded.dispute_reason
), queued AS (
    INSERT INTO quality.recheck (record_id, unit_code, why)
    SELECT record_id, :unit_code, 'the population register answered'
    FROM   compared WHERE said <> says AND NOT (is_same AND disputed_at IS NOT NULL)
    ON     CONFLICT (record_id) DO UPDATE SET taken_by = NULL, why = excluded.why
)
SELECT count(*) FROM compared WHERE disputed_at IS NOT NULL AND NOT is_same
