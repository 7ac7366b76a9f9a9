"""Secrets by reference: the registry holds a name, a file holds the secret."""

from sync.model.errors import ConfigurationError
from sync.model.value_key import ValueKey
from sync.settings import get_settings
from sync.store.credentials import ensure_password

VALUE_KEY = "value_key"


def find_secret(name: str | None) -> str | None:
    """The secret behind a name, or None where a source needs none.

    Raises:
        ConfigurationError: the file is missing.
    """
    if name is None:
        return None
    path = get_settings().secrets / name
    if not path.is_file() or path.parent.resolve() != get_settings().secrets.resolve():
        raise ConfigurationError(
            f"Secret {name} is missing: put it into a file of that name in CBCCVC_SECRETS_DIR."
        )
    return path.read_text(encoding="utf-8").strip()


def value_key() -> ValueKey:
    """The key of hashed values: file `value_key` among the secrets.

    With the embedded server it is made at first use. Another server is shared by several
    machines, and a key of their own would make every finding a new one.

    Raises:
        ConfigurationError: another server is set and the file is missing.
    """
    settings = get_settings()
    if settings.database_url is not None:
        return ValueKey.of(find_secret(VALUE_KEY) or "")
    return ValueKey.of(ensure_password(settings.secrets, VALUE_KEY))
