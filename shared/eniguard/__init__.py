"""Guards managed ENIs, managed security groups and IP prefixes on Alibaba Cloud.

The names listed here are public and change only with a minor version of notice; they load when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from eniguard.version import VERSION

if TYPE_CHECKING:
    from eniguard.errors import ConfigError, EniguardError, InputError
    from eniguard.model import Decision, Finding, Undecided
    from eniguard.pipeline import Pipeline
    from eniguard.rules.base import Rule
    from eniguard.settings import Policy

__version__ = VERSION

_HOMES = {
    "ConfigError": "eniguard.errors",
    "Decision": "eniguard.model",
    "EniguardError": "eniguard.errors",
    "Finding": "eniguard.model",
    "InputError": "eniguard.errors",
    "Pipeline": "eniguard.pipeline",
    "Policy": "eniguard.settings",
    "Rule": "eniguard.rules.base",
    "Undecided": "eniguard.model",
}

__all__ = [
    "ConfigError",
    "Decision",
    "EniguardError",
    "Finding",
    "InputError",
    "Pipeline",
    "Policy",
    "Rule",
    "Undecided",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'eniguard' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
