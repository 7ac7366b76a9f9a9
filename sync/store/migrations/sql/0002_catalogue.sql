-- registry: what further rules compare with.
SELECT 1;
