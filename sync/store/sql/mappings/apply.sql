-- apply.sql
-- Question: which codes of this field are the unit's own, for which national one, and in which records?
-- Asked by: read, after typing, before hashing. Rows: one per record and mapping. {group} and {field} come
--   from the contract.
WITH mapped AS (
    UPDATE staging.{group} AS g SET {field} = m.national_code
    FROM   staging.document AS d
    JOIN   registry.code_mapping AS m ON m.unit_code = d.unit_code
    WHERE  d.snapshot_id = ANY(:snapshot_ids) AND d.pass_no = :pass_no
      AND  m.state = 'approved' AND m.code_list = :code_list
      AND  g.snapshot_id = d.snapshot_id AND g.record_id = d.record_id AND g.{field} = m.local_code
    RETURNING g.snapshot_id, g.record_id, m.mapping_id
)
INSERT INTO staging.mapped (snapshot_id, record_id, mapping_id)
SELECT DISTINCT snapshot_id, record_id, mapping_id FROM mapped
