-- registry, facts: when a credential ends; which days were computed later, and what of a cause is accepted.

-- The last day of the credential, as its unit said when it was handed over; unknown stays unknown.
ALTER TABLE registry.source ADD credential_ends_on date;

-- Why a probe failed, as a code that pages say in the reader's language; '' for those from before.
ALTER TABLE registry.probe ADD reason_code text NOT NULL DEFAULT '';

-- No wave measured on that day: its figures were computed from the ledger afterwards.
ALTER TABLE facts.headline ADD is_recomputed boolean NOT NULL DEFAULT false;

-- Findings of the cause that are accepted with an end date; unknown for days measured before we counted.
ALTER TABLE facts.cause_day ADD waived_count integer;
