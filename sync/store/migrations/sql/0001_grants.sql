-- Least privilege: each role may do its own work and nothing else.
GRANT USAGE ON SCHEMA registry, landing, staging, quality, register, ledger, facts TO sync_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA registry, landing, quality, register, facts
    TO sync_writer;
REVOKE UPDATE, DELETE ON register.dossier_version FROM sync_writer;
REVOKE UPDATE ON landing.document, landing.snapshot_entry FROM sync_writer;
GRANT USAGE ON SEQUENCE register.servant_servant_id_seq TO sync_writer;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, MAINTAIN ON ALL TABLES IN SCHEMA staging TO sync_writer;
GRANT SELECT, INSERT ON ledger.entry TO sync_writer;

GRANT USAGE ON SCHEMA facts TO committee_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA facts TO committee_reader;

GRANT USAGE ON SCHEMA ledger, facts TO auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger, facts TO auditor;

GRANT USAGE ON SCHEMA portal, facts TO portal_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA facts TO portal_writer;
