-- portal: one code an account that ties an outside identity to it, and who waits for one. `portal_keeper` alone.
CREATE TABLE portal.link_code (
    account_id  bigint PRIMARY KEY REFERENCES portal.account,
    code_sha256 bytea NOT NULL UNIQUE,          -- of 80 random bits, shown once
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE TABLE portal.vouched (
    visit_sha256 bytea PRIMARY KEY,             -- of 32 random bytes that only the browser keeps
    issuer       text NOT NULL,
    subject      text NOT NULL,
    target       text NOT NULL,
    expires_at   timestamptz NOT NULL
);

-- Closed to every role but the keeper, and stays so should a wider grant come one day.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['portal.link_code', 'portal.vouched'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %s TO cbccvc_owner USING (true)', name);
        EXECUTE format('CREATE POLICY keeper_all ON %s TO portal_keeper USING (true)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO portal_keeper', name);
    END LOOP;
END $$;

-- Roles are given in units that are in the registry; nothing else of it is the keeper's to see.
GRANT USAGE ON SCHEMA registry TO portal_keeper;
GRANT SELECT (unit_code) ON registry.unit TO portal_keeper;
