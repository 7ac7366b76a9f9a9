-- Undoes 0002_brakes.sql.
DROP INDEX register.salary_current_heads;
DROP TABLE quality.rule_share, quality.release, quality.unit_finding, quality.snapshot_figures,
    registry.staff_quota, registry.brake_limit;
