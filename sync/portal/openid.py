"""OpenID Connect: another system proves who somebody is; who that may be is ours to say.

Code flow with PKCE (RFC 7636); the ID token is checked as OpenID Connect Core 3.1.3.7 asks:
signature, issuer, audience, time, nonce. Nothing of it but the subject is kept.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from sync.model.errors import ConfigurationError, SourceRejectedError, SourceUnavailableError
from sync.portal.access import Clock

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LEEWAY_S = 60  # clocks differ
TIMEOUT_S = 10
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in to be continued at the provider's address."""

    address: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class Provider:
    """One issuer that may vouch for accounts.

    Raises:
        ConfigurationError: an address is not https (loopback aside), or a part is missing.
    """

    def __init__(self, issuer: str, client: tuple[str, str], callback: str) -> None:
        for name, address in (("OIDC_ISSUER", issuer), ("PORTAL_URL", callback)):
            parts = urlsplit(address)
            if parts.scheme != "https" and parts.hostname not in LOOPBACK:
                raise ConfigurationError(f"CBCCVC_{name} must be an https address: correct it.")
        if not client[0]:
            raise ConfigurationError("CBCCVC_OIDC_CLIENT_ID is missing: set it.")
        self.issuer = issuer
        self._client = client
        self._callback = callback

    def begin(self) -> Begun:
        """Where to send the reader, and what must come back.

        Raises:
            SourceUnavailableError: the provider does not answer.
            SourceRejectedError: it answers as somebody else.
        """
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with self._session() as session:
            address, _ = session.create_authorization_url(
                self._metadata(session)["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return Begun(address, state, nonce, verifier)

    def subject_of(self, code: str, nonce: str, verifier: str, clock: Clock) -> str:
        """Whom the provider vouches for, by its own name for them.

        Raises:
            SourceUnavailableError: the provider does not answer.
            SourceRejectedError: the code, or a part of the ID token, is not as it must be.
        """
        with self._session() as session:
            metadata = self._metadata(session)
            try:
                answer = session.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=TIMEOUT_S,
                )
                keys = _fetched(session, metadata["jwks_uri"])
                return self._checked(str(answer["id_token"]), keys, nonce, clock)
            except requests.RequestException:
                raise self._silent() from None
            except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
                raise SourceRejectedError(
                    f"The identity provider's answer is refused ({type(error).__name__}):"
                    " sign in again, or compare its settings with ours."
                ) from None

    def _checked(self, id_token: str, keys: Mapping[str, Any], nonce: str, clock: Clock) -> str:
        known = KeySet.import_key_set(cast(KeySetSerialization, dict(keys)))
        token = jwt.decode(id_token, known, list(ALGORITHMS))
        jwt.JWTClaimsRegistry(
            now=int(clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client[0]},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
        claims = token.claims
        is_for_many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (is_for_many or "azp" in claims) and claims.get("azp") != self._client[0]:
            raise ValueError("azp")
        return str(claims["sub"])

    def _session(self) -> OAuth2Session:
        client_id, secret = self._client
        session = OAuth2Session(
            client_id,
            secret,
            scope="openid",
            redirect_uri=self._callback,
            code_challenge_method="S256",
        )
        session.trust_env = False  # no proxies and no .netrc from the environment
        return session

    def _metadata(self, session: OAuth2Session) -> dict[str, Any]:
        try:
            found = _fetched(
                session, self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            )
        except (requests.RequestException, ValueError):
            raise self._silent() from None
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self.issuer or not all(found.get(name) for name in needed):
            raise SourceRejectedError(
                "The identity provider speaks as another issuer: correct CBCCVC_OIDC_ISSUER."
            )
        return found

    def _silent(self) -> SourceUnavailableError:
        return SourceUnavailableError(
            "The identity provider does not answer: check that it runs and CBCCVC_OIDC_ISSUER."
        )


def _fetched(session: OAuth2Session, address: str) -> dict[str, Any]:
    answer = session.get(address, withhold_token=True, timeout=TIMEOUT_S)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
