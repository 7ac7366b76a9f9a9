-- findings.sql
-- Question: which questions of a unit were closed long ago?
-- Asked by: housekeeping. Rows: one per finding; its place.
SELECT f.ctid FROM quality.finding AS f WHERE f.unit_code = :unit_code AND f.closed_at < :findings_before
