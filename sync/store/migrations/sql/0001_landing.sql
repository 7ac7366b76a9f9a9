-- landing: what the sources said, kept before it is read and never changed afterwards.
CREATE SCHEMA landing;

CREATE TABLE landing.wave (
    wave_key    text PRIMARY KEY,
    trigger     text NOT NULL,
    as_of       date NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz
);

CREATE TABLE landing.snapshot (
    snapshot_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_code     text NOT NULL,
    unit_code       text NOT NULL,
    wave_key        text NOT NULL REFERENCES landing.wave,
    seq             integer NOT NULL,               -- rises per source, never goes back
    state           text NOT NULL CHECK (state IN ('sealed', 'checked', 'held', 'released', 'admitted',
                                                   'rejected', 'superseded', 'failed')),
    is_complete     boolean NOT NULL DEFAULT true,
    as_of           date NOT NULL,
    announced_count integer,
    received_count  integer NOT NULL CHECK (received_count >= 0),
    page_count      integer NOT NULL,
    pages_sha256    bytea NOT NULL,                 -- digest of the page digests, in order
    key_list_sha256 bytea NOT NULL,
    staged_count    integer,                        -- set by read; check and admit compare with it
    profile_sha256  text NOT NULL REFERENCES registry.profile,
    pulled_at       timestamptz NOT NULL,
    sealed_at       timestamptz NOT NULL,
    reason_code     text NOT NULL DEFAULT '',
    figures         jsonb NOT NULL DEFAULT '{}',    -- the numbers of the reason
    UNIQUE (source_code, seq)
);
CREATE INDEX snapshot_by_unit ON landing.snapshot (unit_code, seq DESC);
CREATE INDEX snapshot_open ON landing.snapshot (state)
    WHERE state IN ('sealed', 'checked', 'held', 'released');

CREATE TABLE landing.wave_unit (
    wave_key    text NOT NULL REFERENCES landing.wave,
    unit_code   text NOT NULL,
    outcome     text NOT NULL,
    reason_code text NOT NULL DEFAULT '',
    figures     jsonb NOT NULL DEFAULT '{}',
    snapshot_id bigint REFERENCES landing.snapshot,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (wave_key, unit_code)
);

CREATE TABLE landing.wave_step (
    wave_key    text NOT NULL REFERENCES landing.wave,
    step        text NOT NULL CHECK (step IN ('read', 'check', 'settle', 'measure')),
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (wave_key, step)
);

CREATE TABLE landing.record (
    record_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code  text NOT NULL,
    local_key  text NOT NULL,                       -- 'sha256:<hex>' where the source gave none
    has_key    boolean NOT NULL DEFAULT true,
    UNIQUE (unit_code, local_key)
);

CREATE TABLE landing.document (
    document_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code      text NOT NULL,
    content_sha256 bytea NOT NULL,                  -- without volatile and secret paths
    body           bytea NOT NULL,                  -- the bytes that came, zstd
    doc            jsonb,                           -- NULL where JSONB refuses the bytes
    problems       text[] NOT NULL DEFAULT '{}',
    kept_at        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (unit_code, content_sha256)
) WITH (toast_tuple_target = 8160);
ALTER TABLE landing.document ALTER body SET STORAGE EXTERNAL, ALTER doc SET STORAGE EXTERNAL;

CREATE TABLE landing.snapshot_entry (
    snapshot_id bigint NOT NULL,
    record_id   bigint NOT NULL,
    document_id bigint NOT NULL,
    entry_count integer NOT NULL CHECK (entry_count > 0),
    PRIMARY KEY (snapshot_id, record_id, document_id)
);

-- The present answer of each source: what was last admitted, with the class of every record.
CREATE TABLE landing.present (
    record_id          bigint PRIMARY KEY,
    unit_code          text NOT NULL,
    document_id        bigint NOT NULL,
    other_document_ids bigint[],                    -- only where one key came with differing documents
    entry_count        integer NOT NULL,
    class              text NOT NULL CHECK (class IN ('unreadable', 'quarantined', 'waiting', 'admitted')),
    typed_sha256       bytea,
    missing_fields     text[] NOT NULL DEFAULT '{}',
    basis_sha256       text NOT NULL
);
CREATE INDEX present_by_unit ON landing.present (unit_code);
