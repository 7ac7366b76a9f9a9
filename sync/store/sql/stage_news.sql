-- stage_news.sql
-- Question: which records are new or changed although their unit answered before, and since when have
--   their rewards, disciplines and posts been decided that the register lacks?
-- Asked by: read, after stage_answers. Rows: one per new or changed record of a unit admitted before.
--   Who joined this unit when, not who was recruited when: another unit may have recruited them.
--   Decisions from before the first answer are history, and a first answer is never late. An answer
--   pulled before the last admitted one (a replay) says nothing about lateness.
WITH judged AS MATERIALIZED (
    SELECT a.snapshot_id, a.first_on
    FROM   staging.answer AS a
    JOIN   landing.snapshot AS s ON s.snapshot_id = a.snapshot_id AND s.pulled_at > a.previous_at
    WHERE  a.snapshot_id = ANY(:snapshot_ids)
), fresh AS MATERIALIZED (
    SELECT j.snapshot_id, s.record_id, j.first_on, p.record_id IS NULL AS is_new,
           coalesce(p.class = 'admitted' AND NOT d.is_stale, false) AS is_compared
    FROM   judged AS j
    JOIN   staging.document AS s ON s.snapshot_id = j.snapshot_id
    LEFT   JOIN landing.present AS p ON p.record_id = s.record_id
    LEFT   JOIN register.dossier AS d ON d.record_id = s.record_id
    WHERE  p.record_id IS NULL OR p.document_id <> s.document_id
), decided AS (
    SELECT snapshot_id, record_id, 'reward' AS what, rw_ngay_qd AS decided_on
    FROM   staging.reward WHERE snapshot_id = ANY(:snapshot_ids)
    UNION  ALL
    SELECT snapshot_id, record_id, 'discipline', dc_ngay_qd
    FROM   staging.discipline WHERE snapshot_id = ANY(:snapshot_ids)
    UNION  ALL
    SELECT snapshot_id, record_id, 'post', wh_ngay_quyet_dinh
    FROM   staging.work_history WHERE snapshot_id = ANY(:snapshot_ids)
), lately AS MATERIALIZED (
    SELECT n.snapshot_id, n.record_id, n.what, n.decided_on
    FROM   decided AS n
    JOIN   fresh AS f ON f.snapshot_id = n.snapshot_id AND f.record_id = n.record_id
    WHERE  f.is_compared AND n.decided_on > f.first_on
), oldest AS (
    SELECT l.snapshot_id, l.record_id,
           min(l.decided_on) FILTER (WHERE l.what = 'reward') AS reward_on,
           min(l.decided_on) FILTER (WHERE l.what = 'discipline') AS discipline_on,
           min(l.decided_on) FILTER (WHERE l.what = 'post') AS post_on
    FROM   lately AS l
    WHERE  NOT EXISTS (SELECT FROM register.reward AS k WHERE l.what = 'reward'
                         AND k.record_id = l.record_id AND k.rw_ngay_qd = l.decided_on)
      AND  NOT EXISTS (SELECT FROM register.discipline AS k WHERE l.what = 'discipline'
                         AND k.record_id = l.record_id AND k.dc_ngay_qd = l.decided_on)
      AND  NOT EXISTS (SELECT FROM register.work_history AS k WHERE l.what = 'post'
                         AND k.record_id = l.record_id AND k.wh_ngay_quyet_dinh = l.decided_on)
    GROUP  BY l.snapshot_id, l.record_id
)
INSERT INTO staging.news (snapshot_id, record_id, is_new, joined_on, oldest_reward_on, oldest_discipline_on,
    oldest_post_on)
SELECT f.snapshot_id, f.record_id, f.is_new, r.ngay_vao_co_quan, o.reward_on, o.discipline_on, o.post_on
FROM   fresh AS f
LEFT   JOIN staging.recruitment AS r ON r.snapshot_id = f.snapshot_id AND r.record_id = f.record_id
LEFT   JOIN oldest AS o ON o.snapshot_id = f.snapshot_id AND o.record_id = f.record_id
