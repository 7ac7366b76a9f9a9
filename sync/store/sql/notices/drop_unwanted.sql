-- drop_unwanted.sql
-- Question: which queued mails does nobody want any more: the unit is mute, the address ended, a newer
--   digest waits for the same address?
-- Asked by: sending, before its first mail. Rows: few.
WITH verdict AS (
    SELECT w.mail_id,
           CASE WHEN EXISTS (SELECT FROM registry.notice_mute AS m
                             WHERE m.unit_code = n.unit_code AND m.kind = n.kind AND m.ended_at IS NULL
                               AND m.until_on >= CAST(:as_of AS date)) THEN 'muted'
                WHEN NOT EXISTS (SELECT FROM registry.notice_address AS a
                                 WHERE a.unit_code = n.unit_code AND a.email = w.email AND n.kind = ANY (a.kinds)
                                   AND a.valid_on @> CAST(:as_of AS date)) THEN 'address_ended'
                WHEN n.kind = 'digest'
                     AND EXISTS (SELECT FROM registry.notice AS o JOIN registry.notice_mail AS x USING (notice_id)
                                 WHERE o.unit_code = n.unit_code AND o.kind = n.kind AND o.about_on > n.about_on
                                   AND x.email = w.email) THEN 'superseded'
           END AS note
    FROM   registry.notice_mail AS w JOIN registry.notice AS n USING (notice_id)
    WHERE  w.state = 'queued')
UPDATE registry.notice_mail AS w SET state = 'dropped', note = verdict.note
FROM   verdict
WHERE  verdict.mail_id = w.mail_id AND verdict.note IS NOT NULL AND w.state = 'queued'
