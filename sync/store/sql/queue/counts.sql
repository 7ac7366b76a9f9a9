-- counts.sql
-- Question: how many questions of a unit wait, for whom, and until when?
-- Asked by: the first page of a unit's officers. Rows: 1. The states add up to all that is not closed;
--   blocking and to_review add up to the open ones, and so do overdue, due_today and due_later.
SELECT coalesce(sum(n) FILTER (WHERE t.state = 'open'), 0)::integer AS open,
       coalesce(sum(n) FILTER (WHERE t.state = 'proposed'), 0)::integer AS proposed,
       coalesce(sum(n) FILTER (WHERE t.state = 'approved'), 0)::integer AS approved,
       coalesce(sum(n) FILTER (WHERE t.state = 'waived'), 0)::integer AS waived,
       coalesce(sum(n) FILTER (WHERE t.state = 'open' AND t.effect = 'block'), 0)::integer AS blocking,
       coalesce(sum(n) FILTER (WHERE t.state = 'open' AND t.effect = 'ask'), 0)::integer AS to_review,
       coalesce(sum(n) FILTER (WHERE t.state = 'open' AND t.due_on < :today), 0)::integer AS overdue,
       coalesce(sum(n) FILTER (WHERE t.state = 'open' AND t.due_on = :today), 0)::integer AS due_today,
       coalesce(sum(n) FILTER (WHERE t.state = 'open' AND t.due_on > :today), 0)::integer AS due_later
FROM  (SELECT state, effect, due_on, sum(flag_count) AS n
       FROM   quality.flag_tally WHERE unit_code = :unit_code
       GROUP  BY state, effect, due_on) AS t
