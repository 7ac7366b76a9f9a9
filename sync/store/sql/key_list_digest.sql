-- key_list_digest.sql
-- Question: one digest of every key and content hash of this answer.
-- Asked by: pull, when it seals. Rows: 1.
SELECT sha256(coalesce(string_agg(sha256(convert_to(a.local_key, 'UTF8')) || a.content_sha256, ''::bytea
                                  ORDER BY a.local_key, a.content_sha256), ''::bytea))
FROM   arrival AS a

