-- landing: a snapshot that replays kept documents.
SELECT 1;
