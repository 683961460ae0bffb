"""Texts that only a holder of the key can make: a body that anybody may read, and an HMAC over it.

itsdangerous was looked at: it takes several spellings of one signature, and brings a clock of its own.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.settings.approving import Keys

#: As many bytes as HMAC-SHA256 gives: a shorter key is the weaker part (RFC 2104, section 3).
LEAST_KEY = 32
#: The longest token; all headers of a request have 8 KB (docs/sources.md, Function Compute).
_LONGEST = 4_096


class Sealed(Struct, frozen=True):
    """A body of a token, good until a time in seconds since 1970 (UTC)."""

    until: float


_Body = TypeVar("_Body", bound=Sealed)


class Tokens:
    """Makes tokens, and reads those that hold.

    Parameters
    ----------
    current
        The key that tokens are made with, of 32 characters at least.
    previous
        The key before: what was made with it still holds.
    name
        What the keys are called in guard.yml.

    Raises
    ------
    ConfigError
        A key is too short.
    """

    __slots__ = ("_keys",)

    def __init__(self, current: str, previous: str | None = None, *, name: str) -> None:
        self._keys = tuple(one.encode() for one in (current, previous) if one is not None)
        if any(len(key) < LEAST_KEY for key in self._keys):
            raise ConfigError(
                f"remediation.approval.{name}: a key has less than {LEAST_KEY} characters "
                "(openssl rand -hex 32 makes one)"
            )

    def __repr__(self) -> str:
        return f"Tokens({len(self._keys)} keys)"

    def made(self, purpose: str, body: Sealed) -> str:
        """A token that says ``body`` and is good for one purpose."""
        text = _text(msgspec.json.encode(body))
        return f"{text}.{_mac(self._keys[0], purpose, text)}"

    def read(self, purpose: str, token: str, form: type[_Body], now: float) -> _Body | None:
        """What a token says; ``None`` when it does not hold, whatever is wrong with it."""
        text, _, mac = token.rpartition(".")
        given = mac.encode("utf-8", "surrogatepass")
        # Each key is tried, however the others went.
        genuine = [
            hmac.compare_digest(_mac(key, purpose, text).encode(), given)
            for key in self._keys
            if len(token) <= _LONGEST
        ]
        if not any(genuine):
            return None
        body = msgspec.json.decode(_bytes(text), type=form)
        return body if now < body.until else None


def _mac(key: bytes, purpose: str, text: str) -> str:
    # A line end is in no purpose and in no base64, so that no two pairs of them are one message.
    message = f"{purpose}\n{text}".encode("utf-8", "surrogatepass")
    return _text(hmac.new(key, message, "sha256").digest())


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:  # with a right HMAC: made by something else with the same key
        raise ConfigError(
            f"a token is signed with a key of the page and is none of its own: {error}"
        ) from None


def tokens_of(keys: Keys, secret: Callable[[str], str], *, name: str) -> Tokens:
    """What makes and reads tokens with the keys that guard.yml names; errors are those of `Tokens`.

    ``secret`` gives the value of a reference, ``name`` is what the keys are called in guard.yml.
    """
    previous = None if keys.previous is None else secret(keys.previous)
    return Tokens(secret(keys.current), previous, name=name)
