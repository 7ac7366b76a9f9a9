ALTER TABLE facts.cause_day DROP waived_count;
ALTER TABLE facts.headline DROP is_recomputed;
ALTER TABLE registry.probe DROP reason_code;
ALTER TABLE registry.source DROP credential_ends_on;
