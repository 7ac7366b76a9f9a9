-- drafts.sql
-- Question: which uploaded sheets has their time passed for? Their cells go with them.
-- Asked by: housekeeping. Rows: one per draft; its place.
SELECT d.ctid
FROM   register.upload_draft AS d
WHERE  d.expires_at <= :drafts_ended
