-- documents.sql
-- Question: which documents are the present answers of these units (one profile, one day)?
-- Asked by: rehearsing rules. Rows: one per present record. {malformed} is generated from the profile.
INSERT INTO rehearsal.document (snapshot_id, record_id, document_id, other_document_ids, unit_code, as_of,
    entry_count, pass_no, is_readable, has_key, has_nul, has_repeated_key, has_secret_field, is_malformed,
    repeat_count, differing_count)
SELECT answer.snapshot_id, p.record_id, p.document_id, p.other_document_ids, p.unit_code, answer.as_of,
       p.entry_count, 1,
       d.doc IS NOT NULL,
       r.has_key,
       'nul' = ANY(d.problems),
       'repeated_key' = ANY(d.problems),
       'secret_field' = ANY(d.problems),
       {malformed},
       p.entry_count,
       coalesce(cardinality(p.other_document_ids), 1)
FROM   landing.present AS p
JOIN   landing.snapshot AS answer ON answer.snapshot_id = ANY(:snapshot_ids) AND answer.unit_code = p.unit_code
JOIN   landing.record AS r ON r.record_id = p.record_id
JOIN   landing.document AS d ON d.document_id = p.document_id
