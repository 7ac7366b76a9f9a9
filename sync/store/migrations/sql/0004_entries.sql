-- ledger: entries that name a record, found by a column: row-level security keeps questions inside JSON off an index.
DROP INDEX ledger.entry_by_record;
ALTER TABLE ledger.entry ADD record_id bigint GENERATED ALWAYS AS
    (CASE WHEN jsonb_typeof(figures -> 'record_id') = 'number' THEN CAST(figures ->> 'record_id' AS bigint) END) STORED;
CREATE INDEX entry_by_record ON ledger.entry (record_id, entry_id) WHERE record_id IS NOT NULL;
