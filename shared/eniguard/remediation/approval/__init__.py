"""The page on which a person approves or rejects a plan."""

from eniguard.remediation.approval.links import Links
from eniguard.remediation.approval.tokens import Tokens

__all__ = ["Links", "Tokens"]
