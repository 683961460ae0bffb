"""A finding with what was judged of it: its fingerprint, who is told, and what it hides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from eniguard.alerts.alert import Alert, Hidden
from eniguard.model import Finding


class Judged(Struct, frozen=True):
    """A finding that is told.

    Attributes
    ----------
    finding
        The finding.
    fingerprint
        The same for findings that are one piece of news.
    hidden, expired_waivers
        As in `Alert`.
    """

    finding: Finding
    fingerprint: str
    hidden: tuple[Hidden, ...] = ()
    expired_waivers: tuple[str, ...] = ()


class Judge(Protocol):
    """Says what is told of the findings of one decision: what is waived or hidden is left out. Pure."""

    def __call__(self, findings: Sequence[Finding], now: float, /) -> Sequence[Judged]:
        """What is told; ``now`` is in seconds since 1970 (UTC)."""


class Router(Protocol):
    """Says who is told. Pure."""

    def __call__(self, alert: Alert, /) -> Sequence[str]:
        """The names of sinks."""
