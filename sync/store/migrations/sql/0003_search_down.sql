DROP INDEX ledger.entry_by_record;
DROP FUNCTION portal.search_people(text, text, text, text, timestamptz, bigint, integer);
DROP TABLE register.directory;
DROP FUNCTION register.plain_name(text), register.name_key(text), register.letter_key(text), register.without_tones(text);
