"""Rules that raise: the others still answer, and the failure is a verdict of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest

from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.outcomes import ENI_MANAGED
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.facts.view import View
from eniguard.model import Decision, Observation, Resource, Undecided
from eniguard.model.kinds import ENI
from eniguard.pipeline import Pipeline
from eniguard.replay.explained import explained
from eniguard.rules.base import Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.registry import Registry
from eniguard.rules.sweep import SweepRule, swept
from eniguard.settings import DEFAULT_POLICY
from eniguard.sources.history import MemoryHistory
from eniguard.testing import MORNING, call, eni_item, findings, snapshot, undecided

REFUSED = call("ecs:DeleteNetworkInterface", error=ENI_MANAGED, NetworkInterfaceId="eni-1")
SUBJECT = Resource(ENI, "eni-1")


class _Mine(Rule):
    """A rule that answers; what fails is overridden."""

    code = "MINE001"
    name = "mine"
    severity = "low"
    summary = "A summary."
    why = "A reason."
    advice = "Advice."
    actions = frozenset(("ecs:DeleteNetworkInterface",))

    def evaluate(self, case: Case) -> Verdicts:
        return (self.finding(case, SUBJECT, "seen"),)


class _FailsToEvaluate(_Mine):
    def evaluate(self, case: Case) -> Verdicts:
        return [self._one(case, {}["missing"])]

    def _one(self, case: Case, _: object) -> Undecided:
        return self.undecided(case, "never reached")


class _FailsHalfway(_Mine):
    def evaluate(self, case: Case) -> Verdicts:
        return _Half(super().evaluate(case))


class _Half(tuple[Verdict, ...]):
    def __iter__(self) -> Iterator[Verdict]:
        yield self[0]
        raise ZeroDivisionError


class _FailsToObserve(_Mine):
    def observes(self, case: Case) -> Sequence[Observation]:
        raise ValueError(case.call.event_id)


class _ObservesText(_Mine):
    def observes(self, case: Case) -> Sequence[Observation]:
        return ["mark"]  # type: ignore[list-item]


class _Exits(_Mine):
    def evaluate(self, case: Case) -> Verdicts:
        raise SystemExit(3)


class _FailsToSayWhatConcernsIt(_Mine):
    @staticmethod
    def concerns(call: Call) -> bool:
        raise ValueError(call.event_id)


class _FailsToNeed(_Mine):
    def needs(self, call: Call, facts: Facts) -> Iterable[Ref]:
        raise LookupError


class _SaysText(_Mine):
    def evaluate(self, case: Case) -> Verdicts:
        return ["finding"]  # type: ignore[list-item]


class _LosesItsFile(_Mine):
    def evaluate(self, case: Case) -> Verdicts:
        raise InputError("not a state snapshot", path="state.json")


def decision_with(rule: type[Rule]) -> Decision:
    return pipeline_with(rule).decide(REFUSED, now=REFUSED.at).decision


def pipeline_with(rule: type[Rule]) -> Pipeline:
    class _Last(_Mine):
        code = "MINE002"

    registry = Registry(DEFAULT_POLICY, custom=(rule, _Last), only=["ENI001", "MINE001", "MINE002"])
    return Pipeline(registry=registry, history=MemoryHistory())


def failures(decision: Decision) -> list[tuple[str, str]]:
    return [(one.rule, one.reason) for one in decision.undecided if one.failed]


def test_a_rule_that_raises_is_undecided_and_the_others_answer() -> None:
    decision = decision_with(_FailsToEvaluate)

    assert [rule for rule, *_ in findings(decision)] == ["ENI001", "MINE002"]
    ((rule, reason),) = failures(decision)
    assert rule == "MINE001"
    assert reason.startswith(f"the rule failed with KeyError in {__name__}, line ")


def test_the_place_is_the_line_of_the_rules_own_module() -> None:
    line = _FailsToEvaluate.evaluate.__code__.co_firstlineno + 1

    ((_, reason),) = failures(decision_with(_FailsToEvaluate))

    assert reason.endswith(f", line {line}")


def test_what_a_rule_said_before_it_failed_is_kept() -> None:
    decision = decision_with(_FailsHalfway)

    assert [rule for rule, *_ in findings(decision)] == ["ENI001", "MINE001", "MINE002"]
    assert [rule for rule, _ in failures(decision)] == ["MINE001"]


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (_FailsToObserve, "ValueError"),
        (_ObservesText, "TypeError"),
        (_FailsToNeed, "LookupError"),
    ],
)
def test_a_rule_that_cannot_say_what_it_watches_or_needs_is_undecided_beside_what_it_finds(
    rule: type[Rule], error: str
) -> None:
    decision = decision_with(rule)

    assert [rule for rule, *_ in findings(decision)] == ["ENI001", "MINE001", "MINE002"]
    ((code, reason),) = failures(decision)
    assert (code, error in reason) == ("MINE001", True)


class _FailsTwice(_FailsToObserve):
    def evaluate(self, case: Case) -> Verdicts:
        raise KeyError


class _FailsToNeedAndMisses(_FailsToNeed):
    def evaluate(self, case: Case) -> Verdicts:
        return [self.undecided(case, "its ENI is not known")]


@pytest.mark.parametrize(
    ("rule", "said"), [(_FailsTwice, ["KeyError"]), (_FailsToNeedAndMisses, ["its ENI", "LookupError"])]
)
def test_a_failure_is_told_once_and_beside_missing_facts(rule: type[Rule], said: list[str]) -> None:
    reasons = [one.reason for one in decision_with(rule).undecided if one.rule == "MINE001"]

    assert len(reasons) == len(said)
    assert all(part in reason for part, reason in zip(said, reasons, strict=True))


def test_an_answer_that_is_no_verdict_is_a_failure() -> None:
    decision = decision_with(_SaysText)

    assert [rule for rule, *_ in findings(decision)] == ["ENI001", "MINE002"]
    assert failures(decision) == [("MINE001", "the rule gave a str, neither a Finding nor an Undecided")]


def test_a_rule_that_exits_ends_nothing() -> None:
    decision = decision_with(_Exits)

    assert [rule for rule, *_ in findings(decision)] == ["ENI001", "MINE002"]
    ((_, reason),) = failures(decision)
    assert "SystemExit" in reason


def test_a_rule_that_cannot_say_what_concerns_it_is_asked() -> None:
    decision = decision_with(_FailsToSayWhatConcernsIt)

    assert [rule for rule, *_ in findings(decision)] == ["ENI001", "MINE001", "MINE002"]
    assert failures(decision) == []


def test_what_other_rules_say_of_their_concern_still_counts_beside_one_that_cannot_say() -> None:
    class Unconcerned(_Mine):
        code = "MINE003"
        name = "unconcerned"

        @staticmethod
        def concerns(call: Call) -> bool:
            return False

    registry = Registry(
        DEFAULT_POLICY, custom=(_FailsToSayWhatConcernsIt, Unconcerned), only=["MINE001", "MINE003"]
    )

    decision = Pipeline(registry=registry).decide(REFUSED, now=REFUSED.at).decision

    assert [rule for rule, *_ in findings(decision)] == ["MINE001"]


def test_trouble_with_what_a_rule_reads_is_not_its_failure() -> None:
    with pytest.raises(InputError):
        decision_with(_LosesItsFile)


@pytest.mark.parametrize("rule", [_FailsToEvaluate, _FailsToObserve, _FailsToNeed])
def test_explain_shows_the_failure(rule: type[Rule]) -> None:
    pipeline = pipeline_with(rule)
    decided = pipeline.decide(REFUSED, now=REFUSED.at)

    shown = {one.code: one for one in explained(decided, pipeline.registry).rules}

    assert shown["MINE001"].undecided == decided.decision.undecided
    assert shown["MINE002"].undecided == ()


class _FailsToSweep(SweepRule):
    code = "MINE003"
    name = "mine"
    severity = "low"
    summary = "A summary."
    why = "A reason."
    advice = "Advice."
    kinds = (ENI,)

    def evaluate(self, view: View, params: object, now: float) -> Verdicts:
        return _Half((self.finding(view, SUBJECT, "seen"),))


def test_a_sweep_goes_on_after_a_rule_that_raises() -> None:
    # given
    registry = Registry(DEFAULT_POLICY, custom=(_FailsToSweep,))
    rules = sorted(registry.sweeps, key=lambda rule: rule.code != "MINE003")
    state = snapshot(
        {"ecs:NetworkInterface": [eni_item("eni-1", True, Status="Available", CreationTime=MORNING)]},
    )

    # when
    sweep = swept(rules, state.view(), REFUSED.at + 86_400)

    # then
    assert [rule for rule, *_ in findings(sweep)][:2] == ["MINE003", "ENI007"]
    first = sweep.undecided[0]
    assert (first.rule, first.failed, "ZeroDivisionError" in first.reason) == ("MINE003", True, True)
    assert "MINE003" not in undecided(sweep)[1:]
