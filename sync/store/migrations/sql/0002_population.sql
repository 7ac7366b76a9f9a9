-- quality: what the population register said of a record. Verdicts only, no value of a person.
-- One home for what is hashed: number, name, birth date and sex as they were asked. The pads are
-- those of the key of hashed values (HMAC-SHA256), which is not in the database.
CREATE FUNCTION quality.asked_hmac(number text, name text, born_on date, sex text, inner_pad bytea, outer_pad bytea)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(outer_pad || sha256(inner_pad || convert_to(
        number || chr(31) || name || chr(31) || to_char(born_on, 'YYYY-MM-DD') || chr(31) || sex, 'UTF8')))
$$;

CREATE TABLE quality.population_check (
    record_id       bigint PRIMARY KEY,
    unit_code       text NOT NULL,
    asked_hmac      bytea NOT NULL,             -- other values now: this row says nothing any more
    answer          text NOT NULL CHECK (answer IN ('matched', 'mismatched', 'not_found')),
    status          text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN disputed_at IS NULL THEN answer ELSE 'disputed' END) STORED
        CHECK (status IN ('matched', 'mismatched', 'not_found', 'disputed')),
    fields          text[] NOT NULL CHECK (fields <@ ARRAY['ho_va_ten', 'ngay_sinh', 'gioi_tinh']),
    is_name_close   boolean NOT NULL,           -- the name differs by accents, case or spaces only
    checked_at      timestamptz NOT NULL,
    valid_until     timestamptz NOT NULL,       -- asked again after this
    disputed_at     timestamptz,
    disputed_by     text,
    dispute_reason  text,
    CONSTRAINT mismatch_names_fields CHECK ((answer = 'mismatched') = (fields <> '{}')),
    CONSTRAINT close_name_is_a_mismatch CHECK (NOT is_name_close OR 'ho_va_ten' = ANY(fields)),
    CONSTRAINT dispute_is_whole CHECK (num_nulls(disputed_at, disputed_by, dispute_reason) IN (0, 3)),
    CONSTRAINT match_is_not_disputed CHECK (disputed_at IS NULL OR answer <> 'matched')
);
CREATE INDEX population_check_by_unit ON quality.population_check (unit_code);

-- How many people were asked about on a day, by whatever process; and until when it is let alone.
CREATE TABLE quality.population_day (
    asked_on     date PRIMARY KEY,
    asked_count  integer NOT NULL CHECK (asked_count >= 0),
    paused_until timestamptz
);

-- Where the population register is; one row or none. A secret by its name, as with sources.
CREATE TABLE registry.population_register (
    is_only     boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    address     text NOT NULL,
    auth        text NOT NULL CHECK (auth IN ('bearer', 'api_key', 'authorization', 'none')),
    secret_name text
);
