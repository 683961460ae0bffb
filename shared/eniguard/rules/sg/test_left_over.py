from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.facts.view import Listing, View
from eniguard.model import Sweep
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.rules.sg.left_over import ManagedGroupLeftOver
from eniguard.settings import Policy, RuleSettings
from eniguard.settings.policy import Actors
from eniguard.testing import eni_item, findings, group_item, snapshot, swept, undecided

GROUP, OTHER = "sg-bp1managed0001", "sg-bp1example0001"
LONG_AGO, LAST_WEEK = "2026-01-15T08:00:00Z", "2026-02-24T08:00:00Z"
Items = Sequence[Mapping[str, Any]]


def group(managed: bool | None = True, **fields: Any) -> dict[str, Any]:
    said = {"CreationTime": LONG_AGO, "Description": "Created by nlb.aliyuncs.com", "ServiceID": 12345}
    return group_item(GROUP, managed, **{**said, **fields})


def rule(of: str, **fields: Any) -> dict[str, Any]:
    return {"SecurityGroupRuleId": f"sgr-{of}", "SecurityGroupId": of, "Direction": "ingress", **fields}


def judged(
    *groups: Mapping[str, Any],
    enis: Items | None = (),
    rules: Items | None = (),
    policy: Policy | None = None,
) -> Sweep:
    listed = {"ecs:NetworkInterface": enis, "ecs:SecurityGroupRule": rules}
    known = {kind: items for kind, items in listed.items() if items is not None}
    state = snapshot({"ecs:SecurityGroup": groups, **known})
    return swept(state, policy=policy or Policy(), only=["SG008"])


def test_a_managed_group_that_nothing_uses_is_reported_with_its_service() -> None:
    sweep = judged(group())

    (finding,) = sweep.findings
    assert findings(sweep) == [("SG008", "low", GROUP)]
    assert finding.summary == (
        f"security group {GROUP} is managed by nlb.aliyuncs.com and nothing uses it; it was made 45 days ago"
    )
    assert {one.name: one.value for one in finding.evidence} == {
        "CreationTime": LONG_AGO,
        "ENIs": 0,
        "groups": 0,
        "ServiceID": "12345",
        "Description": "Created by nlb.aliyuncs.com",
    }


def test_the_service_is_known_from_guard_yml_when_no_description_tells() -> None:
    policy = Policy(actors=Actors(service_ids={"12345": "waf.aliyuncs.com"}))

    (finding,) = judged(group(Description=""), policy=policy).findings

    assert finding.subject.owner_service == "waf.aliyuncs.com"
    assert "waf.aliyuncs.com" in finding.advice


@pytest.mark.parametrize("changed", [{"ServiceManaged": False}, {"CreationTime": LAST_WEEK}])
def test_a_group_of_the_account_or_a_new_one_is_let_pass(changed: dict[str, Any]) -> None:
    sweep = judged(group(**changed), enis=None, rules=None)

    assert (findings(sweep), undecided(sweep)) == ([], [])


def test_a_group_with_an_eni_is_let_pass() -> None:
    member = eni_item("eni-1", True, SecurityGroupIds={"SecurityGroupId": [OTHER, GROUP]})

    sweep = judged(group(), enis=[member], rules=None)

    assert (findings(sweep), undecided(sweep)) == ([], [])


def test_rules_are_listed_for_groups_without_an_eni_alone() -> None:
    # given
    asked: list[str] = []
    now = 1_800_000_000.0
    member = Eni("eni-1", managed=True, security_group_ids=(GROUP,))
    group = SecurityGroup(GROUP, managed=True, created_at=LONG_AGO)
    there: dict[str, Listing] = {ENI: (member,), SECURITY_GROUP: (group,)}

    def read(kind: str) -> Listing:
        asked.append(kind)
        return there[kind]

    # when
    verdicts = ManagedGroupLeftOver().evaluate(
        View("1234567890123456", "cn-hangzhou", as_of=now, source="live", read=read),
        ManagedGroupLeftOver.Params(),
        now,
    )

    # then
    assert (list(verdicts), sorted(asked)) == ([], [ENI, SECURITY_GROUP])


@pytest.mark.parametrize("field", ["SourceGroupId", "DestGroupId"])
def test_a_group_that_a_rule_of_another_names_is_let_pass(field: str) -> None:
    sweep = judged(group(), enis=None, rules=[rule(OTHER, **{field: GROUP})])

    assert (findings(sweep), undecided(sweep)) == ([], [])


def test_a_group_that_only_its_own_rules_name_is_left_over() -> None:
    rules = [rule(GROUP, SourceGroupId=GROUP), rule(OTHER, SourceGroupId="sg-third")]

    assert findings(judged(group(), rules=rules)) == [("SG008", "low", GROUP)]


@pytest.mark.parametrize(
    ("enis", "rules", "ref"),
    [
        (None, (), f"ecs:NetworkInterface security_group={GROUP}"),
        ((), None, "ecs:SecurityGroupRule listing=cn-hangzhou"),
    ],
)
def test_without_a_listing_of_its_users_a_group_is_undecided(
    enis: Items | None, rules: Items | None, ref: str
) -> None:
    sweep = judged(group(), enis=enis, rules=rules)

    assert findings(sweep) == []
    assert [one.refs for one in sweep.undecided] == [(ref,)]


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"ServiceManaged": None}, "it is not known whether it is managed"),
        ({"CreationTime": None}, "it is not known when it was made"),
    ],
)
def test_a_group_of_which_too_little_is_known_is_undecided(changed: dict[str, Any], missing: str) -> None:
    sweep = judged(group(**changed))

    assert findings(sweep) == []
    assert [one.reason for one in sweep.undecided] == [f"{GROUP} may be left over, but {missing}"]


def test_without_a_listing_of_groups_the_rule_as_a_whole_is_undecided() -> None:
    sweep = swept(snapshot({}), only=["SG008"])

    assert [one.refs for one in sweep.undecided] == [("ecs:SecurityGroup listing=cn-hangzhou",)]


@pytest.mark.parametrize(("days", "found"), [(5, 1), (6, 0)])
def test_the_age_can_be_set(days: int, found: int) -> None:
    policy = Policy(rules={"SG008": RuleSettings(params={"days": days})})

    assert len(judged(group(CreationTime=LAST_WEEK), policy=policy).findings) == found


def test_a_group_is_left_over_from_the_very_moment_on_that_it_is_a_week_old() -> None:
    assert [rule for rule, *_ in findings(judged(group(CreationTime="2026-02-22T12:00:00Z")))] == ["SG008"]
    assert findings(judged(group(CreationTime="2026-02-22T12:00:01Z"))) == []
