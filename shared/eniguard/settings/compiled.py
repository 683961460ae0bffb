"""policy.json: the policy as functions read it, compiled from guard.yml, without pydantic or yaml."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from eniguard.errors import ConfigError
from eniguard.settings.policy import Policy
from eniguard.version import VERSION

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
    policy = parse_policy(text, source=guard_yml.name, folder=guard_yml.parent)
    return _written(policy, guard_yml.name, sha256(content).hexdigest())


def _written(policy: Policy, source: str | None, source_sha256: str | None) -> bytes:
    body = msgspec.json.encode(policy)
    form = _Compiled(VERSION, source, source_sha256, sha256(body).hexdigest(), Raw(body))
    return msgspec.json.encode(form) + b"\n"


def read_compiled(path: Path) -> Policy:
    """The policy in a policy.json.

    Raises
    ------
    ConfigError
        The file cannot be read, or as for `parse_compiled`; or the guard.yml that it was compiled from lies
        beside it and says something else by now.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    form = _form(content, path)
    _check_source(form, path)
    return _policy(form, path)


def parse_compiled(content: bytes, path: Path) -> Policy:
    """The policy in what a policy.json says; ``path`` is for messages.

    Raises
    ------
    ConfigError
        It is no compiled policy, was written by another version, or was changed since.
    """
    return _policy(_form(content, path), path)


def _form(content: bytes, path: Path) -> _Compiled:
    try:
        form = msgspec.json.decode(content, type=_Compiled)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no compiled policy ({error}): name guard.yml, or {_COMPILE}") from None
    if form.eniguard != VERSION:
        raise ConfigError(
            f"{path}: was compiled by eniguard {form.eniguard}, and this is {VERSION}: {_COMPILE}"
        )
    if sha256(form.policy).hexdigest() != form.policy_sha256:
        raise ConfigError(f"{path}: was changed after it was compiled: change guard.yml, and {_COMPILE}")
    return form


def _policy(form: _Compiled, path: Path) -> Policy:
    try:
        return msgspec.json.decode(form.policy, type=Policy)
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: is no policy of eniguard {VERSION} ({error}): {_COMPILE}") from None


def _check_source(form: _Compiled, path: Path) -> None:
    if form.source is None:
        return
    source = path.with_name(form.source)
    try:
        content = source.read_bytes()
    except FileNotFoundError:  # a bundle holds policy.json alone
        return
    except OSError as error:
        raise ConfigError(f"{source}: cannot be read: {error}") from None
    if sha256(content).hexdigest() != form.source_sha256:
        raise ConfigError(f"{path}: {source.name} beside it says something else by now: {_COMPILE}")
