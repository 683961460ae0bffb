"""The slr family."""

from eniguard.rules.base import Rule

RULES: tuple[type[Rule], ...] = ()
