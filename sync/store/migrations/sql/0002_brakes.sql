-- registry and quality: limits of the brakes, releases, findings about a whole snapshot.
SELECT 1;
