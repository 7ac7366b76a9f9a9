DROP INDEX ledger.entry_by_time, ledger.entry_by_action, ledger.entry_by_actor;
DROP TABLE portal.sign_in_attempt;
