from __future__ import annotations

from typing import Any

import pytest

from eniguard.errors import ConfigError
from eniguard.facts.view import View
from eniguard.model import Resource
from eniguard.rules.base import Verdicts
from eniguard.rules.registry import Registry
from eniguard.rules.sweep import SweepRule, age_of, swept
from eniguard.settings import DEFAULT_POLICY, Policy, RuleSettings
from eniguard.testing import ACCOUNT, REGION, snapshot

KIND = "vpc:VSwitch"


class EveryVSwitch(SweepRule):
    """A rule that reports each vSwitch."""

    code = "NEW001"
    name = "every-vswitch"
    severity = "medium"
    kinds = (KIND,)
    summary = "A vSwitch is there."
    why = "It is."
    advice = "Nothing to do."

    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        vswitches = view.vswitches()
        assert isinstance(vswitches, tuple)
        return [self.finding(view, Resource(KIND, one.id), f"{one.id} at {now:.0f}") for one in vswitches]


def view(*ids: str, captured_at: str = "2026-03-01T08:00:00Z", region: str = REGION) -> View:
    items = [{"VSwitchId": one} for one in ids]
    return snapshot({KIND: items}, captured_at=captured_at, region=region).view()


def test_a_finding_of_the_sweep_has_no_event() -> None:
    (finding,) = swept([EveryVSwitch()], view("vsw-1"), now=60.0).findings

    assert finding.trigger == "sweep"
    assert [finding.event_id, finding.event_time, finding.action, finding.outcome, finding.actor] == [
        None
    ] * 5
    assert (finding.account_id, finding.region) == (ACCOUNT, REGION)
    assert finding.summary == "vsw-1 at 60"


def test_a_subject_has_the_same_finding_id_in_each_sweep_and_another_elsewhere() -> None:
    def ids(seen: View) -> list[str]:
        return [one.finding_id for one in swept([EveryVSwitch()], seen, now=0.0).findings]

    first = ids(view("vsw-1", "vsw-2"))
    assert len(set(first)) == 2
    assert ids(view("vsw-2", "vsw-1", captured_at="2026-03-02T08:00:00Z")) == first[::-1]
    assert set(ids(view("vsw-1", "vsw-2", region="cn-beijing"))).isdisjoint(first)


def test_guard_yml_sets_the_severity_of_a_sweep_rule() -> None:
    sweep = swept([EveryVSwitch(RuleSettings(severity="high"))], view("vsw-1"), now=0.0)

    assert [one.severity for one in sweep.findings] == ["high"]


def test_the_sweep_says_whose_resources_it_judged_and_when() -> None:
    sweep = swept([], view(), now=3600.0)

    assert (sweep.account_id, sweep.region, sweep.time) == (ACCOUNT, REGION, "1970-01-01T01:00:00Z")


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({"kinds": ()}, "NEW002"),
        ({"kinds": ("vpc:VSwtich",)}, "vpc:VSwtich"),
        ({"severity": "grave"}, "grave"),
    ],
)
def test_a_sweep_rule_that_could_never_work_is_refused_at_import(
    declared: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigError, match=problem):
        type("Broken", (EveryVSwitch,), {"code": "NEW002", **declared})


def codes(registry: Registry) -> list[str]:
    return [rule.code for rule in registry.sweeps]


def test_the_registry_gives_the_rules_of_the_sweep_those_with_two_sides_among_them() -> None:
    assert {"ENI007", "SG008", "PFX011", "PFX012", "QTA001", "QTA002"} <= set(codes(Registry(DEFAULT_POLICY)))
    assert "QTA001" in {rule.code for rule in Registry(DEFAULT_POLICY).rules}


def test_guard_yml_disables_a_rule_of_the_sweep_and_only_keeps_some() -> None:
    disabled = Policy(rules={"ENI007": RuleSettings(enabled=False)})

    assert "ENI007" not in codes(Registry(disabled))
    assert codes(Registry(DEFAULT_POLICY, only=["sg008", "ENI001"])) == ["SG008"]
    assert codes(Registry(DEFAULT_POLICY, event_path=True)) == []


def test_the_age_of_a_resource_needs_a_time() -> None:
    assert age_of("1970-01-01T00:01:00Z", 90.0) == 30.0
    assert age_of("once", 90.0) is None
    assert age_of(None, 90.0) is None
