ALTER TABLE facts.unit_day DROP waived_findings;
ALTER TABLE register.dossier DROP overlay_ids;
DROP TABLE registry.code_mapping;
DROP TABLE quality.waiver;
DROP TABLE register.correction;
DROP FUNCTION register.keep_proposal();
DROP TABLE quality.flag;
