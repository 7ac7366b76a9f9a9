-- Could one of these identity numbers be the other one mistyped? Asked by: the search for twins.
-- One digit differs, or two neighbours changed places (ours). Both must have twelve digits.
CREATE FUNCTION staging.is_one_slip(a text, b text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $body$
SELECT a ~ '^[0-9]{12}$' AND b ~ '^[0-9]{12}$' AND (
    SELECT count(*) = 1
        OR count(*) = 2 AND max(place) - min(place) = 1
           AND substr(a, min(place), 1) = substr(b, max(place), 1)
           AND substr(a, max(place), 1) = substr(b, min(place), 1)
    FROM generate_series(1, 12) AS place
    WHERE substr(a, place, 1) <> substr(b, place, 1))
$body$;
