-- quality: every rule as the SQL it is, for any day: checked without Great Expectations.
CREATE TABLE quality.rule_condition (
    suites_sha256   text NOT NULL,
    compiler_sha256 text NOT NULL,              -- our code, the contract, the relations, the libraries
    rule_code       text NOT NULL,
    suite           text NOT NULL,
    position        integer NOT NULL,           -- in the suite's file
    condition_sql   text NOT NULL,              -- true for a failing row; run as it is: sync_writer alone writes it
    turns_on_sql    text,                       -- when time alone can change the answer; NULL: never
    stored_at       timestamptz NOT NULL,
    PRIMARY KEY (suites_sha256, compiler_sha256, rule_code)
);
