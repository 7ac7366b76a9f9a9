"""Workbooks: what people take away and bring back. Knows no database and no person's rights."""
