"""Secrets by reference: ``env:NAME`` and ``kms:NAME``; their values are fetched late and told to nobody."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from eniguard.errors import ConfigError, EniguardError, Transport
from eniguard.toolkit.redaction import Redactor

#: Seconds a value from KMS is used before it is fetched again: a rotated secret is in use after five minutes.
TTL = 300.0

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: A name or the ARN of a secret (docs/sources.md, API).
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_+=.@:-]*")


class _Kept(Struct, frozen=True, gc=False):
    value: str
    until: float

    def __repr__(self) -> str:
        return f"_Kept(until={self.until})"


class Secrets:
    """Gives the values that references stand for.

    Parameters
    ----------
    kms
        Fetches the value of a secret by its name or ARN; without it, ``kms:`` references are errors.
    environment
        The environment variables; those of the process by default.
    ttl
        Seconds a value from KMS is used before it is fetched again.
    redactor
        Is told each value, so that logs hide it; take that of the `Logger`.
    clock
        Gives seconds since 1970 (UTC).

    Examples
    --------
    >>> secrets = Secrets(environment={"HOOK_SIGN": "s3cret-value"})
    >>> secrets.get("env:HOOK_SIGN") == "s3cret-value"
    True
    """

    __slots__ = ("_clock", "_environment", "_kept", "_kms", "_redactor", "_ttl")

    def __init__(
        self,
        *,
        kms: Callable[[str], str] | None = None,
        environment: Mapping[str, str] | None = None,
        ttl: float = TTL,
        redactor: Redactor | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._kms = kms
        self._environment = os.environ if environment is None else environment
        self._ttl = ttl
        self._redactor = Redactor() if redactor is None else redactor
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def get(self, reference: str) -> str:
        """The value of a reference.

        Parameters
        ----------
        reference
            ``env:NAME`` or ``kms:NAME``.

        Raises
        ------
        ConfigError
            The reference is none (it is not repeated: somebody may have put the value in its place), or there
            is no value.
        CloudError
            KMS gave no answer.
        """
        way, _, name = reference.partition(":")
        if way == "env" and _VARIABLE.fullmatch(name):
            value = self._of_environment(name)
        elif way == "kms" and _SECRET.fullmatch(name):
            value = self._of_kms(name)
        else:
            raise ConfigError(
                "a secret is not given as env:NAME or kms:NAME: put its reference there, not its value"
            )
        self._redactor.add(value)
        return value

    def forget(self, reference: str) -> None:
        """Fetch the value anew the next time, for one that is refused: it may have been rotated."""
        self._kept.pop(reference.removeprefix("kms:"), None)

    def _of_environment(self, name: str) -> str:
        value = self._environment.get(name)
        if not value:
            raise ConfigError(f"env:{name} has no value: set the environment variable {name} of the function")
        return value

    def _of_kms(self, name: str) -> str:
        if self._kms is None:
            raise ConfigError(f"kms:{name} cannot be read here: KMS is not asked; use an env: reference")
        kept = self._kept.get(name)
        if kept is not None and self._clock() < kept.until:
            return kept.value
        value = _fetched(self._kms, name)
        self._kept[name] = _Kept(value, self._clock() + self._ttl)
        return value

    def __repr__(self) -> str:
        return f"Secrets({len(self._kept)} kept, ttl={self._ttl})"


def _fetched(kms: Callable[[str], str], name: str) -> str:
    try:
        value: object = kms(name)
    except EniguardError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it says may hold the answer of KMS
        problem = f"kms:{name} could not be read ({type(error).__qualname__}): try again, then look at KMS"
        raise Transport(problem, product="kms", action="GetSecretValue") from None
    if not isinstance(value, str) or not value:
        raise ConfigError(f"kms:{name} has no text for a value: put one there, or name another secret")
    return value
