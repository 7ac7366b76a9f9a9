DROP INDEX facts.unit_wave_by_unit;
DROP INDEX landing.snapshot_by_pull;
DROP INDEX landing.wave_by_start;
ALTER TABLE landing.wave DROP run_id;
