-- add_cells.sql
-- Question: which cells of an uploaded sheet were changed, and what is said of each?
-- Asked by: the upload of a sheet. Rows: one per changed cell.
INSERT INTO register.upload_cell (draft_id, cell_no, sheet_row, record_id, group_name, row_no, field_code, verdict,
    rule_code, flag_id, old_hmac, exported, given, present)
SELECT :draft_id, x.cell_no, x.sheet_row, x.record_id, x.group_name, x.row_no, x.field_code, x.verdict, x.rule_code,
       x.flag_id, x.old_hmac, x.exported, x.given, x.present
FROM   unnest(CAST(:sheet_rows AS integer[]), CAST(:record_ids AS bigint[]), CAST(:groups AS text[]),
              CAST(:row_nos AS integer[]), CAST(:fields AS text[]), CAST(:verdicts AS text[]),
              CAST(:rule_codes AS text[]), CAST(:flag_ids AS bigint[]), CAST(:old_hmacs AS bytea[]),
              CAST(:exported AS text[]), CAST(:given AS text[]), CAST(:present AS text[])) WITH ORDINALITY
           AS x(sheet_row, record_id, group_name, row_no, field_code, verdict, rule_code, flag_id, old_hmac,
                exported, given, present, cell_no)
