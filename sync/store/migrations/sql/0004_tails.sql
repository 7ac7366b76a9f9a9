-- register: names from each of their words on, so that any part of a name is the beginning of something.
CREATE FUNCTION register.name_tails(plain_name text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN unnest(ARRAY(SELECT array_to_string(w.words[n:], ' ')
                    FROM  (SELECT string_to_array(btrim(plain_name), ' ') AS words) AS w,
                           generate_subscripts(w.words, 1) AS n));

CREATE TABLE register.directory_tail (
    unit_code text NOT NULL,
    tail      text NOT NULL,
    record_id bigint NOT NULL,
    PRIMARY KEY (unit_code, tail, record_id)
);
INSERT INTO register.directory_tail
SELECT k.unit_code, t.tail, k.record_id FROM register.directory AS k, register.name_tails(k.plain_name) AS t(tail);
-- The pages' role has no right here: it asks portal.search_people.
GRANT SELECT, INSERT, DELETE ON register.directory_tail TO sync_writer;

CREATE FUNCTION register.keep_tails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM register.directory_tail AS t
        USING (SELECT k.unit_code, n.tail, k.record_id FROM was AS k, register.name_tails(k.plain_name) AS n(tail)) AS o
        WHERE (t.unit_code, t.tail, t.record_id) = (o.unit_code, o.tail, o.record_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO register.directory_tail
        SELECT k.unit_code, n.tail, k.record_id FROM now_is AS k, register.name_tails(k.plain_name) AS n(tail);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tails_new AFTER INSERT ON register.directory REFERENCING NEW TABLE AS now_is
    FOR EACH STATEMENT EXECUTE FUNCTION register.keep_tails();
CREATE TRIGGER tails_changed AFTER UPDATE ON register.directory REFERENCING OLD TABLE AS was NEW TABLE AS now_is
    FOR EACH STATEMENT EXECUTE FUNCTION register.keep_tails();
CREATE TRIGGER tails_gone AFTER DELETE ON register.directory REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION register.keep_tails();

-- Who is asked about by a rule or for long, without looking at everybody who is asked.
CREATE INDEX flag_by_rule_and_age ON quality.flag (unit_code, rule_code, since) WHERE closed_at IS NULL;
CREATE INDEX flag_by_age ON quality.flag (unit_code, since) WHERE closed_at IS NULL;

-- As before, but what few people answer to is looked up, not found by walking through the unit. Of several things
-- asked the first that names few is looked up and the others are looked at there; what names many (more than
-- 1,000) is met soon in the order of names.
CREATE OR REPLACE FUNCTION portal.search_people(asked_unit text, asked_name text, asked_digits text, asked_rule text,
    open_since timestamptz, after_record bigint, row_count integer)
RETURNS TABLE (record_id bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    many CONSTANT integer := 1001;
    typed CONSTANT text := regexp_replace(btrim(register.plain_name(asked_name)), '([\\%_])', '\\\1', 'g');
    backwards CONSTANT text := reverse(regexp_replace(asked_digits, '[^0-9]', '', 'g')) || '%';
    flagged CONSTANT text := 'f.unit_code = $1 AND f.closed_at IS NULL'
        || CASE WHEN asked_rule <> '' THEN ' AND f.rule_code = $4' ELSE '' END
        || CASE WHEN open_since IS NOT NULL THEN ' AND f.since <= $5' ELSE '' END;
    sources text[] := '{}';
    source text;
    found bigint[];
    few bigint[];
    after_key text;
BEGIN
    IF asked_unit IS NULL OR NOT asked_unit = ANY (portal.viewer_units()) THEN
        RETURN;
    END IF;
    IF asked_digits <> '' THEN
        sources := sources || 'SELECT k.record_id FROM register.directory AS k'
                              ' WHERE k.unit_code = $1 AND reverse(k.so_dinh_danh) LIKE $3'::text;
    END IF;
    IF asked_name <> '' THEN
        sources := sources || 'SELECT t.record_id FROM register.directory_tail AS t'
                              ' WHERE t.unit_code = $1 AND t.tail LIKE $2 || ''%'''::text;
    END IF;
    IF asked_rule <> '' OR open_since IS NOT NULL THEN
        sources := sources || ('SELECT f.record_id FROM quality.flag AS f WHERE ' || flagged);
    END IF;
    FOREACH source IN ARRAY sources LOOP
        EXECUTE 'SELECT array_agg(x.record_id) FROM (' || source || ' LIMIT $6) AS x'
        INTO found USING asked_unit, typed, backwards, asked_rule, open_since, many;
        IF found IS NULL THEN
            RETURN;
        ELSIF cardinality(found) < many THEN
            few := found;
            EXIT;
        END IF;
    END LOOP;
    SELECT k.sort_key INTO after_key FROM register.directory AS k
     WHERE k.record_id = after_record AND k.unit_code = asked_unit;
    RETURN QUERY EXECUTE
        'SELECT k.record_id FROM register.directory AS k WHERE k.unit_code = $1'
        || CASE WHEN few IS NOT NULL THEN ' AND k.record_id = ANY ($9)' ELSE '' END
        || CASE WHEN asked_name <> '' THEN ' AND k.plain_name LIKE ''% '' || $2 || ''%''' ELSE '' END
        || CASE WHEN asked_digits <> '' THEN ' AND reverse(k.so_dinh_danh) LIKE $3' ELSE '' END
        || CASE WHEN asked_rule <> '' OR open_since IS NOT NULL THEN
               ' AND EXISTS (SELECT FROM quality.flag AS f WHERE f.record_id = k.record_id AND ' || flagged || ')'
           ELSE '' END
        || CASE WHEN after_key IS NOT NULL THEN ' AND (k.sort_key, k.record_id) > ($6, $7)' ELSE '' END
        || ' ORDER BY k.sort_key, k.record_id LIMIT $8'
    USING asked_unit, typed, backwards, asked_rule, open_since, after_key, after_record, row_count, few;
END $$;
