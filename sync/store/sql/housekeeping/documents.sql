-- documents.sql
-- Question: which documents of a unit does nobody refer to: no answer that stays, not the present one,
--   no dossier in whatever state, and no version of one (versions are for ever, so are their documents)?
-- Asked by: housekeeping, under the unit's lock of pulls: a pull counts on documents it found.
--   Rows: one per document; its place. EXCEPT hashes whatever the statistics say.
SELECT d.ctid
FROM   landing.document AS d
JOIN  (SELECT document_id FROM landing.document WHERE unit_code = :unit_code
       EXCEPT
      (SELECT e.document_id FROM landing.snapshot AS s  -- whatever was sealed since we began stays too
       JOIN   landing.snapshot_entry AS e ON e.snapshot_id = s.snapshot_id
       WHERE  s.unit_code = :unit_code AND NOT s.snapshot_id = ANY(:leaving)
       UNION ALL
       SELECT p.document_id FROM landing.present AS p WHERE p.unit_code = :unit_code
       UNION ALL
       SELECT unnest(p.other_document_ids) FROM landing.present AS p WHERE p.unit_code = :unit_code
       UNION ALL
       SELECT o.document_id FROM register.dossier AS o WHERE o.unit_code = :unit_code
       UNION ALL
       SELECT v.document_id FROM register.dossier_version AS v
       JOIN   landing.record AS r ON r.record_id = v.record_id AND r.unit_code = :unit_code)
      ) AS alone USING (document_id)
