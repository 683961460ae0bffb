"""The alert: what is kept of a finding until it has been told to one sink."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from eniguard.model import Finding, Severity

#: ``first`` tells of a finding at once; ``summary`` tells, when a window closes, how many more there were;
#: ``outcome`` tells how a plan ended.
AlertKind = Literal["first", "summary", "outcome"]
#: How a plan ended: it was carried out, nothing was left to do, it was taken back, a safeguard held it back,
#: or a call did not go as it should.
Ended = Literal["applied", "already", "undone", "refused", "failed"]
#: How far a plan goes: it is shown, a person approves it, or it is carried out at once.
Going = Literal["plan", "approve", "auto"]


class Hidden(Struct, frozen=True, gc=False):
    """A lesser finding of the same call, which the alert tells of in passing."""

    rule: str
    severity: Severity
    subject: str


class Proposal(Struct, frozen=True, gc=False):
    """A plan that would put right what a finding tells of.

    Attributes
    ----------
    plan
        Its id.
    goes
        How far it goes.
    calls, inverse
        The calls that it makes, and those that take them back, a line each.
    expires
        Until when it may be approved, in seconds since 1970 (UTC).
    link
        The page on which it is approved; ``None`` if there is none.
    held_back
        Why it is only shown, where guard.yml would let it go further.
    """

    plan: str
    goes: Going
    calls: tuple[str, ...]
    inverse: tuple[str, ...]
    expires: float
    link: str | None = None
    held_back: tuple[str, ...] = ()


class Alert(Struct, frozen=True, gc=False):
    """What one sink is to be told of.

    Attributes
    ----------
    id
        The same for the same news: of the fingerprint, the window and the kind; of an ``outcome``, that of
        its finding. A sink is told of it once.
    kind
        Whether it is the first of its window, or what the window held, or how a plan ended.
    finding
        The finding; of a summary, the one that is known in full, mostly the first; of an ``outcome``, what
        became of the plan. Long evidence is cut.
    at
        When its window was opened or closed, or when it was told how the plan ended, in seconds since 1970
        (UTC).
    count
        How many findings of this fingerprint the window held, the first one included.
    since, until
        From when they were counted, and when the last of them was seen, in seconds since 1970 (UTC).
    hidden
        Lesser findings of the same call, told of in passing.
    expired_waivers
        Waivers that would have hidden the finding, had they not expired.
    proposal
        The plan for it; ``None`` if there is none, and of a ``summary``.
    ended
        Of an ``outcome``: how the plan ended.
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
    proposal: Proposal | None = None
    ended: Ended | None = None
