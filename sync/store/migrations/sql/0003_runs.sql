-- landing, facts: what the engineers' pages ask for. No person.

-- Airflow's own name of the run, so that a page can lead to its tasks; '' for a wave without Airflow.
ALTER TABLE landing.wave ADD run_id text NOT NULL DEFAULT '';
CREATE INDEX wave_by_start ON landing.wave (started_at DESC, wave_key DESC);
CREATE INDEX snapshot_by_pull ON landing.snapshot (pulled_at);
CREATE INDEX unit_wave_by_unit ON facts.unit_wave (unit_code, started_at DESC);
