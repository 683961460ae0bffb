"""The sign-in: OpenID Connect with an authorization code and PKCE, at the issuer that guard.yml names.

Authlib makes the request and exchanges the code, joserfc (its own base) verifies what comes back. Looked at
beside them: PyJWT, which knows tokens and no flow, and requests-oauthlib, which knows the flow and no id
tokens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact
from msgspec import Struct
from requests import RequestException

from eniguard.errors import SignInRefused, SignInUnavailable
from eniguard.remediation.approval.id_tokens import Expected, verified
from eniguard.settings.approving import ApprovalSettings

if TYPE_CHECKING:
    from requests import Response

#: Seconds to wait for the issuer: a person waits too.
_TIMEOUT = 5.0
#: Seconds that what the issuer says of itself, and its keys, are used before they are asked for again.
_KEPT = 3600.0
#: Seconds between two looks for a key that was not there: a token with an invented key id asks for one each
#: time.
_LEAST_BETWEEN = 60.0
#: The longest document of an issuer is 256 KB; they have some KB.
_CHUNK, _MOST_CHUNKS = 8_192, 32


class _Issuer(Struct, frozen=True):
    """What an issuer says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class OpenId:
    """The issuer, as the page asks it.

    Parameters
    ----------
    settings
        ``remediation.approval`` of guard.yml.
    redirect_uri
        Where the issuer sends people back to.
    secret
        The secret of the client, asked for when it is needed.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        settings: ApprovalSettings,
        redirect_uri: str,
        secret: Callable[[], str],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._secret = secret
        self._clock = clock
        self._issuer: tuple[float, _Issuer] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def address(self, *, state: str, nonce: str, verifier: str, language: str) -> str:
        """Where to send somebody to sign in.

        Raises
        ------
        SignInUnavailable
            The issuer does not answer, or not as one.
        """
        issuer = self._about()
        with self._session() as session:
            address, _ = session.create_authorization_url(
                issuer.authorization_endpoint,
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                max_age=self._settings.max_age,
                ui_locales=language,
            )
        return str(address)

    def claims(self, query: Mapping[str, str], *, nonce: str, verifier: str) -> Mapping[str, object]:
        """What the issuer says of whoever came back from it with ``query``; the state was looked at before.

        Raises
        ------
        SignInRefused
            It says nothing that holds.
        SignInUnavailable
            The issuer does not answer, or not as one.
        """
        issuer = self._about()
        came_from = query.get("iss")
        # RFC 9207: another issuer's answer is none of this one's.
        if came_from != issuer.issuer and (
            came_from is not None or issuer.authorization_response_iss_parameter_supported
        ):
            raise SignInRefused("the answer is of another issuer")
        if "code" not in query:
            raise SignInRefused("the issuer gave no code")
        tokens = self._exchanged(issuer, query["code"], verifier)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise SignInRefused("the issuer gave no id token")
        expected = Expected(nonce, access_token if isinstance(access_token, str) else None)
        keys = self._keys_for(issuer, id_token)
        return verified(id_token, keys, self._settings, expected, self._clock())

    def _session(self, method: str | None = None) -> OAuth2Session:
        return OAuth2Session(
            self._settings.client_id,
            None if method is None else self._secret(),
            token_endpoint_auth_method=method,
            scope=" ".join(self._settings.scopes),
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )

    def _exchanged(self, issuer: _Issuer, code: str, verifier: str) -> Mapping[str, Any]:
        offered = issuer.token_endpoint_auth_methods_supported
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        try:
            with self._session(method) as session:
                tokens: Mapping[str, Any] = session.fetch_token(
                    issuer.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=self._redirect_uri,
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                )
        except OAuthError as error:
            # Its description is the issuer's, and may repeat the code.
            raise SignInRefused(f"the issuer did not take the code ({str(error.error)[:40]!r})") from None
        except (RequestException, ValueError) as error:
            raise _unavailable("exchange the code", type(error).__name__) from None
        return tokens

    def _about(self) -> _Issuer:
        now = self._clock()
        if self._issuer is not None and now < self._issuer[0]:
            return self._issuer[1]
        issuer = self._settings.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            about = msgspec.json.decode(self._document(address), type=_Issuer)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _unavailable("say what it is", str(error)) from None
        if about.issuer != issuer:
            raise _unavailable("be the issuer of guard.yml", "it calls itself something else")
        for place in (about.authorization_endpoint, about.token_endpoint, about.jwks_uri):
            if not place.startswith("https://"):
                raise _unavailable("be asked in secret", "one of its addresses is not https")
        self._issuer = (now + _KEPT, about)
        return about

    def _keys_for(self, issuer: _Issuer, token: str) -> KeySet:
        """The keys of the issuer; asked for anew when the one that a token names is not among them."""
        now = self._clock()
        if self._keys is not None:
            read, kept = self._keys
            known = _key_id(token) in {key.kid for key in kept}
            if now < read + (_KEPT if known else _LEAST_BETWEEN):
                return kept
        try:
            keys: KeySet = KeySet.import_key_set(msgspec.json.decode(self._document(issuer.jwks_uri)))
        except (JoseError, msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
            raise _unavailable("give its keys", type(error).__name__) from None
        self._keys = (now, keys)
        return keys

    def _document(self, address: str) -> bytes:
        try:
            with self._session() as session:
                # No token goes with it: these documents are public.
                answer: Response = session.request(
                    "GET", address, withhold_token=True, timeout=_TIMEOUT, allow_redirects=False, stream=True
                )
                # What is longer is cut, and is no document then.
                content = b"".join(islice(answer.iter_content(_CHUNK), _MOST_CHUNKS))
        except RequestException as error:
            raise _unavailable("answer", type(error).__name__) from None
        if answer.status_code != 200:
            raise _unavailable("answer", f"HTTP {answer.status_code}")
        return content


def _key_id(token: str) -> object:
    try:
        return extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError):
        return None


def _unavailable(what: str, why: str) -> SignInUnavailable:
    return SignInUnavailable(
        f"the issuer of remediation.approval does not {what} ({why}): look whether its address is right, and "
        "whether the function reaches it"
    )
