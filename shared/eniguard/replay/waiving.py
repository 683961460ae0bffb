"""Waivers in a replay, judged at the time of each event: what they hide is marked, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from eniguard.alerts.waivers import waived
from eniguard.model import Finding
from eniguard.settings import Waiver


def judged_by_waivers(
    waivers: Sequence[Waiver], findings: Sequence[Finding], at: float
) -> tuple[tuple[Finding, ...], tuple[tuple[Waiver, Finding], ...]]:
    """Findings, those that a waiver hides with its id in ``waived_by``, and what expired ones hide no longer.

    Parameters
    ----------
    waivers
        Those of the policy.
    findings
        What the rules said of one event, or of one state snapshot.
    at
        When it was, in seconds since 1970 (UTC).
    """
    judged: list[Finding] = []
    outlived: list[tuple[Waiver, Finding]] = []
    for one in findings:
        hiding, expired = waived(waivers, one, at)
        judged.append(one if hiding is None else replace(one, waived_by=hiding.id))
        if hiding is None:
            outlived += [(waiver, one) for waiver in expired]
    return tuple(judged), tuple(outlived)
