-- recipients.sql
-- Question: which addresses of which units want notices of this kind on a day, and is the unit mute?
-- Asked by: queueing. Rows: one per address (some hundred).
SELECT a.unit_code, a.email,
       EXISTS (SELECT FROM registry.notice_mute AS m
               WHERE m.unit_code = a.unit_code AND m.kind = :kind AND m.ended_at IS NULL
                 AND m.until_on >= CAST(:about_on AS date)) AS is_mute
FROM   registry.notice_address AS a
WHERE  a.valid_on @> CAST(:as_of AS date) AND :kind = ANY (a.kinds)
ORDER  BY a.unit_code, a.email
