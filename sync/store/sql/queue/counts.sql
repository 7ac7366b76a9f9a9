-- counts.sql
-- Question: how many questions of a unit wait, for whom, and until when?
-- Asked by: the first page of a unit's officers. Rows: 1. The states add up to all that is not closed;
--   blocking and to_review add up to the open ones, and so do overdue, due_today and due_later.
SELECT count(*) FILTER (WHERE g.state = 'open')::integer AS open,
       count(*) FILTER (WHERE g.state = 'proposed')::integer AS proposed,
       count(*) FILTER (WHERE g.state = 'approved')::integer AS approved,
       count(*) FILTER (WHERE g.state = 'waived')::integer AS waived,
       count(*) FILTER (WHERE g.state = 'open' AND g.effect = 'block')::integer AS blocking,
       count(*) FILTER (WHERE g.state = 'open' AND g.effect = 'ask')::integer AS to_review,
       count(*) FILTER (WHERE g.state = 'open' AND g.due_on < :today)::integer AS overdue,
       count(*) FILTER (WHERE g.state = 'open' AND g.due_on = :today)::integer AS due_today,
       count(*) FILTER (WHERE g.state = 'open' AND g.due_on > :today)::integer AS due_later
FROM   quality.flag AS g
WHERE  g.unit_code = :unit_code AND g.closed_at IS NULL
