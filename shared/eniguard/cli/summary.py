"""The lines that end a replay, on standard error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eniguard.cli.safe import say, shown
from eniguard.cli.waiver_text import until
from eniguard.model import SEVERITIES

if TYPE_CHECKING:
    from eniguard.replay.tally import Tally
    from eniguard.settings import Policy, Waiver


def say_summary(tally: Tally, policy: Policy) -> None:
    """Say what a replay read and found, what waivers hid, which rules lacked facts, and which failed."""
    say(f"{_events(tally)}; {_findings(tally)}; {_speed(tally)}")
    for waiver in policy.waivers:
        if hidden := tally.waived.get(waiver.id):
            say(f"waiver {_named(waiver)}, until {until(waiver.expires)}, hid {_rules(hidden)}")
        if outlived := tally.outlived.get(waiver.id):
            ended = until(waiver.expires)
            say(f"waiver {_named(waiver)} expired (until {ended}) and no longer hides {_rules(outlived)}")
    if tally.undecided_rules:
        rules = _rules(tally.undecided_rules)
        say(f"undecided for want of facts: {rules}; `eniguard explain PATH --event ID` names what is missing")
    if tally.undecided_sweeps:
        rules = _rules(tally.undecided_sweeps)
        say(f"undecided of a state: {rules}; `eniguard inventory --state FILE` names what is missing")
    for failure, count in sorted(tally.failed_rules.items()):
        say(f"{shown(failure)}; cases without its answer: {count}")


def _named(waiver: Waiver) -> str:
    return f"{shown(waiver.id)} of {shown(waiver.owner)}"


def _rules(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{rule} ({count})" for rule, count in sorted(counts.items()))


def _events(tally: Tally) -> str:
    counts = {
        "read": tally.read,
        "concerned": tally.concerned,
        "decided": tally.decided,
        "undecided": tally.undecided,
        "not concerned": tally.not_concerned,
        "duplicates": tally.duplicates,
        "late": tally.late,
        "unreadable": tally.unreadable,
    }
    if tally.left_out:
        counts["files left out"] = tally.left_out
    if tally.swept:
        counts["swept"] = tally.swept
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _findings(tally: Tally) -> str:
    counts = [
        f"{severity} {count}" for severity in reversed(SEVERITIES) if (count := tally.findings.get(severity))
    ]
    return f"findings: {', '.join(counts) or 'none'}"


def _speed(tally: Tally) -> str:
    return f"{tally.read / max(tally.seconds, 1e-6):.0f} events/s"
