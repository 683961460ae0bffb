"""Where the policy is found: finding that there is none needs neither pydantic nor yaml."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eniguard.settings.policy import DEFAULT_POLICY, Policy

#: Where the policy is looked for when no path is given (design, "CLI").
POLICY_VARIABLE = "ENIGUARD_POLICY"
DEFAULT_PATH = "guard.yml"
#: What guard.yml is compiled to, beside the index.py of a function that is deployed.
COMPILED = "policy.json"


def find_policy(
    path: str | None, environment: Mapping[str, str] | None = None, *, beside: str | None = None
) -> Policy:
    """The policy at ``path``, else at ``$ENIGUARD_POLICY``, else in ``./guard.yml``, else the defaults.

    Parameters
    ----------
    path, environment, beside
        As for `policy_path`.

    Raises
    ------
    ConfigError
        A named file is missing, or the file found is neither a valid guard.yml nor a valid policy.json.
    """
    found = policy_path(path, environment, beside=beside)
    return DEFAULT_POLICY if found is None else policy_at(found)


def policy_path(
    path: str | None, environment: Mapping[str, str] | None = None, *, beside: str | None = None
) -> Path | None:
    """Where the policy stands: ``path``, else ``$ENIGUARD_POLICY``, else ``./guard.yml`` if that is there.

    Parameters
    ----------
    path
        The file that was asked for.
    environment
        By default that of the process.
    beside
        A folder whose ``guard.yml``, if it has one, goes before the one in the working directory.
    """
    named = path or (os.environ if environment is None else environment).get(POLICY_VARIABLE)
    if named:
        return Path(named)
    return next(_lying_in((*([] if beside is None else [beside]), os.curdir)), None)


def policy_at(path: Path) -> Policy:
    """The policy in a guard.yml, or in the policy.json (any ``.json``) that one was compiled to.

    Raises
    ------
    ConfigError
        As for `eniguard.settings.guardfile.read_policy` and `eniguard.settings.compiled.read_compiled`.
    """
    if path.suffix == ".json":
        from eniguard.settings.compiled import read_compiled

        return read_compiled(path)
    from eniguard.settings.guardfile import read_policy

    return read_policy(path)


def _lying_in(folders: Sequence[str]) -> Iterator[Path]:
    """The policies that lie in folders, in their order."""
    return (path for folder in folders if (path := Path(folder, DEFAULT_PATH)).is_file())
