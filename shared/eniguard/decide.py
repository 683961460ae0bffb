"""Deciding one call: pure, no I/O, no clock."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from eniguard.facts.refs import Ref
from eniguard.facts.state import reference
from eniguard.model import Actor, Decision, Finding, Observation, Undecided
from eniguard.model.kinds import ROLE
from eniguard.rules.answers import PASSED_ON, failed, no_verdict, only_marks
from eniguard.rules.base import Rule
from eniguard.rules.case import Case
from eniguard.rules.registry import Step
from eniguard.rules.subject_tags import tagged_by_case


def looks(rule: Rule, actor: Actor) -> bool:
    """Whether a rule looks at an actor; an unconfirmed service might be any of them."""
    return actor.kind in rule.actors or actor.kind == "unconfirmed_service"


def observations(
    cases: Sequence[Case], observers: Sequence[Step], failures: list[Undecided]
) -> list[Observation]:
    """The marks that rules which look across events want to set; of a rule that fails, a verdict instead."""
    marks: list[Observation] = []
    for rule, place in observers:
        try:
            if given := rule.observes(cases[place]):
                marks += only_marks(given)
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            failures.append(failed(rule, error, cases[0].call.event_id))
    return marks


def _certain(rule: Rule, actor: Actor) -> bool:
    """Whether it is certain that a rule looks at an actor."""
    return actor.kind != "unconfirmed_service" or actor.kind in rule.actors


def _unconfirmed(case: Case, finding: Finding) -> Undecided:
    """What becomes of a finding of a rule of which it is not certain that it looks at the actor."""
    role = case.actor.role or "(no role recorded)"
    ref: Ref = reference(case.call, ROLE, role)
    return Undecided(
        finding.rule,
        (str(ref),),
        f"the caller's role {role} looks like a service's and could not be confirmed",
        finding.event_id,
        finding.subject,
    )


def decide(
    cases: Sequence[Case], steps: Sequence[Step], failures: Sequence[Undecided] = (), rounds: int = 0
) -> Decision:
    """What rules say of one call.

    Parameters
    ----------
    cases
        The call laid out, as the rules see it; with what the series that they observe hold, this call
        included.
    steps
        The rules that look at its action, outcome and actor, each with the place of its case.
    failures
        Verdicts of rules that failed before they could be asked.
    rounds
        How many rounds of look-ups were made, for the record.

    Of brief cases, undecided verdicts are put in words only where there are findings: the rules that gave
    them are then asked once more, with cases that are not brief.
    """
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    case = cases[0]
    call = case.call
    left = iter(steps)
    asking = True
    while asking:
        try:  # around the loop, where it costs nothing: after a rule that fails, it goes on with the next
            for rule, place in left:
                verdicts: Sequence[object] = rule.evaluate(cases[place])
                if not verdicts:
                    continue
                for one in verdicts:
                    if isinstance(one, Undecided):
                        undecided.append(one)
                    elif not isinstance(one, Finding):
                        undecided.append(no_verdict(rule, one, call.event_id))
                    elif _certain(rule, case.actor):
                        findings.append(one)
                    else:
                        undecided.append(_unconfirmed(case, one))
            asking = False
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            undecided.append(failed(rule, error, call.event_id))
    if case.brief and findings and undecided:
        unsaid = {one.rule for one in undecided}
        asked_again = [step for step in steps if step[0].code in unsaid]
        undecided = [*decide([replace(one, brief=False) for one in cases], asked_again).undecided]
    if failures:
        undecided += _not_told(failures, undecided)
    return Decision(
        call.event_id,
        call.time,
        call.action,
        call.outcome,
        call.region,
        call.account_id,
        case.actor,
        tagged_by_case(findings, case, [rule for rule, _ in steps]) if findings else (),
        tuple(undecided),
        rounds,
    )


def _not_told(failures: Sequence[Undecided], undecided: Sequence[Undecided]) -> list[Undecided]:
    """Those of the failures whose rule did not fail once more when it was asked."""
    told = {one.rule for one in undecided if one.failed}
    return [one for one in failures if one.rule not in told]
