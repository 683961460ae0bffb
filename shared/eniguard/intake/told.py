"""What was decided is told: in lines of the log, and to people where there are sinks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from eniguard.dead_letters import DeadLetter
from eniguard.events.wrappers import Way
from eniguard.model import Decision, Finding, Undecided
from eniguard.toolkit import Invocation, Logger

if TYPE_CHECKING:
    from eniguard.alerts.alert import Proposal
    from eniguard.alerts.alerts import Alerts
    from eniguard.intake.proposals import Proposals


class Telling:
    """Tells what was decided, in the log and to people, with what would put it right.

    Parameters
    ----------
    alerts
        Gives what takes findings on their way to people, when there are any; without it nobody is told, and
        the lines of the log are all there is.
    proposals
        Gives what puts down plans, when a finding has a fix; without it there are none.
    """

    def __init__(
        self,
        alerts: Callable[[], Alerts] | None = None,
        proposals: Callable[[], Proposals] | None = None,
    ) -> None:
        self._alerts = alerts
        self._proposals = proposals
        self._waits = False

    def decision(
        self, decision: Decision, way: Way, call: Invocation, *, forgeable: bool, repeat: bool = False
    ) -> None:
        """Write a line for a decision, and tell of its findings and of what could not be decided.

        ``forgeable`` says whether the event came by a way that anybody can use. ``repeat`` marks one whose
        handling was begun before and broke off: its lines may be there already; people are not told again.
        Raises `StateError` when the store did not take a plan or an alert.
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
        self.findings(decision.findings, call, forgeable=forgeable, repeat=repeat)
        tell_undecided(call.logger, decision.undecided)

    def findings(
        self, findings: Sequence[Finding], call: Invocation, *, forgeable: bool, repeat: bool = False
    ) -> None:
        """Write a line for each finding of one decision, put down its plan, and put it on its way to people.

        Parameters and errors are those of `decision`.
        """
        if not findings:
            return
        for finding in findings:
            call.logger.write("finding", finding, **({"repeat": True} if repeat else {}))
            call.metrics.add("findings", rule=finding.rule, severity=finding.severity)
        proposals = self._proposed(findings, call, forgeable)
        if self._alerts is not None:
            self._alerts().put(findings, call, new=not repeat, proposals=proposals)
            self._waits = True

    def plans(self, findings: Sequence[Finding], call: Invocation) -> None:
        """Put down the plans of findings told before, by a way that can be forged, and tell of those.

        Errors are those of `decision`.
        """
        proposals = self._proposed(findings, call, forgeable=False)
        if proposals and self._alerts is not None:
            planned = [one for one in findings if one.finding_id in proposals]
            self._alerts().put(planned, call, proposals=proposals)
            self._waits = True

    def send(self, call: Invocation) -> None:
        """Send what was put on its way since the last time, as far as sinks and time allow."""
        if self._waits and self._alerts is not None:
            self._waits = False
            self._alerts().send(call)

    def _proposed(
        self, findings: Sequence[Finding], call: Invocation, forgeable: bool
    ) -> Mapping[str, Proposal]:
        if self._proposals is None or all(one.fix is None for one in findings):
            return {}
        return self._proposals().of(findings, call, forgeable=forgeable)


def tell_undecided(log: Logger, undecided: Collection[Undecided]) -> None:
    """A line for each rule that could not be decided."""
    for one in undecided:
        log.write("undecided", one)


def tell_failure(log: Logger, error: Exception, letter: DeadLetter) -> None:
    """A line for an event that could not be decided, which is kept as a dead letter."""
    log.error("dead_letter", letter=letter.id, reason=letter.problem, error=error)
