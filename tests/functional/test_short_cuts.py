"""What a replay leaves out to be fast changes no decision: every recorded call is decided both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from eniguard.errors import InputError
from eniguard.facts.gathered import Facts
from eniguard.model import Decision, History, Observation
from eniguard.pipeline import Decided, Pipeline
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY, Guard, Policy
from eniguard.sources import InRounds

EVENTS = str(Path(__file__).parents[2] / "events")
REGISTRY = Registry(DEFAULT_POLICY)


class AsKnown:
    """The facts that a decision could have read."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def facts(self, at: float) -> Facts:
        return self._facts


class AsSeen:
    """What the windows held for a decision."""

    def __init__(self, history: Mapping[str, History]) -> None:
        self._history = history

    def observe(self, observations: Iterable[Observation]) -> Mapping[str, History]:
        return {mark.series: self._history[mark.series] for mark in observations}


def test_facts_read_when_a_rule_asks_give_the_same_decision_as_facts_asked_for_in_rounds() -> None:
    differing: list[str] = []
    rounds: set[int] = set()

    def compare(decided: Decided) -> None:
        source = InRounds(AsKnown(decided.facts))
        pipeline = Pipeline(
            DEFAULT_POLICY, registry=REGISTRY, source=source, history=AsSeen(decided.case.history)
        )
        again = pipeline.decide(decided.case.call, now=decided.case.now).decision
        rounds.add(again.rounds)
        if replace(again, rounds=0) != decided.decision:
            differing.append(again.event_id)

    # when
    decisions = list(Replay(Options(paths=(EVENTS,), policy=DEFAULT_POLICY, every=True, watch=compare)))

    # then
    assert len(decisions) > 300
    assert differing == []
    assert rounds >= {0, 1, 2}


def test_words_that_nobody_reads_are_missing_in_nothing_that_is_given_out() -> None:
    options = Options(paths=(EVENTS,), policy=DEFAULT_POLICY)
    in_words, brief = Replay(replace(options, every=True)), Replay(options)

    # when
    all_of_them = list(in_words)
    given_out = list(brief)

    # then
    assert given_out == [one for one in all_of_them if isinstance(one, InputError) or one.findings]
    assert any(isinstance(one, Entry) and one.decision.undecided for one in given_out)
    assert replace(brief.tally, seconds=0.0) == replace(in_words.tally, seconds=0.0)
    assert brief.tally.undecided_rules


def test_a_rule_that_a_call_does_not_concern_would_have_said_nothing() -> None:
    spoke: list[tuple[str, str]] = []
    left_out = 0

    def ask_all(decided: Decided) -> None:
        nonlocal left_out
        case = decided.case
        looked = decided.chosen.concerned(case.call).rules
        for rule in decided.chosen.rules:
            if rule in looked:
                continue
            left_out += 1
            bound = case.bound(rule.params)
            if rule.evaluate(bound) or rule.observes(bound):
                spoke.append((rule.code, decided.decision.event_id))

    # when
    decisions = list(Replay(Options(paths=(EVENTS,), policy=DEFAULT_POLICY, every=True, watch=ask_all)))

    # then
    assert len(decisions) > 300
    assert left_out > 100
    assert spoke == []


def test_a_rule_that_is_idle_under_a_policy_would_have_said_nothing() -> None:
    idle = [rule for rule in REGISTRY.rules if rule.code in REGISTRY.idle]
    spoke: list[tuple[str, str]] = []
    left_out = 0

    def ask_idle(decided: Decided) -> None:
        nonlocal left_out
        call = decided.case.call
        for rule in idle:
            if call.action not in rule.actions or call.outcome not in rule.outcomes:
                continue
            left_out += 1
            case = decided.case.bound(rule.params)
            if rule.evaluate(case) or rule.observes(case):
                spoke.append((rule.code, decided.decision.event_id))

    # when
    list(Replay(Options(paths=(EVENTS,), policy=DEFAULT_POLICY, every=True, watch=ask_idle)))

    # then
    assert {rule.code for rule in idle} >= {"SELF001", "SELF009", "SELF011"}
    assert left_out > 100
    assert spoke == []


def test_a_rule_is_idle_only_while_the_policy_names_nothing_for_it() -> None:
    guarded = Registry(Policy(guard=Guard(roles=("guard-role",))))

    assert REGISTRY.idle["SELF011"] == "guard.yml names nothing under guard.roles"
    assert guarded.idle.keys() == REGISTRY.idle.keys() - {"SELF005", "SELF009", "SELF011"}
    assert "SELF011" not in [
        rule.code for rule in REGISTRY.chosen("ecs:JoinSecurityGroup", "ok", "account").rules
    ]
    assert "SELF011" in [rule.code for rule in guarded.chosen("ecs:JoinSecurityGroup", "ok", "account").rules]


def test_the_rules_that_a_call_concerns_keep_the_order_of_the_catalogue() -> None:
    unordered: list[Decision] = []

    def check(decided: Decided) -> None:
        codes = [rule.code for rule in decided.chosen.concerned(decided.case.call).rules]
        kept = [rule.code for rule in decided.chosen.rules if rule.code in codes]
        if codes != kept:
            unordered.append(decided.decision)

    # when
    list(Replay(Options(paths=(EVENTS,), policy=DEFAULT_POLICY, watch=check)))

    # then
    assert unordered == []
