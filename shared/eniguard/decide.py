"""Deciding one call: pure, no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.facts.state import State, reference
from eniguard.model import Actor, Decision, Finding, History, Observation, Undecided
from eniguard.model.kinds import ROLE
from eniguard.rules.answers import PASSED_ON, failed, only_marks, sort_out
from eniguard.rules.base import Rule, Verdict
from eniguard.rules.case import NO_HISTORY, Case, Trace
from eniguard.rules.registry import Chosen
from eniguard.settings import Policy


class Judgement:
    """One call ready to be judged: actor and both sides of the world laid out.

    Parameters
    ----------
    call
        The call.
    actor
        Who made it.
    facts
        Everything gathered for it.
    policy
        The compiled guard.yml.
    now
        The time of judging, in seconds since 1970 (UTC).

    Attributes
    ----------
    failures
        The rules that failed before they could be asked.
    """

    __slots__ = ("actor", "after", "before", "call", "failures", "now", "policy")

    def __init__(self, call: Call, actor: Actor, facts: Facts, policy: Policy, *, now: float) -> None:
        self.call = call
        self.actor = actor
        self.policy = policy
        self.now = now
        self.before = State(call, facts, "before")
        self.after = State(call, facts, "after")
        self.failures: tuple[Undecided, ...] = ()

    def case(
        self, rule: Rule, history: Mapping[str, History] = NO_HISTORY, trace: Trace | None = None
    ) -> Case:
        """The case as one rule sees it."""
        # In the order of its fields: keyword arguments cost more than everything else here.
        return Case(
            self.call, self.actor, self.before, self.after, history, rule.params, self.now, self.policy, trace
        )

    def observations(self, observers: Sequence[Rule]) -> list[Observation]:
        """The marks that rules which look across events want to set for this call."""
        marks: list[Observation] = []
        for rule in observers:
            try:
                if given := rule.observes(self.case(rule)):
                    marks += only_marks(given)
            except (Exception, SystemExit) as error:
                if isinstance(error, PASSED_ON):
                    raise
                self.failures += (failed(rule, error, self.call.event_id),)
        return marks

    def looks(self, rule: Rule) -> bool:
        """Whether the rule looks at this actor; an unconfirmed service might be any of them."""
        return self.actor.kind in rule.actors or self.actor.kind == "unconfirmed_service"

    def confirmed(self, rule: Rule, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """What one rule says of its case, as far as it is certain that it looks at the actor.

        For an unconfirmed service, a rule that looks at some actors only cannot be decided: what would have
        been a finding becomes Undecided.
        """
        if self.actor.kind in rule.actors:
            return verdicts
        return [self._unconfirmed(verdict) for verdict in verdicts]

    def _unconfirmed(self, verdict: Verdict) -> Verdict:
        if not isinstance(verdict, Finding):
            return verdict
        role = self.actor.role or "(no role recorded)"
        ref: Ref = reference(self.call, ROLE, role)
        return Undecided(
            verdict.rule,
            (str(ref),),
            f"the caller's role {role} looks like a service's and could not be confirmed",
            verdict.event_id,
            verdict.subject,
        )


def decide(
    judgement: Judgement, chosen: Chosen, history: Mapping[str, History] = NO_HISTORY, *, rounds: int = 0
) -> Decision:
    """What all chosen rules say of one call.

    Parameters
    ----------
    judgement
        The call laid out.
    chosen
        The rules that look at its action, outcome and actor.
    history
        What the observed series hold, this call included.
    rounds
        How many rounds of look-ups were made, for the record.
    """
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    call = judgement.call
    case: Case | None = None
    rules = iter(chosen.concerned(call))
    asked = False
    while not asked:
        try:  # around the loop, where it costs nothing: after a rule that fails, it goes on with the next
            for rule in rules:
                if case is None or case.params is not rule.params:  # most rules have none, and share a case
                    case = judgement.case(rule, history)
                if verdicts := rule.evaluate(case):
                    given = judgement.confirmed(rule, verdicts)
                    sort_out(given, rule, findings, undecided, call.event_id)
            asked = True
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            undecided.append(failed(rule, error, call.event_id))
    if judgement.failures:
        told = {one.rule for one in undecided if one.failed}
        undecided += [one for one in judgement.failures if one.rule not in told]
    return Decision(
        call.event_id,
        call.time,
        call.action,
        call.outcome,
        call.region,
        call.account_id,
        judgement.actor,
        tuple(findings),
        tuple(undecided),
        rounds,
    )
