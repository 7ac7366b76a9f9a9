-- mails.sql
-- Question: which mails were queued last, and what became of them?
-- Asked by: `cbccvc notices list`. Rows: at most :row_count.
SELECT w.mail_id, n.unit_code, n.kind, n.about_on, w.email, w.state, w.attempts, w.smtp_code, w.note,
       n.queued_at, w.sent_at
FROM   registry.notice_mail AS w JOIN registry.notice AS n USING (notice_id)
WHERE  CAST(:unit_code AS text) IS NULL OR n.unit_code = :unit_code
ORDER  BY w.mail_id DESC
LIMIT  :row_count
