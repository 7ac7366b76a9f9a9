"""Where the database is, for one role: any server by one setting, else the embedded one."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from sync.model.errors import ConfigurationError
from sync.store.credentials import read_password
from sync.store.server import DATABASE, EmbeddedServer

DRIVER = "postgresql+psycopg2"


def resolve_url(
    role: str,
    *,
    home: Path,
    secrets: Path,
    template: str | None = None,
    database: str = DATABASE,
) -> str:
    """The address of a database for one role, password included; never print it.

    Args:
        role: who connects.
        home: where the embedded server lives.
        secrets: folder with one password file a role.
        template: `postgresql+psycopg2://{role}@host:port/cbccvc`; empty: the embedded server.
        database: which one; a template's own name counts only for the service's database.

    Raises:
        ConfigurationError: the template or the password is not usable.
    """
    if not template:
        return EmbeddedServer(home, secrets=secrets).url(role, database)
    try:
        url = make_url(template.replace("{role}", role))
    except ArgumentError:
        url = None
    if url is None or url.drivername != DRIVER or "{role}" not in template:
        raise ConfigurationError(
            "CBCCVC_DATABASE_URL must look like postgresql+psycopg2://{role}@host:5432/cbccvc."
        )
    if url.password is None:
        url = url.set(password=read_password(secrets, role))
    if database != DATABASE:
        url = url.set(database=database)
    return url.render_as_string(hide_password=False)
