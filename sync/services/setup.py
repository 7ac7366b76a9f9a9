"""Set-up: a server with databases, roles, newest schema and registry. Again is nothing."""

from sync.services.context import url_of
from sync.services.registry import load_registry
from sync.services.secrets import VALUE_KEY
from sync.settings import Settings, get_settings
from sync.store.credentials import ensure_password, ensure_passwords, read_password
from sync.store.database import Database
from sync.store.migrate import upgrade
from sync.store.provision import ROLE_NAMES, provision
from sync.store.server import SUPERUSER, EmbeddedServer


def embedded_server(settings: Settings | None = None) -> EmbeddedServer:
    """The server below `home`."""
    chosen = settings or get_settings()
    return EmbeddedServer(chosen.home, secrets=chosen.secrets)


def set_up(settings: Settings | None = None) -> dict[str, int]:
    """Start the embedded server (unless another is set), provision, migrate, load the registry.

    With CBCCVC_DATABASE_URL, databases and roles are made too where the superuser's password is
    among the secrets, else they are the administrator's to make (see the README).
    """
    chosen = settings or get_settings()
    if chosen.database_url is None:
        server = embedded_server(chosen)
        server.start()
        passwords = ensure_passwords(chosen.secrets, ROLE_NAMES)
        provision(server.url(SUPERUSER, SUPERUSER), passwords)
    elif (chosen.secrets / SUPERUSER).exists():
        passwords = {role: read_password(chosen.secrets, role) for role in ROLE_NAMES}
        provision(url_of(SUPERUSER, SUPERUSER), passwords)
    if chosen.database_url is None or (chosen.secrets / SUPERUSER).exists():
        ensure_password(chosen.secrets, VALUE_KEY)
    upgrade(url_of("migrator"))
    writer = Database.connect(url_of("sync_writer"))
    counts = load_registry(writer)
    writer.close()
    return counts
