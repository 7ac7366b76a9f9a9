DO $$
DECLARE
    p record;
BEGIN
    FOR p IN SELECT schemaname, tablename, policyname FROM pg_policies
             WHERE schemaname IN ('landing', 'register', 'quality', 'registry', 'ledger') LOOP
        EXECUTE format('DROP POLICY %I ON %I.%I', p.policyname, p.schemaname, p.tablename);
        EXECUTE format('ALTER TABLE %I.%I DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY',
                       p.schemaname, p.tablename);
    END LOOP;
END $$;
REVOKE ALL ON ALL TABLES IN SCHEMA landing, register, quality, registry, ledger, portal
    FROM portal_writer, portal_keeper, desk_checker;
REVOKE ALL ON ALL TABLES IN SCHEMA staging FROM desk_checker;
REVOKE USAGE ON SCHEMA landing, register, quality, registry, ledger FROM portal_writer, desk_checker, portal_keeper;
