-- fail_old.sql
-- Question: which mails wait since before an instant? What they say is no longer news.
-- Asked by: sending, before its first mail. Rows: few.
UPDATE registry.notice_mail AS w SET state = 'failed', note = 'too_old'
FROM   registry.notice AS n
WHERE  n.notice_id = w.notice_id AND w.state = 'queued' AND n.queued_at < :before
