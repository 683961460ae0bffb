"""What a policy says of the findings of a decision: which are told, and as what news. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from eniguard.alerts.alert import Alert, Hidden
from eniguard.alerts.fingerprint import fingerprint
from eniguard.alerts.inhibition import inhibited
from eniguard.alerts.routes import sinks_for
from eniguard.alerts.waivers import waived
from eniguard.model import Finding
from eniguard.settings import Policy


class Judged(Struct, frozen=True):
    """A finding with what was judged of it; those that a graver one stands for are not there.

    Attributes
    ----------
    finding
        The finding.
    fingerprint
        The same for findings that are one piece of news.
    hidden, expired_waivers
        As in `Alert`.
    waiver
        The waiver that hides it: it is not told; ``None`` if it is.
    """

    finding: Finding
    fingerprint: str
    hidden: tuple[Hidden, ...] = ()
    expired_waivers: tuple[str, ...] = ()
    waiver: str | None = None


class Judge(Protocol):
    """Judges findings, and says where alerts go."""

    def judged(self, findings: Sequence[Finding], now: float) -> Sequence[Judged]:
        """The findings of one decision; ``now`` is in seconds since 1970 (UTC)."""

    def sinks(self, alert: Alert) -> Sequence[str]:
        """The names of the sinks of an alert."""


class PolicyJudge:
    """Judges by the waivers and routes of a policy.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def judged(self, findings: Sequence[Finding], now: float) -> list[Judged]:
        """The waived ones, and of the others those that no graver one stands for."""
        found: list[Judged] = []
        expired: dict[str, tuple[str, ...]] = {}
        left = []
        for one in findings:
            waiver, gone = waived(self._policy.waivers, one, now)
            if waiver is not None:
                found.append(Judged(one, fingerprint(one), waiver=waiver.id))
                continue
            expired[one.finding_id] = tuple([each.id for each in gone])
            left.append(one)
        told, hidden = inhibited(left)
        for one in told:
            name = one.finding_id
            found.append(Judged(one, fingerprint(one), hidden.get(name, ()), expired[name]))
        return found

    def sinks(self, alert: Alert) -> Sequence[str]:
        """Where the routes send it."""
        return sinks_for(self._policy, alert)
