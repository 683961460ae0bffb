"""The lines that tell of a decision: one for it, one for each finding, and one for each open question."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from eniguard.dead_letters import DeadLetter
from eniguard.events.wrappers import Way
from eniguard.model import Decision, Finding, Undecided
from eniguard.toolkit import Logger


def tell(log: Logger, decision: Decision, way: Way, *, repeat: bool = False) -> None:
    """Write the lines of a decision.

    ``repeat`` marks an event whose handling was begun before and broke off: its lines may be there already.
    """
    marks = {"repeat": True} if repeat else {}
    log.write(
        "decision",
        way=way,
        event_id=decision.event_id,
        event_time=decision.event_time,
        action=decision.action,
        outcome=decision.outcome,
        region=decision.region,
        account_id=decision.account_id,
        actor=decision.actor,
        findings=len(decision.findings),
        undecided=len(decision.undecided),
        **marks,
    )
    tell_findings(log, decision.findings, repeat=repeat)
    tell_undecided(log, decision.undecided)


def tell_findings(log: Logger, findings: Iterable[Finding], *, repeat: bool = False) -> None:
    """A line for each finding."""
    for finding in findings:
        log.write("finding", finding, **({"repeat": True} if repeat else {}))


def tell_undecided(log: Logger, undecided: Collection[Undecided]) -> None:
    """A line for each rule that could not be decided."""
    for one in undecided:
        log.write("undecided", one)


def tell_failure(log: Logger, error: Exception, letter: DeadLetter) -> None:
    """A line for an event that could not be decided, which is kept as a dead letter."""
    log.error("dead_letter", letter=letter.id, reason=letter.problem, error=error)
