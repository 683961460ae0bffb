"""policy.json: the policy as functions read it, compiled from guard.yml, without pydantic or yaml."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from eniguard import __version__
from eniguard.errors import ConfigError
from eniguard.settings.policy import Policy

_COMPILE = "compile guard.yml anew with `make package`"


class _Compiled(Struct, frozen=True):
    """The form of policy.json.

    ``eniguard`` is the version that wrote it, ``source`` the name of guard.yml and ``source_sha256`` the hash
    of what stood in it (both ``None`` for the built-in defaults), ``policy_sha256`` the hash of ``policy`` as
    it stands in the file.
    """

    eniguard: str
    source: str | None
    source_sha256: str | None
    policy_sha256: str
    policy: Raw


def compile_policy(guard_yml: Path | None) -> bytes:
    """What policy.json says of a guard.yml; of the built-in defaults without one.

    The same guard.yml gives the same bytes, wherever it lies.

    Raises
    ------
    ConfigError
        As for `eniguard.settings.guardfile.read_policy`.
    """
    if guard_yml is None:
        return _written(Policy(), None, None)
    from eniguard.settings.guardfile import parse_policy

    try:
        content = guard_yml.read_bytes()
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{guard_yml}: cannot be read: {error}") from None
    return _written(parse_policy(text, source=guard_yml.name), guard_yml.name, sha256(content).hexdigest())


def _written(policy: Policy, source: str | None, source_sha256: str | None) -> bytes:
    body = msgspec.json.encode(policy)
    form = _Compiled(__version__, source, source_sha256, sha256(body).hexdigest(), Raw(body))
    return msgspec.json.encode(form) + b"\n"


def read_compiled(path: Path) -> Policy:
    """The policy in a policy.json.

    Raises
    ------
    ConfigError
        The file cannot be read, was written by another version or changed since, or the guard.yml that it
        was compiled from lies beside it and says something else.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    try:
        found = msgspec.json.decode(content, type=_Compiled)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no compiled policy ({error}): name guard.yml, or {_COMPILE}") from None
    if found.eniguard != __version__:
        raise ConfigError(
            f"{path}: was compiled by eniguard {found.eniguard}, and this is {__version__}: {_COMPILE}"
        )
    if sha256(found.policy).hexdigest() != found.policy_sha256:
        raise ConfigError(f"{path}: was changed after it was compiled: change guard.yml, and {_COMPILE}")
    _check_source(path, found)
    try:
        return msgspec.json.decode(found.policy, type=Policy)
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: is no policy of eniguard {__version__} ({error}): {_COMPILE}") from None


def _check_source(path: Path, found: _Compiled) -> None:
    if found.source is None:
        return
    try:
        content = (path.parent / found.source).read_bytes()
    except FileNotFoundError:  # a bundle holds policy.json alone
        return
    except OSError as error:
        raise ConfigError(f"{path.parent / found.source}: cannot be read: {error}") from None
    if sha256(content).hexdigest() != found.source_sha256:
        raise ConfigError(f"{path}: {found.source} beside it was changed since: {_COMPILE}")
