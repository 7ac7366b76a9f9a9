-- broken_rules.sql
-- Question: which rules did the check of one delivery see broken, in how many rows, and what do they say?
-- Asked by: the page of a delivery. Rows: one per broken rule.
SELECT n.key AS rule_code, CAST(n.value AS integer) AS finding_count, r.effect, r.sentence_vi, r.sentence_en
FROM   quality.check_result AS c
CROSS  JOIN LATERAL jsonb_each_text(c.rule_counts) AS n
LEFT   JOIN quality.rule AS r ON r.suites_sha256 = c.suites_sha256 AND r.rule_code = n.key
WHERE  c.snapshot_id = :snapshot_id AND CAST(n.value AS integer) > 0
ORDER  BY CAST(n.value AS integer) DESC, n.key
