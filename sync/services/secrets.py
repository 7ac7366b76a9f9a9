"""Secrets by reference: the registry holds a name, a file holds the secret."""

from sync.model.errors import ConfigurationError
from sync.settings import get_settings


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
