-- headcount_added.sql
-- Question: which figure holds from this day on?
-- Asked by: registering headcounts. Rows: 0 (the same figure holds already) or 1. A figure that was
--   already registered for a later day stays: the new one ends there.
INSERT INTO registry.expected_headcount (unit_code, valid_on, headcount, stated_by, source)
SELECT :unit_code,
       daterange(CAST(:valid_from AS date),
                 (SELECT min(lower(later.valid_on)) FROM registry.expected_headcount AS later
                  WHERE later.unit_code = :unit_code AND lower(later.valid_on) > CAST(:valid_from AS date))),
       :headcount, :by, :by
WHERE  NOT EXISTS (SELECT FROM registry.expected_headcount AS held
                   WHERE held.unit_code = :unit_code AND held.valid_on @> CAST(:valid_from AS date))
