"""The sg family."""

from eniguard.rules.base import Rule

RULES: tuple[type[Rule], ...] = ()
