-- quality: what the population register said of a record.
SELECT 1;
