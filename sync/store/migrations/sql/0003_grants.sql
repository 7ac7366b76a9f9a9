-- The pages: read what row-level security shows, propose and decide, sign in the ledger.
GRANT USAGE ON SCHEMA landing, register, quality, registry, ledger TO portal_writer;
GRANT EXECUTE ON FUNCTION portal.viewer_id(), portal.viewer_login(), portal.viewer_units(text),
    portal.viewer_is(text) TO portal_writer;
REVOKE EXECUTE ON FUNCTION portal.viewer_id(), portal.viewer_login(), portal.viewer_units(text),
    portal.viewer_is(text) FROM PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA registry, landing, quality TO portal_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA register TO portal_writer;
REVOKE ALL ON register.servant, register.identity_alias FROM portal_writer;
GRANT INSERT ON register.correction, quality.waiver, registry.code_mapping TO portal_writer;
GRANT UPDATE (state, decided_by, decided_at, decision_reason, ended_at) ON register.correction, registry.code_mapping
    TO portal_writer;
GRANT UPDATE (state, ended_at, ended_by) ON quality.waiver TO portal_writer;
GRANT INSERT, UPDATE ON quality.recheck TO portal_writer;
GRANT UPDATE (state, moved_at, closed_at) ON quality.flag TO portal_writer;
GRANT SELECT, INSERT ON ledger.entry TO portal_writer;
GRANT UPDATE (state, reason_code, figures) ON landing.snapshot TO portal_writer;
GRANT INSERT ON quality.release TO portal_writer;

-- Accounts and sessions; no person of the register, no figures.
GRANT USAGE ON SCHEMA portal, ledger TO portal_keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA portal TO portal_keeper;
GRANT INSERT ON ledger.entry TO portal_keeper;
GRANT SELECT (entry_id, action) ON ledger.entry TO portal_keeper;  -- the number of what it wrote

-- Checks one proposal in a transaction that is rolled back: reads, stages, keeps nothing.
GRANT USAGE ON SCHEMA landing, register, quality, registry, staging TO desk_checker;
GRANT SELECT ON ALL TABLES IN SCHEMA landing, register, quality, registry, staging TO desk_checker;
GRANT INSERT ON landing.snapshot, landing.snapshot_entry TO desk_checker;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA staging TO desk_checker;

GRANT SELECT, INSERT, UPDATE, DELETE ON quality.flag, register.correction, quality.waiver, registry.code_mapping
    TO sync_writer;
