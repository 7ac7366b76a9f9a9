-- counts.sql
-- Question: how many rows has a sheet of the chosen open questions of a unit, about how many records?
-- Asked by: the page with the download. Rows: 1.
SELECT count(*)::integer AS row_count, count(DISTINCT asked.record_id)::integer AS record_count
FROM  (SELECT DISTINCT g.record_id, g.group_name, g.row_no
       FROM   quality.flag AS g
       WHERE  g.unit_code = :unit_code AND g.state = 'open'
         AND (CAST(:rule_code AS text) IS NULL OR g.rule_code = :rule_code)
         AND (CAST(:cause_hmac AS bytea) IS NULL OR g.cause_hmac = :cause_hmac)
         AND (CAST(:effect AS text) IS NULL OR g.effect = :effect)) AS asked
