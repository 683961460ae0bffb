from __future__ import annotations

import pytest

from eniguard.rules import registry
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY


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
