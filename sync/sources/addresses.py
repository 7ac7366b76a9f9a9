"""Where a source lives, and what counts as the same place."""

from urllib.parse import SplitResult, urlsplit

from sync.model.errors import ConfigurationError


def check_address(address: str, source_code: str) -> str:
    """The address, if it is one we may ask.

    Raises:
        ConfigurationError: not http(s), no host, or a credential inside it.
    """
    try:
        parts = urlsplit(address)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_good = is_good and parts.username is None and not parts.query and not parts.fragment
        _ = parts.port
    except ValueError:
        is_good = False
    if not is_good:
        raise ConfigurationError(
            f"The address of source {source_code} must be http(s)://host[:port][/path] without "
            "credential and query."
        )
    return address


def origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """What must stay the same: scheme, host and port."""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    try:
        return parts.scheme, parts.hostname, parts.port or default
    except ValueError:
        return parts.scheme, None, None


def path_of(url: str) -> str:
    """The path alone; a query may hold people or secrets."""
    return urlsplit(url).path or "/"
