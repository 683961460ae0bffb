"""The secret that pseudonyms are keyed by: the user's own, kept outside of recordings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eniguard.errors import ConfigError

#: Where the secret is looked for when nobody says where it is.
SECRET_VARIABLE = "ENIGUARD_RECORD_KEY"
#: Bytes of a secret at least; 128 bits are beyond guessing (NIST SP 800-131A).
_LEAST = 16
_HOW = "make one with `openssl rand -hex 32`, and keep it: other secrets give other pseudonyms"


def secret_of(reference: str, environment: Mapping[str, str]) -> bytes:
    """The secret behind a reference, ``env:NAME`` or ``file:PATH``.

    Raises
    ------
    ConfigError
        It is no reference, names nothing, or what it names is too short. No message shows the secret.
    """
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        found = environment.get(name, "").encode("utf-8", "surrogateescape")
        what = f"the environment variable {name}"
    elif kind == "file" and name:
        found, what = _content(name), f"the file {name}"
    else:
        raise ConfigError("the secret for pseudonyms is named as env:NAME or file:PATH, never given itself")
    found = found.strip()
    if not found:
        raise ConfigError(f"{what} holds no secret for pseudonyms: {_HOW}")
    if len(found) < _LEAST:
        raise ConfigError(f"the secret in {what} has less than {_LEAST} bytes: {_HOW}")
    return found


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"the secret for pseudonyms cannot be read from {path}: {reason}") from None
