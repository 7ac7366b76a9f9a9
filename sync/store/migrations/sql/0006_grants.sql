-- The pipeline fills staging and its twin.
GRANT USAGE ON SCHEMA staging, rehearsal TO sync_writer;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, MAINTAIN ON ALL TABLES IN SCHEMA staging, rehearsal TO sync_writer;

-- Who tries a proposal stages its record, in a transaction that is rolled back.
GRANT USAGE ON SCHEMA staging TO desk_checker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA staging TO desk_checker;
