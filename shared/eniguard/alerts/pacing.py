"""How fast a chat may be told: what its limits leave now, and when they leave more. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.alerts.formats.base import Pace

#: One message in so many is kept for critical alerts that come later; a choice of this project.
RESERVED = 5
#: Seconds that messages are sent one by one for, rather than merged: about as long as a call waits.
PATIENCE = 10.0
#: Seconds by which the clock of a chat may run apart from ours within the time of a limit.
_SLACK = 0.25


def free(times: Sequence[float], pace: Pace, now: float, *, critical: bool) -> int:
    """How many messages may be sent now."""
    return min(
        (_most(most, critical) - _held(times, seconds, now) for most, seconds in pace.limits), default=1
    )


def free_at(times: Sequence[float], pace: Pace, now: float, *, critical: bool) -> float:
    """When a message may be sent, in seconds since 1970 (UTC); now, if one may."""
    at = now
    for most, seconds in pace.limits:
        over = _held(times, seconds, now) - _most(most, critical)
        if over >= 0:
            within = sorted(one for one in times if one > now - seconds - _SLACK)
            at = max(at, within[over] + seconds + _SLACK)
    return at


def one_by_one(times: Sequence[float], pace: Pace, now: float, *, critical: bool) -> int:
    """How many messages can be sent one by one before it takes too long."""
    return min(
        (
            _most(most, critical) * (1 + int(PATIENCE // seconds)) - _held(times, seconds, now)
            for most, seconds in pace.limits
        ),
        default=1,
    )


def still_counting(times: Sequence[float], pace: Pace, now: float) -> tuple[float, ...]:
    """Those of the times that a limit still looks at."""
    longest = max((seconds for _, seconds in pace.limits), default=0.0)
    return tuple([one for one in times if one > now - longest - _SLACK])


def _most(most: int, critical: bool) -> int:
    return most if critical else most - most // RESERVED


def _held(times: Sequence[float], seconds: float, now: float) -> int:
    return sum(1 for one in times if one > now - seconds - _SLACK)
