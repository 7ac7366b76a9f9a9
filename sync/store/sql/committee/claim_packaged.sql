-- claim_packaged.sql
-- Question: which announced figure does the package know? Loading twice changes nothing.
-- Asked by: loading the registry. Rows: 1.
INSERT INTO facts.claimed (claimed_on, claim_vi, claim_en, connected_count, synchronised_count, unit_count,
    stated_by, source)
VALUES (:claimed_on, :claim_vi, :claim_en, :connected_count, :synchronised_count, :unit_count, :stated_by, :source)
ON     CONFLICT (claimed_on, claim_en) DO UPDATE
SET    claim_vi = excluded.claim_vi, connected_count = excluded.connected_count,
       synchronised_count = excluded.synchronised_count, unit_count = excluded.unit_count,
       stated_by = excluded.stated_by, source = excluded.source
WHERE  facts.claimed.recorded_by = 'package'
