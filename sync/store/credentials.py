"""Passwords of database roles: one file a role, made once, read by its owner only."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from sync.model.errors import ConfigurationError

PASSWORD_BYTES = 24


def read_password(folder: Path, role: str) -> str:
    """The password of a role.

    Raises:
        ConfigurationError: the file is missing or empty.
    """
    try:
        password = (folder / role).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, PermissionError):
        password = ""
    if not password:
        raise ConfigurationError(
            f"The password of role {role} cannot be read: put it into the file {folder / role}."
        )
    return password


def ensure_password(folder: Path, role: str) -> str:
    """The password of a role, made now if there is none; of two makers at once, one wins."""
    path = folder / role
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".{role}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(PASSWORD_BYTES) + "\n")
        try:
            os.link(draft, path)  # unlike a rename, never replaces what another process made
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return read_password(folder, role)


def ensure_passwords(folder: Path, roles: Iterable[str]) -> dict[str, str]:
    """The passwords of several roles, made where missing."""
    return {role: ensure_password(folder, role) for role in roles}
