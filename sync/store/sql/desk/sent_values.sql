-- sent_values.sql
-- Question: what do the present documents say at these places?
-- Asked by: pages that list values as sent. Rows: one per place asked for.
SELECT w.place_no, left(d.doc #>> CAST(w.path AS text[]), :longest) AS value
FROM   unnest(CAST(:place_nos AS integer[]), CAST(:record_ids AS bigint[]), CAST(:paths AS text[]))
       AS w(place_no, record_id, path)
JOIN   landing.present AS p ON p.record_id = w.record_id
JOIN   landing.document AS d ON d.document_id = p.document_id
