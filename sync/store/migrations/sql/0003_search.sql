-- register: by which name and number a person of a unit is found, admitted or not; written by admit.
-- Letters of Vietnamese in their order (đ after d), tones only where all letters are equal.
CREATE FUNCTION register.without_tones(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(normalize(lower(word), NFC),
    'àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ',
    'aaaaaăăăăăâââââeeeeeêêêêêiiiiioooooôôôôôơơơơơuuuuuưưưưưyyyyy');
CREATE FUNCTION register.letter_key(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(register.without_tones(word),
    'aăâbcdđeêfghijklmnoôơpqrstuưvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`a')
    || chr(9) || translate(normalize(lower(word), NFC),
    'àằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹáắấéếíóốớúứýạặậẹệịọộợụựỵaăâbcdđeêfghijklmnoôơpqrstuưvwxyz',
    '111111111111222222222222333333333333444444444444555555555555000000000000000000000000000000000');
-- People sort by given name (the last word), then by the rest.
CREATE FUNCTION register.name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN register.letter_key(regexp_replace(btrim(name), '^.*\s', '')) || chr(9)
    || register.letter_key(rtrim(regexp_replace(btrim(name), '\S+$', '')));
-- Each word after a blank, without marks: what a person types who has no Vietnamese keyboard.
CREATE FUNCTION register.plain_name(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ' ' || regexp_replace(translate(register.without_tones(btrim(name)), 'ăâđêôơư', 'aadeoou'), '\s+', ' ', 'g');

CREATE TABLE register.directory (
    record_id    bigint PRIMARY KEY,
    unit_code    text NOT NULL,
    ho_va_ten    text NOT NULL,
    so_dinh_danh text NOT NULL,
    sort_key     text NOT NULL GENERATED ALWAYS AS (register.name_key(ho_va_ten)) STORED,
    plain_name   text NOT NULL GENERATED ALWAYS AS (register.plain_name(ho_va_ten)) STORED
);
CREATE INDEX directory_by_name ON register.directory (unit_code, sort_key, record_id) INCLUDE (plain_name);
CREATE INDEX directory_by_number ON register.directory (unit_code, reverse(so_dinh_danh) text_pattern_ops);
INSERT INTO register.directory (record_id, unit_code, ho_va_ten, so_dinh_danh)
SELECT d.record_id, d.unit_code, coalesce(p.ho_va_ten, ''), coalesce(p.so_dinh_danh, '')
FROM   register.dossier AS d JOIN register.person AS p USING (record_id)
WHERE  d.state <> 'absent';
GRANT SELECT, INSERT, UPDATE, DELETE ON register.directory TO sync_writer;
ALTER TABLE register.directory ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON register.directory TO cbccvc_owner USING (true);
CREATE POLICY own_units ON register.directory TO portal_writer
    USING (unit_code = ANY ((SELECT portal.viewer_units())::text[]));

-- Row-level security keeps LIKE off every index, so the search is one function that filters by the viewer's
-- units itself. What is not asked is NULL or ''; the page begins after a record of the page before.
CREATE FUNCTION portal.search_people(asked_unit text, asked_name text, asked_digits text, asked_rule text,
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
REVOKE EXECUTE ON FUNCTION portal.search_people(text, text, text, text, timestamptz, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.search_people(text, text, text, text, timestamptz, bigint, integer) TO portal_writer;

-- Who did what about one record: entries that name it.
CREATE INDEX entry_by_record ON ledger.entry ((figures ->> 'record_id'), entry_id DESC) WHERE figures ? 'record_id';
