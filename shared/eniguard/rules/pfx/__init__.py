"""The pfx family."""

from eniguard.rules.base import Rule

RULES: tuple[type[Rule], ...] = ()
