"""Waivers: findings that somebody answers for until a day, and that nobody is told of until then."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.alerts.matching import matches
from eniguard.model import Finding
from eniguard.settings import Waiver

Waivers = tuple[Waiver, ...]


def waived(waivers: Sequence[Waiver], finding: Finding, now: float) -> tuple[Waiver | None, Waivers]:
    """The waiver that hides a finding, and the expired ones that would have.

    The first that matches (`eniguard.alerts.matching.matches`) and has not expired hides it.

    Parameters
    ----------
    waivers
        Those of the policy.
    finding
        The finding.
    now
        The time of judging, in seconds since 1970 (UTC); in a replay the time of the event.
    """
    if not waivers:
        return None, ()
    found = [one for one in waivers if matches(one.match, finding)]
    expired = tuple([one for one in found if expired_at(one, now)])
    return next((one for one in found if one not in expired), None), expired


def expired_at(waiver: Waiver, now: float) -> bool:
    """Whether a waiver no longer holds; ``now`` is in seconds since 1970 (UTC)."""
    return now >= waiver.expires
