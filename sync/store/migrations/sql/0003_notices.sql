-- registry: who is written to about a unit, who wants silence until when, and what waits to be sent. No person.

-- A mailbox of the unit's office, and what it wants to read; from a day on, until a day.
CREATE TABLE registry.notice_address (
    address_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    unit_code  text NOT NULL,
    email      text NOT NULL CHECK (length(email) <= 254
        AND email ~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*$'),
    kinds      text[] NOT NULL CHECK (kinds <> '{}' AND kinds <@ ARRAY['digest', 'level', 'hold']),
    valid_on   daterange NOT NULL CHECK (NOT isempty(valid_on)),
    stated_by  text NOT NULL,
    stated_at  timestamptz NOT NULL,
    PRIMARY KEY (unit_code, email, valid_on WITHOUT OVERLAPS)
);

-- A unit wants no notices of a kind until a day, that day included; one word in force for each.
CREATE TABLE registry.notice_mute (
    mute_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('digest', 'level', 'hold')),
    until_on  date NOT NULL,
    reason    text NOT NULL CHECK (reason <> ''),
    stated_by text NOT NULL,
    stated_at timestamptz NOT NULL,
    ended_at  timestamptz,
    ended_by  text,
    CONSTRAINT end_names_who CHECK (num_nulls(ended_at, ended_by) IN (0, 2))
);
CREATE UNIQUE INDEX notice_mute_in_force ON registry.notice_mute (unit_code, kind) WHERE ended_at IS NULL;

-- What is said once to a unit. The key says what it is about: the same thing is not said again.
CREATE TABLE registry.notice (
    notice_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code  text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('digest', 'level', 'hold')),
    about_on   date NOT NULL,
    about_key  text NOT NULL UNIQUE,
    subject    text NOT NULL CHECK (subject <> '' AND subject !~ '[[:cntrl:]]'),
    body_vi    text NOT NULL,
    body_en    text NOT NULL,
    queued_at  timestamptz NOT NULL
);
CREATE INDEX notice_by_unit ON registry.notice (unit_code, notice_id DESC);

-- One mail to one address. What a server took is sent and never queued again.
CREATE TABLE registry.notice_mail (
    mail_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id   bigint NOT NULL REFERENCES registry.notice,
    email       text NOT NULL,
    message_key uuid NOT NULL DEFAULT gen_random_uuid(),  -- in its Message-ID, so that a repeat is known as one
    state       text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'dropped')),
    attempts    integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    smtp_code   integer,                        -- the server's last answer; 0: it went away
    note        text NOT NULL DEFAULT '' CHECK (note IN ('', 'muted', 'address_ended', 'superseded', 'too_old')),
    sent_at     timestamptz,
    UNIQUE (notice_id, email),
    CONSTRAINT sent_mails_say_when CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT dropped_mails_say_why CHECK (state <> 'dropped' OR note <> '')
);
CREATE INDEX notice_mail_queue ON registry.notice_mail (next_try_at, mail_id) WHERE state = 'queued';

CREATE FUNCTION registry.keep_final_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'queued' THEN
        RAISE EXCEPTION 'a mail that is % stays so', OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'final_mail_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER final_mail_stays BEFORE UPDATE ON registry.notice_mail
    FOR EACH ROW EXECUTE FUNCTION registry.keep_final_mail();

GRANT SELECT, INSERT, UPDATE, DELETE ON registry.notice_address, registry.notice_mute, registry.notice,
    registry.notice_mail TO sync_writer;

-- The pages show a unit its own, and stewards and engineers everybody's; the second officer of a unit mutes it.
ALTER TABLE registry.notice_address ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE registry.notice_mute ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE registry.notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE registry.notice_mail ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['notice_address', 'notice_mute', 'notice'] LOOP
        EXECUTE format('CREATE POLICY owner_all ON registry.%I TO cbccvc_owner USING (true)', name);
        EXECUTE format('CREATE POLICY seen ON registry.%I FOR SELECT TO portal_writer'
                       ' USING (unit_code = ANY ((SELECT portal.viewer_units())::text[])'
                       ' OR (SELECT portal.viewer_is(''steward'')) OR (SELECT portal.viewer_is(''engineer'')))', name);
    END LOOP;
END $$;
CREATE POLICY owner_all ON registry.notice_mail TO cbccvc_owner USING (true);
CREATE POLICY seen ON registry.notice_mail FOR SELECT TO portal_writer USING (EXISTS
    (SELECT FROM registry.notice AS n WHERE n.notice_id = notice_mail.notice_id));
GRANT INSERT ON registry.notice_mute TO portal_writer;
GRANT UPDATE (ended_at, ended_by) ON registry.notice_mute TO portal_writer;
CREATE POLICY muted_by_second_officer ON registry.notice_mute FOR INSERT TO portal_writer
    WITH CHECK (stated_by = (SELECT portal.viewer_login()) AND ended_at IS NULL
                AND (unit_code = ANY ((SELECT portal.viewer_units('hr_approver'))::text[])
                     OR (SELECT portal.viewer_is('steward'))));
CREATE POLICY ended_by_second_officer ON registry.notice_mute FOR UPDATE TO portal_writer
    USING (ended_at IS NULL AND (unit_code = ANY ((SELECT portal.viewer_units('hr_approver'))::text[])
                                 OR (SELECT portal.viewer_is('steward'))))
    WITH CHECK (ended_by = (SELECT portal.viewer_login()));
