"""Where the policy is found: finding that there is none needs neither pydantic nor yaml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from eniguard.settings.policy import DEFAULT_POLICY, Policy

#: Where the policy is looked for when no path is given (design, "CLI").
POLICY_VARIABLE = "ENIGUARD_POLICY"
DEFAULT_PATH = "guard.yml"


def find_policy(path: str | None, environment: Mapping[str, str] | None = None) -> Policy:
    """The policy at ``path``, else at ``$ENIGUARD_POLICY``, else in ``./guard.yml``, else the defaults.

    Raises
    ------
    ConfigError
        A named file is missing, or the file found is not a valid guard.yml.
    """
    named = path or (os.environ if environment is None else environment).get(POLICY_VARIABLE)
    if not named and not Path(DEFAULT_PATH).is_file():
        return DEFAULT_POLICY
    from eniguard.settings.guardfile import read_policy

    return read_policy(Path(named or DEFAULT_PATH))
