-- take_next.sql
-- Question: which mail is tried next? Locked for this sender; others take the one after it.
-- Asked by: sending. Rows: 0 or 1.
SELECT w.mail_id, w.email, w.message_key, w.attempts, n.unit_code, n.kind, n.subject, n.body_vi, n.body_en
FROM   registry.notice_mail AS w JOIN registry.notice AS n USING (notice_id)
WHERE  w.state = 'queued' AND w.next_try_at <= :now
ORDER  BY w.next_try_at, w.mail_id
LIMIT  1
FOR    UPDATE OF w SKIP LOCKED
