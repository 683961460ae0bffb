"""Deciding one call: pure, no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.facts.state import State, reference
from eniguard.model import Actor, Decision, Finding, History, Observation, Undecided
from eniguard.model.kinds import ROLE
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
    """

    __slots__ = ("actor", "after", "before", "call", "now", "policy")

    def __init__(self, call: Call, actor: Actor, facts: Facts, policy: Policy, *, now: float) -> None:
        self.call = call
        self.actor = actor
        self.policy = policy
        self.now = now
        self.before = State(call, facts, "before")
        self.after = State(call, facts, "after")

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
            marks += rule.observes(self.case(rule))
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
        if isinstance(verdict, Undecided):
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
    for rule in chosen.concerned(call):
        if case is None or case.params is not rule.params:  # most rules have none, and share a case
            case = judgement.case(rule, history)
        if not (verdicts := rule.evaluate(case)):
            continue
        for one in judgement.confirmed(rule, verdicts):
            if isinstance(one, Undecided):
                undecided.append(one)
            else:
                findings.append(one)
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
