"""Who signs: keys out of the function's context, its environment, or the official chain."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from eniguard.errors import ConfigError

#: What Function Compute (python3.12) and the official SDKs read (docs/sources.md, Events).
_KEY_ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
_SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
_TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"


class Credentials(Struct, frozen=True):
    """An access key, with a token when it is temporary; ``expires`` in seconds since 1970 (UTC).

    Neither its repr nor its text shows the secret or the token.
    """

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None
    expires: float | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id!r}, expires={self.expires})"

    def hidden(self, text: str) -> str:
        """A text without the secret and the token, should it hold them."""
        for secret in (self.access_key_secret, self.security_token):
            if secret:
                text = text.replace(secret, "***")
        return text


#: Gives the credentials of the moment; asked before every request.
CredentialsProvider = Callable[[], Credentials]


@runtime_checkable
class Renewable(Protocol):
    """A provider that keeps credentials, and can be told that the cloud takes them no more."""

    def __call__(self) -> Credentials:
        """The credentials of the moment."""

    def renew(self, refused: Credentials) -> None:
        """Keep these no longer."""


def from_context(context: object) -> Credentials | None:
    """The credentials in the context of Function Compute (python3.10); ``None`` where it has none."""
    found = getattr(context, "credentials", None)
    key_id, secret, token = (
        _first(found, snake, camel)
        for snake, camel in (
            ("access_key_id", "accessKeyId"),
            ("access_key_secret", "accessKeySecret"),
            ("security_token", "securityToken"),
        )
    )
    return Credentials(key_id, secret, token) if key_id and secret else None


def from_environment(environment: Mapping[str, str] = os.environ) -> Credentials | None:
    """The credentials in environment variables (python3.12); ``None`` where there are none."""
    key_id, secret = environment.get(_KEY_ID), environment.get(_SECRET)
    return Credentials(key_id, secret, environment.get(_TOKEN) or None) if key_id and secret else None


def from_chain() -> CredentialsProvider:
    """The official chain (profile, metadata service, OIDC …) of ``alibabacloud_credentials``.

    Raises
    ------
    ConfigError
        The package is not installed; raised by the provider: the chain finds nothing.
    """
    try:
        from alibabacloud_credentials.client import Client
    except ImportError:
        raise ConfigError(
            f"no credentials: set {_KEY_ID} and {_SECRET}, or install eniguard[aliyun] for the official chain"
        ) from None
    return _Chain(Client())


class _Chain:
    """The official client as a provider; it renews temporary keys itself."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __call__(self) -> Credentials:
        try:
            found = self._client.get_credential()
        except Exception as error:  # noqa: BLE001 - the chain raises plain exceptions of every provider
            # What it says may hold answers of a metadata service.
            raise ConfigError(
                f"the official chain of credentials found none ({type(error).__name__}): "
                f"set {_KEY_ID} and {_SECRET}, or a profile in ~/.aliyun/config.json"
            ) from None
        return Credentials(found.access_key_id, found.access_key_secret, found.security_token or None)


class FunctionCredentials:
    """The credentials of a function: of its newest context, else its environment, else the official chain.

    Function Compute hands the role's temporary keys to every call (python3.10) or keeps them in the
    environment (python3.12); a client that outlives one call asks for them anew each time.

    Parameters
    ----------
    environment
        The environment variables; those of the process by default.
    chain
        Makes the official chain; called at most once, and only when nothing else has credentials.

    Examples
    --------
    >>> provider = FunctionCredentials({"ALIBABA_CLOUD_ACCESS_KEY_ID": "example-id",
    ...                                 "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "example-secret"})
    >>> provider()
    Credentials('example-id', expires=None)
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        chain: Callable[[], CredentialsProvider] = from_chain,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._make_chain = chain
        self._chain: CredentialsProvider | None = None
        self._newest: Credentials | None = None

    def take(self, context: object) -> None:
        """Use the credentials of a context from now on, if it has any."""
        self._newest = from_context(context) or self._newest

    def __call__(self) -> Credentials:
        found = self._newest or from_environment(self._environment)
        if found is not None:
            return found
        if self._chain is None:
            self._chain = self._make_chain()
        return self._chain()


def _first(owner: object, *names: str) -> str | None:
    value = next((found for name in names if (found := getattr(owner, name, None))), None)
    return None if value is None else str(value)
