DROP INDEX quality.waiver_by_record, register.correction_by_record;
DROP INDEX landing.snapshot_admitted_at, landing.snapshot_admitted;
DROP TRIGGER tally_gone ON quality.flag;
DROP TRIGGER tally_moved ON quality.flag;
DROP TRIGGER tally_new ON quality.flag;
DROP FUNCTION quality.tally_flags();
DROP TABLE quality.asked_cause;
DROP TABLE quality.flag_tally;
