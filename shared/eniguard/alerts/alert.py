"""The alert: what is kept of a finding until it has been told to one sink."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from eniguard.model import Finding, Severity

#: ``first`` tells of a finding at once; ``summary`` tells, when a window closes, how many more there were.
AlertKind = Literal["first", "summary"]


class Hidden(Struct, frozen=True, gc=False):
    """A lesser finding of the same call, which the alert tells of in passing."""

    rule: str
    severity: Severity
    subject: str


class Alert(Struct, frozen=True, gc=False):
    """What one sink is to be told of.

    Attributes
    ----------
    id
        The same for the same news: of the fingerprint, the window and the kind. A sink is told of it once.
    kind
        Whether it is the first of its window, or what the window held.
    finding
        The finding; of a summary, the one that is known in full, mostly the first. Long evidence is cut.
    at
        When its window was opened or closed, in seconds since 1970 (UTC).
    count
        How many findings of this fingerprint the window held, the first one included.
    since, until
        From when they were counted, and when the last of them was seen, in seconds since 1970 (UTC).
    hidden
        Lesser findings of the same call, told of in passing.
    expired_waivers
        Waivers that would have hidden the finding, had they not expired.
    """

    id: str
    kind: AlertKind
    finding: Finding
    at: float
    count: int = 1
    since: float = 0.0
    until: float = 0.0
    hidden: tuple[Hidden, ...] = ()
    expired_waivers: tuple[str, ...] = ()
