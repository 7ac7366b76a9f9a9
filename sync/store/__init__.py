"""PostgreSQL: the only home of SQL. Functions take an open connection and never commit."""
