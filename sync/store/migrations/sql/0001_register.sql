-- register: the current dossiers. Typed tables, one a group, are generated beside this file.
CREATE SCHEMA register;

CREATE TABLE register.servant (
    servant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE register.identity_alias (
    identity_number text NOT NULL,
    servant_id      bigint NOT NULL,
    since           timestamptz NOT NULL DEFAULT now(),
    until           timestamptz                     -- a number that was corrected names its servant no more
);
CREATE UNIQUE INDEX alias_present ON register.identity_alias (identity_number) WHERE until IS NULL;
CREATE INDEX alias_by_servant ON register.identity_alias (servant_id);

CREATE TABLE register.dossier (
    record_id       bigint PRIMARY KEY,
    unit_code       text NOT NULL,
    servant_id      bigint NOT NULL,
    state           text NOT NULL CHECK (state IN ('live', 'waiting', 'ended', 'absent')),
    is_stale        boolean NOT NULL DEFAULT false, -- the last good version is shown, a newer one is blocked
    start_on        date,                           -- joined this unit; decides between claims
    document_id     bigint NOT NULL,
    typed_sha256    bytea NOT NULL,                 -- of the typed rows as read
    register_sha256 bytea,                          -- of the typed rows as this register holds them
    snapshot_id     bigint NOT NULL,
    changed_at      timestamptz NOT NULL
);
CREATE INDEX dossier_by_unit ON register.dossier (unit_code, state);
CREATE INDEX dossier_by_servant ON register.dossier (servant_id);
-- One person, one holder (Decree 27/2026/NĐ-CP): the database keeps it.
CREATE UNIQUE INDEX dossier_one_live_holder ON register.dossier (servant_id) WHERE state = 'live';

CREATE TABLE register.dossier_version (
    version_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id    bigint NOT NULL,
    servant_id   bigint NOT NULL,
    document_id  bigint NOT NULL,                   -- with the basis, what the version says can be read again
    snapshot_id  bigint NOT NULL,
    basis_sha256 text NOT NULL,
    typed_sha256 bytea NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX version_by_record ON register.dossier_version (record_id);
