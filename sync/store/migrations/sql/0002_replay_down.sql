-- Undoes 0002_replay.sql.
DROP INDEX quality.finding_closed;
DROP TABLE landing.removal;
DROP INDEX landing.snapshot_by_wave;
ALTER TABLE landing.snapshot DROP replay_of, DROP leaving_at, DROP emptied_at;
