from __future__ import annotations

import msgspec
import pytest
from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.pipeline import Pipeline
from eniguard.rules import registry
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.registry import Chosen, Registry, catalogue
from eniguard.settings import DEFAULT_POLICY, Policy, RuleSettings
from eniguard.testing import call


class DeletesOnly(Rule):
    """A rule that only looks at deletions of ENIs."""

    code = "NEW001"
    name = "deletes-only"
    severity = "info"
    summary = "An ENI was deleted."
    why = "It is gone."
    advice = "Nothing to do."
    actions = frozenset(("ecs:DeleteNetworkInterface",))
    outcomes = SUCCEEDED

    def evaluate(self, case: Case) -> Verdicts:
        return ()


#: Every number that can be set of a packaged rule: the code of the rule and its parameter.
NUMBERS = [
    (rule.code, field.name)
    for rule in catalogue()
    for field in msgspec.structs.fields(rule.Params)
    if type(field.default) is int
]


def codes(enabled: Registry, action: str) -> list[str]:
    return [rule.code for rule in enabled.chosen(action, "ok", "account").rules]


def test_one_more_rule_is_chosen_for_its_own_action_and_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    before = Registry(DEFAULT_POLICY)
    monkeypatch.setattr(registry, "PACKAGED", (*registry.PACKAGED, DeletesOnly))

    # when
    after = Registry(DEFAULT_POLICY)

    # then
    others = sorted(before.actions() - DeletesOnly.actions)
    assert others
    assert [codes(after, action) for action in others] == [codes(before, action) for action in others]
    concerned = "ecs:DeleteNetworkInterface"
    assert codes(after, concerned) == [*codes(before, concerned), "NEW001"]


def test_a_rule_is_not_chosen_for_outcomes_and_actors_that_it_does_not_look_at() -> None:
    enabled = Registry(DEFAULT_POLICY)
    action = "ecs:DeleteNetworkInterface"
    assert "ENI003" in codes(enabled, action)
    assert all(rule.code != "ENI003" for rule in enabled.chosen(action, "refused", "account").rules)
    assert all(rule.code != "ENI003" for rule in enabled.chosen(action, "ok", "service").rules)


def test_a_question_that_rules_share_is_asked_once_wherever_they_stand() -> None:
    # given
    asked: list[str] = []

    class Asking(DeletesOnly):
        @staticmethod
        def concerns(call: Call) -> bool:
            asked.append(call.event_id)
            return len(asked) > 1

    first, between, last = Asking(), DeletesOnly(), Asking()
    chosen = Chosen((first, between, last))
    one = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1")

    # when, then
    assert chosen.concerned(one).rules == (between,)
    assert chosen.concerned(one).rules == (first, between, last)
    assert len(asked) == 2


def test_rules_share_a_case_when_they_have_the_same_parameters() -> None:
    class Tuned(DeletesOnly):
        class Params(Struct, frozen=True):
            most: int = 3

    rules = (DeletesOnly(), Tuned(), Tuned(RuleSettings(params={"most": 4})), Tuned(), DeletesOnly())
    one = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1")
    concerned = Chosen(rules).concerned(one)
    cases = concerned.cases(Pipeline().decide(one, now=one.at).case)
    assert len(cases) == 3
    assert [cases[place].params for _, place in concerned.steps] == [rule.params for rule in rules]


@pytest.mark.parametrize(("code", "name"), NUMBERS)
def test_no_number_of_a_packaged_rule_is_taken_below_zero(code: str, name: str) -> None:
    tuned = Policy(rules={code: RuleSettings(params={name: -1})})

    with pytest.raises(ConfigError, match=rf"rules\.{code}\.params: Expected `int` >= "):
        Registry(tuned)
