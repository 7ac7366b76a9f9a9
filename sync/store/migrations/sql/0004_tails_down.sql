CREATE OR REPLACE FUNCTION portal.search_people(asked_unit text, asked_name text, asked_digits text, asked_rule text,
    open_since timestamptz, after_record bigint, row_count integer)
RETURNS TABLE (record_id bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    after_key text;
BEGIN
    IF asked_unit IS NULL OR NOT asked_unit = ANY (portal.viewer_units()) THEN
        RETURN;
    END IF;
    SELECT k.sort_key INTO after_key FROM register.directory AS k
     WHERE k.record_id = after_record AND k.unit_code = asked_unit;
    RETURN QUERY EXECUTE
        'SELECT k.record_id FROM register.directory AS k WHERE k.unit_code = $1'
        || CASE WHEN asked_name <> '' THEN ' AND k.plain_name LIKE $2' ELSE '' END
        || CASE WHEN asked_digits <> '' THEN ' AND reverse(k.so_dinh_danh) LIKE $3' ELSE '' END
        || CASE WHEN asked_rule <> '' OR open_since IS NOT NULL THEN
               ' AND k.record_id IN (SELECT f.record_id FROM quality.flag AS f'
               ' WHERE f.unit_code = $1 AND f.closed_at IS NULL'
               || CASE WHEN asked_rule <> '' THEN ' AND f.rule_code = $4' ELSE '' END
               || CASE WHEN open_since IS NOT NULL THEN ' AND f.since <= $5' ELSE '' END || ')'
           ELSE '' END
        || CASE WHEN after_key IS NOT NULL THEN ' AND (k.sort_key, k.record_id) > ($6, $7)' ELSE '' END
        || ' ORDER BY k.sort_key, k.record_id LIMIT $8'
    USING asked_unit,
          '% ' || regexp_replace(btrim(register.plain_name(asked_name)), '([\\%_])', '\\\1', 'g') || '%',
          reverse(regexp_replace(asked_digits, '[^0-9]', '', 'g')) || '%',
          asked_rule, open_since, after_key, after_record, row_count;
END $$;
DROP INDEX quality.flag_by_age, quality.flag_by_rule_and_age;
DROP TRIGGER tails_gone ON register.directory;
DROP TRIGGER tails_changed ON register.directory;
DROP TRIGGER tails_new ON register.directory;
DROP FUNCTION register.keep_tails();
DROP TABLE register.directory_tail;
DROP FUNCTION register.name_tails(text);
