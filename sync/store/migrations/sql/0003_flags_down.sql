DROP FUNCTION quality.follow_mapping(bigint, bytea, text[], timestamptz);
ALTER TABLE landing.present DROP mapping_ids;
