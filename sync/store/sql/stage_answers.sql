-- stage_answers.sql
-- Question: how many people of each unit were born on 1 January, in how big an answer, and when were
--   the unit's first and last admitted answers pulled? A replay is no answer: it is not counted as one.
-- Asked by: read, after the persons. Rows: one per snapshot. Those the register holds come from a
--   partial index; nobody is counted one by one.
WITH asked AS (
    SELECT s.snapshot_id, s.unit_code, s.received_count
    FROM   landing.snapshot AS s WHERE s.snapshot_id = ANY(:snapshot_ids)
), sent AS (
    SELECT p.snapshot_id, count(*) AS people
    FROM   staging.person AS p
    WHERE  p.snapshot_id = ANY(:snapshot_ids)
      AND  date_part('month', p.ngay_sinh) = 1 AND date_part('day', p.ngay_sinh) = 1
    GROUP  BY p.snapshot_id
), held AS (
    SELECT d.unit_code, count(*) AS people
    FROM   register.person AS p
    JOIN   register.dossier AS d ON d.record_id = p.record_id AND d.state <> 'absent'
    WHERE  date_part('month', p.ngay_sinh) = 1 AND date_part('day', p.ngay_sinh) = 1
      AND  p.record_id NOT IN (SELECT x.record_id FROM staging.person AS x WHERE x.snapshot_id = ANY(:snapshot_ids))
    GROUP  BY d.unit_code
), pulled AS (
    SELECT s.unit_code, min(s.pulled_at) AS first_at, max(s.pulled_at) AS previous_at
    FROM   landing.snapshot AS s WHERE s.state = 'admitted' GROUP BY s.unit_code
)
INSERT INTO staging.answer (snapshot_id, received_count, new_year_count, first_on, previous_on, previous_at)
SELECT a.snapshot_id, a.received_count, coalesce(sent.people, 0) + coalesce(held.people, 0),
       CAST(pulled.first_at AS date), CAST(pulled.previous_at AS date), pulled.previous_at
FROM   asked AS a
LEFT   JOIN sent ON sent.snapshot_id = a.snapshot_id
LEFT   JOIN held ON held.unit_code = a.unit_code
LEFT   JOIN pulled ON pulled.unit_code = a.unit_code
