ALTER TABLE facts.claimed DROP CONSTRAINT claimed_parts_fit_the_whole, DROP claim_id, DROP synchronised_count,
    DROP recorded_by, DROP recorded_at, DROP withdrawn_at;
DROP TABLE facts.cause_day, facts.contact, registry.contact;
