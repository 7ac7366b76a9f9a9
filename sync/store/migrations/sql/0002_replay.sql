-- landing: a snapshot that replays kept documents; what housekeeping takes away.
ALTER TABLE landing.snapshot
    ADD replay_of  bigint REFERENCES landing.snapshot,  -- read again; as old as the answer it replays
    ADD leaving_at timestamptz,                         -- too old to keep: replayed no more
    ADD emptied_at timestamptz,                         -- its entries are gone; the row itself stays
    ADD CONSTRAINT emptied_left CHECK (emptied_at IS NULL OR leaving_at IS NOT NULL),
    ADD CONSTRAINT open_stays CHECK (leaving_at IS NULL
        OR state IN ('admitted', 'rejected', 'superseded', 'failed'));
CREATE INDEX snapshot_by_wave ON landing.snapshot (wave_key);

-- What housekeeping has taken from a unit and not yet written into the ledger: it may be interrupted.
CREATE TABLE landing.removal (
    unit_code     text NOT NULL,
    what          text NOT NULL,
    removed_count bigint NOT NULL,
    PRIMARY KEY (unit_code, what)
);

-- No index on landing.document by unit alone: the one on (unit_code, content_sha256) serves, and a
-- second one, taken by statistics that are older than a first delivery, made sealing quadratic.
CREATE INDEX finding_closed ON quality.finding (unit_code, closed_at) WHERE closed_at IS NOT NULL;
