ALTER TABLE ledger.entry DROP record_id;
CREATE INDEX entry_by_record ON ledger.entry ((figures ->> 'record_id'), entry_id DESC) WHERE figures ? 'record_id';
