"""Where a source lives, and what counts as the same place."""

from urllib.parse import urljoin, urlsplit

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


def joined(base: str, target: str) -> str | None:
    """Where `target` leads from `base`; None when that is another scheme, host or port."""
    try:
        url = urljoin(base, target)
        return url if _origin(url) == _origin(base) else None
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def path_of(url: str) -> str:
    """The path alone; a query may hold people or secrets."""
    return urlsplit(url).path or "/"
