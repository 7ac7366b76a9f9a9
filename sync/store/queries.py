"""Named statements: one question a file, in `sql/`."""

from functools import cache
from importlib import resources

from sqlalchemy import TextClause, text


@cache
def named_query(name: str) -> TextClause:
    """The statement of `sql/<name>.sql`, with `:name` for bound values.

    Its header is left out: a value bound inside a comment could end the comment by a newline.
    """
    path = resources.files("sync.store") / "sql" / f"{name}.sql"
    lines = path.read_text(encoding="utf-8").splitlines()
    return text("\n".join(line for line in lines if not line.lstrip().startswith("--")))
