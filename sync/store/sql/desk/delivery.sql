-- delivery.sql
-- Question: when did this unit last deliver, what became of it, and what did the last admitted delivery answer?
-- Asked by: the first page of the desk. Rows: one.
SELECT (SELECT max(s.pulled_at) FROM landing.snapshot AS s
        WHERE s.unit_code = :unit_code AND s.state = 'admitted') AS admitted_at,
       (SELECT s.state FROM landing.snapshot AS s
        WHERE s.unit_code = :unit_code ORDER BY s.seq DESC LIMIT 1) AS last_state,
       (SELECT s.pulled_at FROM landing.snapshot AS s
        WHERE s.unit_code = :unit_code ORDER BY s.seq DESC LIMIT 1) AS last_at
