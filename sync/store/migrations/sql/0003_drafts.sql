-- register: sheets that came back and wait for who uploaded them. Values live in this schema; a draft is gone
-- after a day. Runs after the guard and the grants: nobody but its owner and housekeeping has rights here.
CREATE TABLE register.upload_draft (
    draft_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_code       text NOT NULL,
    uploaded_by     text NOT NULL,
    uploaded_at     timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    state           text NOT NULL CHECK (state IN ('open', 'confirmed')),
    row_count       integer NOT NULL,
    unchanged_count integer NOT NULL,           -- cells that say what was exported
    proposed_count  integer,                    -- corrections that the confirmation made
    confirmed_at    timestamptz,
    CONSTRAINT confirmed_says_when CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL)
                                          AND (state = 'confirmed') = (proposed_count IS NOT NULL))
);
CREATE INDEX upload_draft_by_end ON register.upload_draft (expires_at);

-- A changed cell and what is said of it. Values are text as the database reads them; NULL is no value.
CREATE TABLE register.upload_cell (
    draft_id   bigint NOT NULL REFERENCES register.upload_draft ON DELETE CASCADE,
    cell_no    integer NOT NULL,
    sheet_row  integer NOT NULL,
    record_id  bigint NOT NULL,
    group_name text NOT NULL,
    row_no     integer NOT NULL,
    field_code text NOT NULL,
    verdict    text NOT NULL,
    rule_code  text NOT NULL DEFAULT '',
    flag_id    bigint,
    old_hmac   bytea,                           -- of what stood there when it was accepted
    exported   text,
    given      text,
    present    text,
    PRIMARY KEY (draft_id, cell_no)
);
CREATE INDEX upload_cell_by_verdict ON register.upload_cell (draft_id, verdict, cell_no);

ALTER TABLE register.upload_draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE register.upload_cell ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON register.upload_draft TO cbccvc_owner USING (true);
CREATE POLICY owner_all ON register.upload_cell TO cbccvc_owner USING (true);
CREATE POLICY own_drafts ON register.upload_draft TO portal_writer
    USING (uploaded_by = (SELECT portal.viewer_login())
           AND unit_code = ANY ((SELECT portal.viewer_units('hr_officer'))::text[]));
CREATE POLICY own_cells ON register.upload_cell TO portal_writer USING (EXISTS
    (SELECT FROM register.upload_draft AS d WHERE d.draft_id = upload_cell.draft_id));

REVOKE ALL ON register.upload_draft, register.upload_cell FROM desk_checker, committee_reader, auditor;
GRANT SELECT, INSERT ON register.upload_draft, register.upload_cell TO portal_writer;
GRANT UPDATE (state, proposed_count, confirmed_at) ON register.upload_draft TO portal_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON register.upload_draft, register.upload_cell TO sync_writer;
