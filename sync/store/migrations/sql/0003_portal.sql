-- portal: accounts, roles, sessions, tokens. Written by `portal_keeper` alone; no person of the register.
CREATE TABLE portal.account (
    account_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login         text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    display_name  text NOT NULL,
    email         text NOT NULL DEFAULT '',
    password_hash text,                         -- argon2id; NULL: signs in by OpenID Connect only
    must_change   boolean NOT NULL DEFAULT true, -- a first password is changed before anything else
    failure_count integer NOT NULL DEFAULT 0,
    locked_until  timestamptz,
    issuer        text,                         -- OpenID Connect: who vouches, and for which subject
    subject       text,
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL,
    closed_at     timestamptz,
    CONSTRAINT voucher_is_whole CHECK (num_nulls(issuer, subject) IN (0, 2)),
    UNIQUE (issuer, subject)
);

CREATE TABLE portal.account_role (
    account_id bigint NOT NULL REFERENCES portal.account,
    role       text NOT NULL CHECK (role IN ('hr_officer', 'hr_approver', 'steward', 'engineer', 'committee',
                                             'auditor', 'administrator')),
    unit_code  text NOT NULL DEFAULT '',        -- of the two HR roles; '' for a national role
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    CONSTRAINT hr_roles_name_a_unit CHECK ((role IN ('hr_officer', 'hr_approver')) = (unit_code <> '')),
    PRIMARY KEY (account_id, role, unit_code)
);

CREATE TABLE portal.session (
    session_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE,         -- of 32 random bytes that only the browser keeps
    form_key     text NOT NULL,                 -- what a form of this session must bring back
    account_id   bigint NOT NULL REFERENCES portal.account,
    opened_at    timestamptz NOT NULL,
    idle_until   timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    ended_at     timestamptz
);
CREATE INDEX session_by_account ON portal.session (account_id) WHERE ended_at IS NULL;

CREATE TABLE portal.sign_in_failure (
    address   text NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX sign_in_failure_by_time ON portal.sign_in_failure (failed_at);

CREATE TABLE portal.api_token (
    token_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE,
    account_id   bigint NOT NULL REFERENCES portal.account,
    name         text NOT NULL CHECK (name <> ''),
    scopes       text[] NOT NULL CHECK (scopes <> '{}' AND scopes <@ ARRAY['scorecard']),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz
);

-- Who looks, by the token of the connection's transaction; nobody without a valid one. The role of the
-- pages can ask, but neither read sessions nor make one.
CREATE FUNCTION portal.viewer_id() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.account_id
    FROM   portal.session AS s
    JOIN   portal.account AS a USING (account_id)
    WHERE  s.token_sha256 = sha256(convert_to(current_setting('portal.token', true), 'UTF8'))
      AND  s.ended_at IS NULL AND s.idle_until > now() AND s.ends_at > now()
      AND  a.closed_at IS NULL AND NOT a.must_change
$$;
CREATE FUNCTION portal.viewer_login() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT a.login FROM portal.account AS a WHERE a.account_id = portal.viewer_id()
$$;
CREATE FUNCTION portal.viewer_units(wanted text DEFAULT NULL) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT r.unit_code), '{}')
    FROM   portal.account_role AS r
    WHERE  r.account_id = portal.viewer_id() AND r.role IN ('hr_officer', 'hr_approver')
      AND  r.role = coalesce(wanted, r.role)
$$;
CREATE FUNCTION portal.viewer_is(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT EXISTS (SELECT FROM portal.account_role AS r
                   WHERE r.account_id = portal.viewer_id() AND r.role = wanted)
$$;
