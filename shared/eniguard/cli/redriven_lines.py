"""What became of dead letters that were decided again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from eniguard.cli.dead_letter_lines import line_of
from eniguard.dead_letters import Again
from eniguard.events.calls import Call
from eniguard.events.wrappers import Way
from eniguard.model import Decision, Finding
from eniguard.pipeline import HistoryStore, Pipeline
from eniguard.rule_modules import registry_of
from eniguard.settings import Policy


class RedrivenLine(Struct, frozen=True):
    """One letter and its outcome; ``undecided`` counts the rules that lacked a fact."""

    id: str
    outcome: str
    problem: str
    event_id: str | None
    action: str | None
    findings: Sequence[Finding]
    undecided: int


class Deciding:
    """Decides calls under a policy as a function does, and keeps the decisions.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    history
        Where the windows of the rules are kept; an event is counted in them once.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, policy: Policy, history: HistoryStore, *, clock: Callable[[], float]) -> None:
        self._pipeline = Pipeline(policy, registry=registry_of(policy, event_path=True), history=history)
        self._clock = clock
        self.decisions: list[Decision] = []

    def __call__(self, call: Call, _way: Way) -> None:
        """Decide one call."""
        self.decisions.append(self._pipeline.decide(call, now=self._clock()).decision)


def redriven_line(again: Again, decisions: Sequence[Decision]) -> RedrivenLine:
    """A letter with what was decided about its event."""
    line = line_of(again.letter)
    return RedrivenLine(
        id=line.id,
        outcome=again.outcome,
        problem=again.problem,
        event_id=line.event_id,
        action=line.action,
        findings=[finding for one in decisions for finding in one.findings],
        undecided=sum(len(one.undecided) for one in decisions),
    )
