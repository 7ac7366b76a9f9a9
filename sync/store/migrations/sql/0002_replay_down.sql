-- Undoes 0002_replay.sql.
SELECT 1;
