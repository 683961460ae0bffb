"""The lines that end a replay, on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eniguard.cli.safe import say, shown
from eniguard.model import SEVERITIES

if TYPE_CHECKING:
    from eniguard.replay.engine import Tally


def say_summary(tally: Tally) -> None:
    """Say what a replay read and found, which rules lacked facts to decide, and which failed."""
    say(f"{_events(tally)}; {_findings(tally)}; {_speed(tally)}")
    if tally.undecided_rules:
        rules = ", ".join(f"{rule} ({count})" for rule, count in sorted(tally.undecided_rules.items()))
        say(f"undecided for want of facts: {rules}; `eniguard explain PATH --event ID` names what is missing")
    if tally.undecided_sweeps:
        rules = ", ".join(f"{rule} ({count})" for rule, count in sorted(tally.undecided_sweeps.items()))
        say(f"undecided of a state: {rules}; `eniguard inventory --state FILE` names what is missing")
    for failure, count in sorted(tally.failed_rules.items()):
        say(f"{shown(failure)}; cases without its answer: {count}")


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
