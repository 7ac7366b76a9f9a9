-- stage_context.sql
-- Question: how many records in service of the same unit carry this identity number, how many other
--   units claim it (statuses 00, 02-05; 01 is seconded out, 10-14 have ended), and does any other
--   unit name it at all? And what did the population register say of exactly these values?
-- Asked by: read, once over everything staged and not yet admitted, whatever chunk or wave read it.
--   Rows: one per staged person with a number. Who is gone from the answer being read no longer counts.
WITH pending AS MATERIALIZED (
    SELECT snapshot_id, unit_code FROM landing.snapshot WHERE state IN ('sealed', 'checked', 'released')
), sent AS MATERIALIZED (
    SELECT p.snapshot_id, p.record_id, o.unit_code, p.so_dinh_danh, p.ho_va_ten, p.ngay_sinh, p.gioi_tinh,
           p.trang_thai IN ('00', '02', '03', '04', '05') IS TRUE AS claims,
           p.trang_thai IN ('10', '11', '12', '13', '14') IS TRUE AS has_ended
    FROM   staging.person AS p
    JOIN   pending AS o ON o.snapshot_id = p.snapshot_id
    WHERE  p.so_dinh_danh IS NOT NULL
      AND  substr(p.so_dinh_danh, 7) <> '000000'  -- a dummy names nobody (ID005), so nobody claims it twice
), held AS (
    SELECT d.record_id, d.unit_code, p.so_dinh_danh, p.trang_thai <> '01' AS claims, false AS has_ended
    FROM   register.person AS p
    JOIN   register.dossier AS d ON d.record_id = p.record_id AND d.state IN ('live', 'waiting')
    LEFT   JOIN pending AS o ON o.unit_code = d.unit_code
    WHERE  p.so_dinh_danh IN (SELECT so_dinh_danh FROM sent WHERE snapshot_id = ANY(:snapshot_ids))
      AND  p.record_id NOT IN (SELECT record_id FROM sent)
      AND (o.snapshot_id IS NULL
           OR EXISTS (SELECT FROM landing.snapshot_entry AS e
                      WHERE e.snapshot_id = o.snapshot_id AND e.record_id = d.record_id))
), everyone AS (
    SELECT record_id, unit_code, so_dinh_danh, claims, has_ended FROM sent
    UNION ALL
    SELECT record_id, unit_code, so_dinh_danh, claims, has_ended FROM held
), by_unit AS (
    SELECT so_dinh_danh, unit_code, count(*) AS records, bool_or(claims) AS claims
    FROM   everyone WHERE NOT has_ended GROUP BY so_dinh_danh, unit_code
), by_number AS (
    SELECT so_dinh_danh, count(*) AS units, count(*) FILTER (WHERE claims) AS claiming_units
    FROM   by_unit GROUP BY so_dinh_danh
)
INSERT INTO staging.context (snapshot_id, record_id, number_in_unit_count, number_elsewhere_count, is_shared,
    population_status, population_fields, is_name_close)
SELECT sent.snapshot_id, sent.record_id,
       CASE WHEN sent.has_ended THEN 1 ELSE by_unit.records END,
       CASE WHEN sent.claims THEN by_number.claiming_units - 1 ELSE 0 END,
       NOT sent.has_ended AND by_number.units > 1,
       said.status, said.fields, said.is_name_close
FROM   sent
LEFT   JOIN by_unit USING (so_dinh_danh, unit_code)
LEFT   JOIN by_number USING (so_dinh_danh)
LEFT   JOIN quality.population_check AS said ON said.record_id = sent.record_id
       AND said.asked_hmac = quality.asked_hmac(sent.so_dinh_danh, sent.ho_va_ten, sent.ngay_sinh,
                                                sent.gioi_tinh, :inner_pad, :outer_pad)
WHERE  sent.snapshot_id = ANY(:snapshot_ids)
