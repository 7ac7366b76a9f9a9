-- claim_added.sql
-- Question: which figure did somebody announce? Rows: 1, with its number.
-- Asked by: adding to the register of claimed figures.
INSERT INTO facts.claimed (claimed_on, claim_vi, claim_en, connected_count, synchronised_count, unit_count,
    stated_by, source, recorded_by, recorded_at)
VALUES (:claimed_on, :claim_vi, :claim_en, :connected_count, :synchronised_count, :unit_count,
        :stated_by, :source, :recorded_by, :recorded_at)
RETURNING claim_id
