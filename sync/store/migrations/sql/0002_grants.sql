-- The pipeline rehearses changed rules in tables of their own.
GRANT USAGE ON SCHEMA rehearsal TO sync_writer;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, MAINTAIN ON ALL TABLES IN SCHEMA rehearsal TO sync_writer;
