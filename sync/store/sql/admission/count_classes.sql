-- count_classes.sql
-- Question: in which one class is every received document, by its present state?
-- Asked by: admit, from the rows as written. Rows: 1.
SELECT coalesce(sum(j.entry_count), 0)::integer AS received,
       coalesce(sum(j.entry_count - 1) FILTER (WHERE j.document_count = 1), 0)::integer AS duplicate,
       count(*) FILTER (WHERE p.class = 'unreadable' AND j.document_count = 1)::integer AS unreadable,
       (count(*) FILTER (WHERE p.class = 'quarantined' AND j.document_count = 1)
        + coalesce(sum(j.entry_count) FILTER (WHERE j.document_count > 1), 0))::integer AS quarantined,
       count(*) FILTER (WHERE p.class IN ('admitted', 'waiting') AND d.state = 'waiting')::integer AS waiting,
       count(*) FILTER (WHERE p.class = 'admitted' AND d.state <> 'waiting' AND f.is_added)::integer AS added,
       count(*) FILTER (WHERE p.class = 'admitted' AND d.state <> 'waiting' AND NOT f.is_added
                              AND f.is_rewritten)::integer AS changed,
       count(*) FILTER (WHERE p.class IN ('admitted', 'waiting') AND d.state <> 'waiting'
                              AND (f.record_id IS NULL OR NOT f.is_added AND NOT f.is_rewritten))::integer AS unchanged
FROM   judged AS j
LEFT   JOIN landing.present AS p ON p.record_id = j.record_id
LEFT   JOIN register.dossier AS d ON d.record_id = j.record_id AND d.snapshot_id IS NOT NULL
LEFT   JOIN fit AS f ON f.record_id = j.record_id
