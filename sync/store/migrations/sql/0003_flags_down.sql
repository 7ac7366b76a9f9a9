DROP FUNCTION quality.follow_mapping(bigint, bytea, text[], timestamptz);
ALTER TABLE landing.present DROP mapping_ids;
DROP INDEX quality.waiver_due, quality.waiver_by_flag, quality.waiver_by_unit, register.correction_by_unit;
