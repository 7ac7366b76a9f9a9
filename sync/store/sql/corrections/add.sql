-- add.sql
-- Question: which values are proposed in place of which?
-- Asked by: proposing one or many. Rows: one per proposed value.
INSERT INTO register.correction (unit_code, record_id, group_name, row_no, field_code, flag_id, old_hmac, old_value,
    new_value, reason, state, proposed_by, proposed_at)
SELECT x.unit_code, x.record_id, x.group_name, x.row_no, x.field_code, x.flag_id, x.old_hmac, x.old_value,
       x.new_value, :reason, 'proposed', :actor, :now
FROM   unnest(CAST(:unit_codes AS text[]), CAST(:record_ids AS bigint[]), CAST(:groups AS text[]),
              CAST(:row_nos AS integer[]), CAST(:fields AS text[]), CAST(:flag_ids AS bigint[]),
              CAST(:old_hmacs AS bytea[]), CAST(:old_values AS text[]), CAST(:new_values AS text[]))
           AS x(unit_code, record_id, group_name, row_no, field_code, flag_id, old_hmac, old_value, new_value)
RETURNING correction_id, record_id, group_name, row_no, field_code
