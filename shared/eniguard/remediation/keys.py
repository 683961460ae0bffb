"""The keys that verdicts are sealed with, from the references in guard.yml."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from eniguard.errors import ConfigError
from eniguard.remediation.seal import Seal
from eniguard.settings import RemediationSettings


def seal_of(settings: RemediationSettings, secret: Callable[[str], str]) -> Seal:
    """The seal with the keys that guard.yml names.

    A key is known by a digest of it, so that it may move from ``current`` to ``previous``.

    Parameters
    ----------
    settings
        Name the keys.
    secret
        Gives the value of a reference.

    Raises
    ------
    ConfigError
        No key is named, or one is too short.
    """
    if settings.keys is None:
        raise ConfigError("remediation.keys is not set in guard.yml: decisions on plans are sealed with them")
    named = [one for one in (settings.keys.current, settings.keys.previous) if one is not None]
    keys = [secret(one).encode() for one in named]
    return Seal({_id(key): key for key in keys}, _id(keys[0]))


def _id(key: bytes) -> str:
    return hmac.new(key, b"the id of this key of eniguard", "sha256").hexdigest()[:16]
