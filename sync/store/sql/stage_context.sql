-- stage_context.sql
-- Question: how many records of the same unit carry this identity number, and how many other units
--   claim it (statuses 00, 02-05; 01 is seconded out, 10-14 have ended)?
-- Asked by: read. Rows: one per staged person with a number.
WITH sent AS MATERIALIZED (
    SELECT p.snapshot_id, p.record_id, s.unit_code, p.so_dinh_danh,
           p.trang_thai IN ('00', '02', '03', '04', '05') AS claims
    FROM   staging.person AS p
    JOIN   staging.document AS s ON s.snapshot_id = p.snapshot_id AND s.record_id = p.record_id
    WHERE  p.snapshot_id = ANY(:snapshot_ids) AND p.so_dinh_danh IS NOT NULL
), held AS (
    SELECT d.record_id, d.unit_code, p.so_dinh_danh,
           d.state IN ('live', 'waiting') AND p.trang_thai <> '01' AS claims
    FROM   register.person AS p
    JOIN   register.dossier AS d ON d.record_id = p.record_id AND d.state <> 'absent'
    WHERE  p.so_dinh_danh IN (SELECT so_dinh_danh FROM sent)
      AND  p.record_id NOT IN (SELECT record_id FROM sent)
), everyone AS (
    SELECT record_id, unit_code, so_dinh_danh, claims FROM sent
    UNION ALL
    SELECT record_id, unit_code, so_dinh_danh, claims FROM held
), by_unit AS (
    SELECT so_dinh_danh, unit_code, count(*) AS records, bool_or(claims) AS claims
    FROM   everyone GROUP BY so_dinh_danh, unit_code
), by_number AS (
    SELECT so_dinh_danh, count(*) FILTER (WHERE claims) AS claiming_units
    FROM   by_unit GROUP BY so_dinh_danh
)
INSERT INTO staging.context (snapshot_id, record_id, number_in_unit_count, number_elsewhere_count)
SELECT sent.snapshot_id, sent.record_id, by_unit.records,
       CASE WHEN sent.claims THEN by_number.claiming_units - 1 ELSE 0 END
FROM   sent
JOIN   by_unit USING (so_dinh_danh, unit_code)
JOIN   by_number USING (so_dinh_danh)
