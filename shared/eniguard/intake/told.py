"""What was decided is told: in lines of the log, and to people where there are sinks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from eniguard.dead_letters import DeadLetter
from eniguard.events.wrappers import Way
from eniguard.model import Decision, Finding, Undecided
from eniguard.toolkit import Invocation, Logger

if TYPE_CHECKING:
    from eniguard.alerts.alerts import Alerts


class Telling:
    """Tells what was decided, in the log and to people.

    Parameters
    ----------
    alerts
        Gives what takes findings on their way to people, when there are any; without it nobody is told, and
        the lines of the log are all there is.
    """

    def __init__(self, alerts: Callable[[], Alerts] | None = None) -> None:
        self._alerts = alerts
        self._waits = False

    def decision(self, decision: Decision, way: Way, call: Invocation, *, repeat: bool = False) -> None:
        """Write a line for a decision, and tell of its findings and of what could not be decided.

        ``repeat`` marks an event whose handling was begun before and broke off: its lines may be there
        already; people are not told again. Raises `StateError` when the store did not take an alert.
        """
        marks = {"repeat": True} if repeat else {}
        call.logger.write(
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
        self.findings(decision.findings, call, repeat=repeat)
        tell_undecided(call.logger, decision.undecided)

    def findings(self, findings: Sequence[Finding], call: Invocation, *, repeat: bool = False) -> None:
        """Write a line for each finding of one decision, and put it on its way to people."""
        if not findings:
            return
        for finding in findings:
            call.logger.write("finding", finding, **({"repeat": True} if repeat else {}))
            call.metrics.add("findings", rule=finding.rule, severity=finding.severity)
        if self._alerts is not None:
            self._alerts().put(findings, call, new=not repeat)
            self._waits = True

    def send(self, call: Invocation) -> None:
        """Send what was put on its way since the last time, as far as sinks and time allow."""
        if self._waits and self._alerts is not None:
            self._waits = False
            self._alerts().send(call)


def tell_undecided(log: Logger, undecided: Collection[Undecided]) -> None:
    """A line for each rule that could not be decided."""
    for one in undecided:
        log.write("undecided", one)


def tell_failure(log: Logger, error: Exception, letter: DeadLetter) -> None:
    """A line for an event that could not be decided, which is kept as a dead letter."""
    log.error("dead_letter", letter=letter.id, reason=letter.problem, error=error)
