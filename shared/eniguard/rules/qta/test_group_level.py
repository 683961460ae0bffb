from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Sweep
from eniguard.rules.qta.test_group_addresses import ADVANCED, GROUP, eni
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import findings, group_item, snapshot, swept, undecided

ONLY = ["QTA001", "QTA002"]


def judged(
    *enis: dict[str, Any], kind: str | None = "normal", group: str = GROUP, listed: bool = True, **params: int
) -> Sweep:
    settings = RuleSettings(params={"quota": 10, **params})
    groups = [group_item(group, managed=False, SecurityGroupType=kind)]
    known = {"ecs:NetworkInterface": enis} if listed else {}
    state = snapshot({"ecs:SecurityGroup": groups, **known})
    return swept(state, policy=Policy(rules=dict.fromkeys(ONLY, settings)), only=ONLY)


@pytest.mark.parametrize(
    ("used", "severity"), [(7, None), (8, "low"), (9, "medium"), (10, "high"), (12, "high")]
)
def test_the_sweep_reports_the_level_a_group_is_at(used: int, severity: str | None) -> None:
    sweep = judged(eni("eni-1", GROUP, addresses=used))

    assert findings(sweep) == ([] if severity is None else [("QTA001", severity, GROUP)])


def test_the_finding_is_of_the_sweep_and_shows_what_counts() -> None:
    sweep = judged(eni("eni-1", GROUP, addresses=4, prefixes=3), eni("eni-2", GROUP, ipv6=1))

    (finding,) = sweep.findings
    assert (finding.trigger, finding.event_id, finding.actor) == ("sweep", None, None)
    assert finding.summary == f"{GROUP} is past 90 % of its address quota: 9 of 10"
    assert {one.name: one.value for one in finding.evidence} == {
        "used": 9,
        "addresses": 6,
        "prefixes": 3,
        "ENIs": 2,
        "quota": 10,
    }


def test_the_larger_of_enis_and_addresses_counts_for_an_advanced_group() -> None:
    bare = [
        {**eni(f"eni-{number}", ADVANCED), "PrivateIpAddress": "", "PrivateIpSets": {}} for number in range(8)
    ]

    sweep = judged(*bare, kind="enterprise", group=ADVANCED)

    assert findings(sweep) == [("QTA002", "low", ADVANCED)]


def test_the_lines_can_be_set() -> None:
    assert findings(judged(eni("eni-1", GROUP, addresses=5), low_percent=50)) == [("QTA001", "low", GROUP)]
    assert findings(judged(eni("eni-1", GROUP, addresses=8), medium_percent=80)) == [
        ("QTA001", "medium", GROUP)
    ]


def test_without_a_listing_of_enis_a_group_is_undecided_by_the_rule_of_its_type() -> None:
    sweep = judged(listed=False)

    assert [(one.rule, one.refs) for one in sweep.undecided] == [
        ("QTA001", (f"ecs:NetworkInterface security_group={GROUP}",))
    ]


def test_a_group_of_unknown_type_is_undecided_only_when_it_is_past_a_line() -> None:
    assert undecided(judged(eni("eni-1", GROUP, addresses=7), kind=None)) == []
    assert undecided(judged(eni("eni-1", GROUP, addresses=8), kind=None)) == ONLY


def test_without_a_listing_of_groups_both_rules_are_undecided() -> None:
    assert undecided(swept(snapshot({}), only=ONLY)) == ONLY
