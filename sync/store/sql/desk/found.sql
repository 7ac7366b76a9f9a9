-- found.sql
-- Question: who are the people that a search found, and what is still asked of each?
-- Asked by: the search page. Rows: one per person found, in the order of names.
SELECT k.record_id, k.unit_code, k.ho_va_ten AS name, k.so_dinh_danh AS number, p.class,
       d.state AS dossier_state, coalesce(d.is_stale, false) AS is_stale,
       asked.blocking, asked.to_review, asked.since
FROM   register.directory AS k
LEFT   JOIN landing.present AS p ON p.record_id = k.record_id
LEFT   JOIN register.dossier AS d ON d.record_id = k.record_id
CROSS  JOIN LATERAL (
    SELECT count(*) FILTER (WHERE f.effect = 'block')::integer AS blocking,
           count(*) FILTER (WHERE f.effect = 'ask')::integer AS to_review, min(f.since) AS since
    FROM   quality.flag AS f WHERE f.record_id = k.record_id AND f.closed_at IS NULL) AS asked
WHERE  k.record_id = ANY(:record_ids)
ORDER  BY k.sort_key, k.record_id
