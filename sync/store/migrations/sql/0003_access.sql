-- portal: sign-ins under way at an OpenID Connect provider, each good once; ledger: what an auditor filters by.
CREATE TABLE portal.sign_in_attempt (
    state_sha256 bytea PRIMARY KEY,             -- of what the browser keeps and the provider brings back
    nonce        text NOT NULL,
    verifier     text NOT NULL,
    target       text NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX entry_by_actor ON ledger.entry (actor, entry_id DESC);
CREATE INDEX entry_by_action ON ledger.entry (action, entry_id DESC);
CREATE INDEX entry_by_time ON ledger.entry (recorded_at);
