"""From a registry row to a connector that is ready to be asked."""

from collections.abc import Callable
from dataclasses import replace

from sync.contract.profile import Profile
from sync.model.errors import ConfigurationError, SourceRejectedError, UnreadableAnswerError
from sync.model.source import Connector, Source
from sync.sources import auth
from sync.sources.files import FilesConnector
from sync.sources.http import Answer, HttpClient, Limits, Question, read_object
from sync.sources.message import MessageConnector
from sync.sources.rest import RestConnector


def open_connector(
    source: Source, profile: Profile, secret: str | None, *, timeout_s: float, attempts: int
) -> Connector:
    """The connector of this source; its options lie over the profile's.

    Raises:
        ConfigurationError: address, secret or options cannot be used.
    """
    if source.connector != profile.connector:
        raise ConfigurationError(
            f"Source {source.source_code} speaks {source.connector} but its profile "
            f"{profile.name} is for {profile.connector}: correct the registry."
        )
    profile = replace(profile, options={**profile.options, **source.options})
    if source.connector == "files":
        return FilesConnector(source.address, source.source_code, profile)
    ca_file = profile.options.get("ca_file")
    limits = Limits(timeout_s, attempts, ca_file=str(ca_file) if ca_file else None)
    client = HttpClient(source.address, source.source_code, limits)
    credential = make_credential(client, profile, secret)
    if source.connector == "message":
        org_code = str(profile.options.get("org_code", source.unit_code))
        return MessageConnector(client, credential, profile, org_code)
    return RestConnector(client, credential, profile)


def make_credential(
    client: HttpClient, profile: Profile, secret: str | None
) -> auth.Credential:
    """The credential the profile asks for.

    Raises:
        ConfigurationError: an unknown kind, or a secret that does not fit it.
    """
    kind = str(profile.options.get("auth", "none"))
    if kind == "none":
        return auth.NoCredential()
    code = client.source_code
    text = auth.check_secret(secret, code)
    kinds: dict[str, Callable[[], auth.Credential]] = {
        "api_key": lambda: auth.FixedHeader(
            str(profile.options.get("api_key_header", "X-API-Key")), text
        ),
        "authorization": lambda: auth.FixedHeader("Authorization", text),
        "bearer": lambda: auth.FixedHeader("Authorization", f"Bearer {text}"),
        "basic": lambda: auth.basic(*auth.split_pair(text, code)),
        "oauth2": lambda: auth.ExpiringToken(_TokenOffice(client, profile, text)),
    }
    if kind not in kinds:
        known = ", ".join(sorted(kinds))
        raise ConfigurationError(f"Profile {profile.name}: auth must be one of {known}.")
    return kinds[kind]()


class _TokenOffice:
    """Where OAuth2 client credentials (RFC 6749 section 4.4) become a token."""

    def __init__(self, client: HttpClient, profile: Profile, secret: str) -> None:
        self._client = client
        self._path = str(profile.options.get("token_path", "/oauth/token"))
        self._who = auth.basic(*auth.split_pair(secret, client.source_code))
        self._form = {"grant_type": "client_credentials"}
        if scope := profile.options.get("scope"):
            self._form["scope"] = str(scope)

    def __call__(self) -> tuple[str, float]:
        answer = self._client.ask(Question(self._path, form=self._form), self._who)
        return self._read(answer)

    def _read(self, answer: Answer) -> tuple[str, float]:
        code = self._client.source_code
        content = read_object(answer, code)
        token, life = content.get("access_token"), content.get("expires_in")
        try:
            life_s = auth.DEFAULT_LIFE_S if life is None else float(str(life))
        except ValueError:
            life_s = 0.0
        if not isinstance(token, str) or not _is_token(token):
            raise UnreadableAnswerError(
                f"Source {code} gave no access_token we can use; its owner must look."
            )
        if life_s <= 0:
            raise SourceRejectedError(
                f"Source {code} gives tokens that have no life: its owner must look."
            )
        return token, life_s


def _is_token(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()
