-- What stands beside one record: the same number and person elsewhere, where it left for, its unit's
-- answer, and what of it is news?
-- Asked by: locating failing rows of rules across records. One row per (snapshot_id, record_id) with a
-- row in staging.person. $1: snapshots to look at; NULL: all. No group of the record is joined.
SELECT
    person.snapshot_id,
    person.record_id,
    1 AS row_no,
    snapshot.as_of,
    snapshot.unit_code,
    person.so_dinh_danh,
    person.ho_va_ten,
    person.gioi_tinh,
    person.ngay_sinh,
    person.trang_thai,
    person.updated_at,
    context.number_in_unit_count,
    context.number_elsewhere_count,
    twin.record_id IS NOT NULL AS has_twin,
    departure.left_on,
    departure.is_elsewhere,
    departure.is_outside,
    answer.received_count,
    answer.new_year_count,
    answer.first_on,
    answer.previous_on,
    news.is_new,
    news.joined_on,
    news.joined_on AS ngay_vao_co_quan,
    news.oldest_reward_on,
    news.oldest_discipline_on,
    news.oldest_post_on
FROM staging.person AS person
JOIN landing.snapshot AS snapshot ON snapshot.snapshot_id = person.snapshot_id
LEFT JOIN staging.answer AS answer ON answer.snapshot_id = person.snapshot_id
LEFT JOIN staging.context AS context
    ON context.snapshot_id = person.snapshot_id AND context.record_id = person.record_id
    AND ($1 IS NULL OR context.snapshot_id = ANY($1))
LEFT JOIN staging.twin AS twin
    ON twin.snapshot_id = person.snapshot_id AND twin.record_id = person.record_id
    AND ($1 IS NULL OR twin.snapshot_id = ANY($1))
LEFT JOIN staging.departure AS departure
    ON departure.snapshot_id = person.snapshot_id AND departure.record_id = person.record_id
    AND ($1 IS NULL OR departure.snapshot_id = ANY($1))
LEFT JOIN staging.news AS news
    ON news.snapshot_id = person.snapshot_id AND news.record_id = person.record_id
    AND ($1 IS NULL OR news.snapshot_id = ANY($1))
WHERE $1 IS NULL OR person.snapshot_id = ANY($1)
