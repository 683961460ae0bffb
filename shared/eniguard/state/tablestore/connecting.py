"""A client of the Tablestore SDK that answers or fails in time and keeps quiet."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct
from tablestore import OTSClient
from tablestore.retry import DefaultRetryPolicy
from urllib3 import Timeout

from eniguard.errors import ConfigError
from eniguard.state.keys import Keys

#: Seconds to wait for an answer, and for a connection, which urllib3 tries to make four times.
TIMEOUT = 2.0
_CONNECT_TIMEOUT = 0.5
#: How often what was turned away unheard (busy, throttled) is sent again, and the longest pause, in seconds;
#: the SDK's own 20 times with 3 s use up the time of a function.
_RETRIES = 3
_LONGEST_PAUSE = 0.5

#: The table of a url that names none.
TABLE = "eniguard"
_SUFFIX = ".aliyuncs.com"


class Place(Struct, frozen=True):
    """Where a table is."""

    endpoint: str
    instance: str
    table: str


class _KeysOfEnvironment(Struct, frozen=True):
    access_key_id: str
    access_key_secret: str
    security_token: str | None = None

    def __repr__(self) -> str:
        return "<keys of the environment>"


def place(url: str) -> Place:
    """The table that a ``tablestore://INSTANCE.REGION/TABLE`` url names.

    A host that ends in ``.aliyuncs.com`` (one of a VPC, say) is taken as it is; the option ``endpoint``
    of the url says where else the instance is reached.

    Raises
    ------
    ConfigError
        The url is wrong.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        host = parts.hostname or ""
    except ValueError:
        host, options = "", {}
    instance, _, region = host.partition(".")
    if not instance or not region or parts.username is not None or set(options) - {"endpoint"}:
        raise ConfigError(
            "the url of the Tablestore store cannot be read: it has the form "
            "tablestore://INSTANCE.REGION/TABLE, as in "
            "tablestore://guard.cn-hangzhou/eniguard, and holds no keys"
        )
    domain = host if host.endswith(_SUFFIX) else f"{host}.ots{_SUFFIX}"
    return Place(options.get("endpoint", f"https://{domain}"), instance, parts.path.strip("/") or TABLE)


def connected(where: Place, keys: Callable[[], Keys], timeout: float = TIMEOUT) -> Any:
    """An ``OTSClient``; nothing is sent yet."""
    # The SDK logs every refusal as an error, and the headers of requests, STS token included, on level DEBUG.
    logging.getLogger(_LOGGER).setLevel(logging.CRITICAL)
    policy = DefaultRetryPolicy()
    policy.max_retry_times = _RETRIES
    policy.max_retry_delay = _LONGEST_PAUSE
    return OTSClient(
        where.endpoint,
        instance_name=where.instance,
        credentials_provider=_Provider(keys),
        socket_timeout=Timeout(connect=_CONNECT_TIMEOUT, read=timeout),
        retry_policy=policy,
        logger_name=_LOGGER,
        # Its own library serves one version of Python only: the same code runs on all.
        enable_native=False,
    )


def keys_of_environment() -> Keys:
    """The keys that Function Compute and the official SDKs keep in the environment.

    Raises
    ------
    ConfigError
        There are none.
    """
    found = [os.environ.get(f"ALIBABA_CLOUD_{name}") for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET")]
    key_id, secret = found
    if not key_id or not secret:
        raise ConfigError(
            "there are no keys for Tablestore: give the function a role, or set "
            "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"
        )
    return _KeysOfEnvironment(key_id, secret, os.environ.get("ALIBABA_CLOUD_SECURITY_TOKEN") or None)


_LOGGER = "eniguard.state.tablestore.sdk"


class _Provider:
    """The guard's keys as the SDK asks for them, before each request."""

    def __init__(self, keys: Callable[[], Keys]) -> None:
        self._keys = keys

    def get_credentials(self) -> _Signing:
        return _Signing(self._keys())


class _Signing:
    """One set of keys under the names that the SDK reads."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def get_access_key_id(self) -> str:
        return self._keys.access_key_id

    def get_access_key_secret(self) -> str:
        return self._keys.access_key_secret

    def get_security_token(self) -> str | None:
        return self._keys.security_token
