from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from eniguard.model import Evidence, Finding, Sweep
from eniguard.roles import index, policy_of
from eniguard.testing import Snapshot, findings, snapshot, swept, undecided

NAT = "AliyunServiceRolePolicyForNatgw"  # complete, v3
NLB = "AliyunServiceRolePolicyForNlb"  # not complete, v5
GATEWAY = "AliyunServiceRolePolicyForApiGatewayConnectUserVpc"
#: By the name of its policy, each role with a stored document.
DOCUMENTED = {
    role.policy: role.name for role in index().values() if role.policy is not None and policy_of(role.name)
}


def stored(policy: str) -> set[str]:
    found = policy_of(DOCUMENTED[policy])
    assert found is not None
    return {action for one in found.statements for action in one.actions}


def item(name: str, actions: Iterable[str] | None, **fields: Any) -> dict[str, Any]:
    """A policy as GetPolicy returns it."""
    said = {
        "PolicyName": name,
        "PolicyType": "System",
        "DefaultVersion": "v99",
        "AttachmentCount": 1,
        **fields,
    }
    if actions is not None:
        statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
        document = {"Version": "1", "Statement": [statement]}
        said["DefaultPolicyVersion"] = {"VersionId": "v99", "PolicyDocument": json.dumps(document)}
    return said


def state(*items: dict[str, Any]) -> Snapshot:
    return snapshot({"ram:Policy": list(items)})


def seen(*items: dict[str, Any]) -> Sweep:
    return swept(state(*items), only=["SLR009"])


def evidence(sweep: Sweep, name: str) -> Sequence[Evidence]:
    finding: Finding = sweep.findings[0]
    return [one for one in finding.evidence if one.name == name]


def test_new_right_is_noted_and_named() -> None:
    sweep = seen(item(NAT, stored(NAT) | {"ecs:ModifySecurityGroupRule", "kms:Decrypt"}))

    assert findings(sweep) == [("SLR009", "info", NAT)]
    assert [one.value for one in evidence(sweep, "added")] == [["ecs:modifysecuritygrouprule"]]
    assert evidence(sweep, "removed") == []
    assert [(one.value, one.source) for one in evidence(sweep, "version")] == [("v99", "snapshot")]
    assert "v99 is not the stored v3 2022-03-15" in sweep.findings[0].summary


@pytest.mark.parametrize(
    ("gone", "severity"), [("ecs:DescribeSecurityGroups", "info"), ("ecs:DeleteNetworkInterface", "medium")]
)
def test_right_that_is_gone_is_noted_and_raised_when_it_was_to_change_something(
    gone: str, severity: str
) -> None:
    sweep = seen(item(NAT, stored(NAT) - {gone}))

    assert findings(sweep) == [("SLR009", severity, NAT)]
    assert [one.value for one in evidence(sweep, "removed")] == [[gone.lower()]]


def test_new_wildcard_is_raised() -> None:
    sweep = seen(item(NAT, stored(NAT) | {"vpc:*"}))

    assert findings(sweep) == [("SLR009", "medium", NAT)]
    assert "vpc:*" in str(evidence(sweep, "added")[0].value)


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_policy_that_is_as_stored_has_not_drifted(name: str) -> None:
    sweep = seen(item(name, [action.upper() for action in stored(name)]))

    assert findings(sweep) == []
    complete = policy_of(DOCUMENTED[name])
    assert undecided(sweep) == ([] if complete is not None and complete.complete else ["SLR009"])


def test_wildcard_counts_for_the_actions_it_stands_for() -> None:
    nas = "AliyunNASManageENIRolePolicy"
    spelled = {action for action in stored(nas) if "*" not in action}
    pairs = {f"ecs:{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("", "Egress")}

    assert findings(seen(item(nas, spelled | pairs))) == []
    assert findings(seen(item(nas, spelled))) == [("SLR009", "medium", nas)]


def test_of_an_incomplete_document_only_what_is_gone_can_be_told() -> None:
    grown = seen(item(NLB, stored(NLB) | {"ecs:ModifySecurityGroupRule", "vpc:*"}))
    shrunk = seen(item(NLB, stored(NLB) - {"ecs:DeleteNetworkInterface"} | {"vpc:DeleteVpc"}))

    assert (findings(grown), undecided(grown)) == ([], ["SLR009"])
    assert grown.undecided[0].refs == (f"ram:Policy id={NLB}",)
    assert findings(shrunk) == [("SLR009", "medium", NLB)]
    assert evidence(shrunk, "added") == []


def test_same_version_of_an_incomplete_document_has_not_drifted() -> None:
    sweep = seen(item(NLB, stored(NLB) | {"vpc:DeleteVpc"}, DefaultVersion="v5"))

    assert (findings(sweep), undecided(sweep)) == ([], [])


def test_role_with_the_policy_as_it_was_published_earlier_is_only_noted() -> None:
    gateway = policy_of(DOCUMENTED[GATEWAY])
    assert gateway is not None
    sweep = seen(item(GATEWAY, gateway.earlier[0].actions))

    assert findings(sweep) == [("SLR009", "info", GATEWAY)]
    assert evidence(sweep, "as-published-earlier")[0].note == "2024-07-04"
    assert "renew" in sweep.findings[0].advice


@pytest.mark.parametrize(
    "other",
    [
        item("AliyunECSFullAccess", ["ecs:*"]),
        item("AliyunServiceRolePolicyForActionTrail", ["oss:PutObject"]),
        item(NAT, ["ecs:*"], AttachmentCount=0),
        item(NAT, ["ecs:*"], PolicyType="Custom"),
    ],
)
def test_policies_that_no_service_role_here_has_are_left_alone(other: dict[str, Any]) -> None:
    sweep = seen(other)

    assert (findings(sweep), undecided(sweep)) == ([], [])


@pytest.mark.parametrize(
    "document",
    [
        None,
        "not json",
        json.dumps({"Statement": [{"Effect": "Deny", "Action": "ecs:A", "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "NotAction": "ecs:A", "Resource": "*"}]}),
    ],
)
def test_document_that_cannot_be_read_leaves_it_undecided(document: str | None) -> None:
    version = {} if document is None else {"DefaultPolicyVersion": {"PolicyDocument": document}}
    sweep = seen({**item(NAT, None), **version})

    assert (findings(sweep), undecided(sweep)) == ([], ["SLR009"])


def test_without_a_listing_nothing_is_known() -> None:
    sweep = swept(snapshot({"ram:Role": []}), only=["SLR009"])

    assert (findings(sweep), undecided(sweep)) == ([], ["SLR009"])
