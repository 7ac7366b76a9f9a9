-- quality: rules as stored, with the compiled condition of each version.
SELECT 1;
