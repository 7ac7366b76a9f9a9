-- Row-level security, forced: the portal's role sees the people of the units of whoever is signed in on its
-- transaction, and nobody's without a valid session token. The pipeline's roles bypass it (provision).
DO $$
DECLARE
    name text;
BEGIN
    -- Tables that say whose they are.
    FOREACH name IN ARRAY ARRAY['landing.record', 'landing.document', 'landing.present', 'register.dossier',
                                'register.correction', 'quality.finding', 'quality.flag', 'quality.waiver',
                                'quality.recheck', 'quality.population_check', 'quality.case_party'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %s TO cbccvc_owner USING (true)', name);
        EXECUTE format('CREATE POLICY own_units ON %s TO portal_writer'
                       ' USING (unit_code = ANY ((SELECT portal.viewer_units())::text[]))', name);
    END LOOP;
    -- Tables that name a record only: visible with its dossier.
    FOREACH name IN ARRAY ARRAY[{by_record}] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %s TO cbccvc_owner USING (true)', name);
        EXECUTE format('CREATE POLICY own_records ON %1$s TO portal_writer USING (EXISTS'
                       ' (SELECT FROM landing.record AS r WHERE r.record_id = %1$s.record_id))', name);
    END LOOP;
    -- Counts and states of units, nobody's person: shown to whoever is signed in.
    FOREACH name IN ARRAY ARRAY['landing.wave_unit', 'landing.removal', 'landing.snapshot', 'quality.unit_finding',
                                'quality.snapshot_figures', 'quality.release', 'quality.rule_share'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %s TO cbccvc_owner USING (true)', name);
        EXECUTE format('CREATE POLICY signed_in ON %s FOR SELECT TO portal_writer'
                       ' USING ((SELECT portal.viewer_id()) IS NOT NULL)', name);
    END LOOP;
END $$;

-- Counts by cause: HR of the unit, and stewards everywhere.
ALTER TABLE quality.cause ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON quality.cause TO cbccvc_owner USING (true);
CREATE POLICY own_units ON quality.cause FOR SELECT TO portal_writer
    USING (unit_code = ANY ((SELECT portal.viewer_units())::text[]) OR (SELECT portal.viewer_is('steward')));

-- What a person proposes carries their own name; what a person decides, too.
CREATE POLICY own_proposals ON register.correction AS RESTRICTIVE FOR INSERT TO portal_writer
    WITH CHECK (proposed_by = (SELECT portal.viewer_login()) AND state = 'proposed' AND decided_by IS NULL);
CREATE POLICY own_decisions ON register.correction AS RESTRICTIVE FOR UPDATE TO portal_writer
    USING (true)
    WITH CHECK (state NOT IN ('approved', 'declined') OR decided_by = (SELECT portal.viewer_login())
                AND unit_code = ANY ((SELECT portal.viewer_units('hr_approver'))::text[]));
CREATE POLICY own_waivers ON quality.waiver AS RESTRICTIVE FOR INSERT TO portal_writer
    WITH CHECK (stated_by = (SELECT portal.viewer_login())
                AND unit_code = ANY ((SELECT portal.viewer_units('hr_approver'))::text[]));

ALTER TABLE registry.code_mapping ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON registry.code_mapping TO cbccvc_owner USING (true);
CREATE POLICY seen ON registry.code_mapping FOR SELECT TO portal_writer
    USING (unit_code = ANY ((SELECT portal.viewer_units())::text[]) OR (SELECT portal.viewer_is('steward')));
CREATE POLICY proposed_by_hr ON registry.code_mapping FOR INSERT TO portal_writer
    WITH CHECK (unit_code = ANY ((SELECT portal.viewer_units())::text[]) AND state = 'proposed'
                AND proposed_by = (SELECT portal.viewer_login()) AND decided_by IS NULL);
CREATE POLICY decided_by_steward ON registry.code_mapping FOR UPDATE TO portal_writer
    USING ((SELECT portal.viewer_is('steward')) OR proposed_by = (SELECT portal.viewer_login()))
    WITH CHECK (state = 'withdrawn' OR (SELECT portal.viewer_is('steward'))
                AND decided_by = (SELECT portal.viewer_login()));

-- The ledger: an entry of the pages is signed by who is signed in, about a unit of theirs or by a national role.
ALTER TABLE ledger.entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON ledger.entry TO cbccvc_owner USING (true);
CREATE POLICY auditor_reads ON ledger.entry FOR SELECT TO auditor USING (true);
CREATE POLICY keeper_signs ON ledger.entry FOR INSERT TO portal_keeper WITH CHECK (action LIKE 'account\_%');
CREATE POLICY keeper_reads_back ON ledger.entry FOR SELECT TO portal_keeper USING (action LIKE 'account\_%');
CREATE POLICY own_entries ON ledger.entry FOR SELECT TO portal_writer
    USING (unit_code = ANY ((SELECT portal.viewer_units())::text[]) OR (SELECT portal.viewer_is('auditor'))
           OR (SELECT portal.viewer_is('engineer')) OR (SELECT portal.viewer_is('steward')));
CREATE POLICY own_signature ON ledger.entry FOR INSERT TO portal_writer
    WITH CHECK (actor = (SELECT portal.viewer_login()) AND live_before IS NULL AND live_after IS NULL
                AND action NOT LIKE 'account\_%'
                AND (action NOT LIKE 'snapshot\_%' OR (SELECT portal.viewer_is('engineer')))
                AND action <> 'snapshot_admitted'
                AND (unit_code = ANY ((SELECT portal.viewer_units())::text[]) OR (SELECT portal.viewer_is('steward'))
                     OR (SELECT portal.viewer_is('engineer'))));

-- Holds are an engineer's to decide.
CREATE POLICY held_by_engineer ON landing.snapshot FOR UPDATE TO portal_writer
    USING (state = 'held' AND (SELECT portal.viewer_is('engineer')))
    WITH CHECK (state IN ('released', 'rejected') AND (SELECT portal.viewer_is('engineer')));
CREATE POLICY released_by_engineer ON quality.release FOR INSERT TO portal_writer
    WITH CHECK ((SELECT portal.viewer_is('engineer')) AND actor = (SELECT portal.viewer_login()));

-- Two cases of one person: a unit sees that there is a case, and with whom, not the other's record.
ALTER TABLE quality.conflict_case ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON quality.conflict_case TO cbccvc_owner USING (true);
CREATE POLICY own_cases ON quality.conflict_case FOR SELECT TO portal_writer USING (EXISTS
    (SELECT FROM quality.case_party AS p WHERE p.case_id = conflict_case.case_id));
