"""What is opened in a member account is put back there, by the roles that are generated for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eniguard.delivery.remediate import RemediateDelivery
from eniguard.deployment import Role, member_roles, permission_policy, roles_of, trust_policy
from eniguard.errors import Denied
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import PlanRecord
from eniguard.settings import Policy
from eniguard.settings.guardfile import read_policy
from fakealiyun import Keys
from fakealiyun.chats.serving import ChatServer, fake_chats
from tests.functional.cloud.conftest import Live
from tests.functional.delivery.scene import Guard
from tests.functional.deployment.templates import resources

MEMBER = "1234567890123499"
ENTRY = "{{id: '{member}', role: eniguard-reader, remediation_role: eniguard-writer}}"
READER_ALONE = "{{id: '{member}', role: eniguard-reader}}"
POLICY = """
accounts: [{entry}]
alerts: {{internal_hosts: [localhost], ca_file: {ca_file}}}
sinks:
  - {{name: archive, kind: webhook, url: "env:ARCHIVE", secret: "env:ARCHIVE_SIGN"}}
remediation:
  keys: {{current: "env:SEAL"}}
  modes: [{{mode: auto, rules: [EXP001], accounts: ["{member}"]}}]
"""
OFFICE = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
WORLD = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}


class Company:
    """The guard in one account, as it is deployed, and mallory who opens a group in another one."""

    def __init__(self, live: Live, folder: Path, server: ChatServer, entry: str = ENTRY) -> None:
        text = POLICY.format(ca_file=server.ca_file, member=MEMBER, entry=entry.format(member=MEMBER))
        self.live, self.cloud, self.chats = live, live.cloud, server.chats
        self.guard = Guard(live, folder, policy=text)
        self.guard.environment |= {
            "ARCHIVE": server.url("webhook"),
            "ARCHIVE_SIGN": server.secret("webhook") or "",
            "SEAL": "s" * 64,
            "ENIGUARD_REMEDIATE": "eniguard-dev-remediate",
        }
        policy = read_policy(folder / "guard.yml")
        own = {one.name: one for one in roles_of(resources(), policy)}
        self.keys = {name: self._own(own[f"eniguard-dev-{name}"]) for name in ("trail-log", "remediate")}
        for one in member_roles(resources(), policy, MEMBER):
            self.make(one)
        self.mallory = self.cloud.account("mallory", account_id=MEMBER)
        vpc = self.cloud.call("vpc:CreateVpc", self.mallory, CidrBlock="10.0.0.0/8")["VpcId"]
        made = self.cloud.call("ecs:CreateSecurityGroup", self.mallory, VpcId=vpc)
        self.group = str(made["SecurityGroupId"])
        self.cloud.clock.advance(60)
        self.cloud.call(
            "ecs:AuthorizeSecurityGroup",
            self.mallory,
            SecurityGroupId=self.group,
            Permissions=[OFFICE, WORLD],
        )
        self.event = self.cloud.trail.events[-1]
        self.cloud.clock.advance(5)

    def _own(self, role: Role) -> Keys:
        return self.cloud.role(role.name, permission_policy(role))

    def make(self, role: Role) -> None:
        """What an administrator of the member account does with what is generated."""
        root = self.cloud.account("root", account_id=MEMBER)
        named: dict[str, Any] = {"RoleName": role.name, "PolicyName": role.name}
        trust, policy = json.dumps(trust_policy(role)), json.dumps(permission_policy(role))
        self.cloud.call("ram:CreateRole", root, RoleName=role.name, AssumeRolePolicyDocument=trust)
        self.cloud.call("ram:CreatePolicy", root, PolicyName=role.name, PolicyDocument=policy)
        self.cloud.call("ram:AttachPolicyToRole", root, PolicyType="Custom", **named)

    def deliver(self) -> PlanRecord:
        """The event comes by the trail of all accounts; the plan that it leads to."""
        self.guard.call("trail_log", self.guard.rows(self.event), keys=self.keys["trail-log"])
        (record,) = Plans(self.guard.store(), clock=self.live.now).list(100).records
        return record

    def carry_out(self, plan_id: str, keys: Keys | None = None) -> dict[str, Any]:
        guard = self.guard
        function = RemediateDelivery(
            guard.environment, clock=self.live.now, sleep=self.live.sleep, stream=guard.log
        )
        context = guard.context("remediate", keys or self.keys["remediate"])
        return json.loads(function.handle(json.dumps({"plan": plan_id}).encode(), context) or "{}")

    def told(self) -> list[dict[str, Any]]:
        bodies = [one.body for one in self.chats.robot("webhook").received]
        return [alert for body in bodies for alert in body["data"]["alerts"]]

    def rules(self) -> list[str]:
        found = self.cloud.call(
            "ecs:DescribeSecurityGroupAttribute", self.mallory, SecurityGroupId=self.group
        )
        return sorted(one["SourceCidrIp"] for one in found["Permissions"]["Permission"])

    def sessions(self, action: str) -> set[str]:
        """Who of the guard made calls of an API in the member account."""
        who = [one["userIdentity"] for one in self.live.calls(action)]
        return {one["userName"] for one in who if one["accountId"] == MEMBER and ":" in one["userName"]}


Found = Callable[..., Company]


@pytest.fixture
def company(live: Live, tmp_path: Path) -> Iterator[Found]:
    with fake_chats(clock=live.cloud.clock) as server:
        yield lambda entry=ENTRY: Company(live, tmp_path, server, entry)


def test_what_is_opened_in_a_member_account_is_put_back_in_the_role_for_it(company: Found) -> None:
    found = company()

    record = found.deliver()
    stands = found.carry_out(record.plan.id)

    assert (record.plan.account, record.plan.mode, record.plan.held_back) == (MEMBER, "auto", ())
    assert (record.state, stands["state"], stands["refused"]) == ("approved", "applied", None)
    assert found.rules() == ["192.0.2.0/24"]
    assert found.sessions("RevokeSecurityGroup") == {"eniguard-writer:eniguard"}
    assert "eniguard-reader:eniguard" in found.sessions("DescribeSecurityGroupAttribute")
    assert [one["ended"] for one in found.told() if one["kind"] == "outcome"] == ["applied"]


def test_in_a_member_account_without_the_role_a_plan_is_only_shown_and_says_why(company: Found) -> None:
    found = company(READER_ALONE)

    record = found.deliver()

    why = f"account {MEMBER} has no remediation_role in `accounts` of guard.yml"
    (alert,) = [one for one in found.told() if one.get("proposal")]
    assert (record.state, record.plan.mode, record.plan.held_back) == ("proposed", "plan", (why,))
    assert (alert["proposal"]["goes"], alert["proposal"]["held_back"]) == ("plan", [why])
    assert found.rules() == ["0.0.0.0/0", "192.0.2.0/24"]


def test_a_role_that_does_not_trust_the_function_is_told_of_and_the_plan_can_be_run_again(
    company: Found,
) -> None:
    found = company()
    record = found.deliver()
    others = found.cloud.role("other-remediate", {"Version": "1", "Statement": [ASSUME]})

    with pytest.raises(Denied, match="AssumeRole"):
        found.carry_out(record.plan.id, others)

    assert found.rules() == ["0.0.0.0/0", "192.0.2.0/24"]
    assert [one["ended"] for one in found.told() if one["kind"] == "outcome"] == ["failed"]
    assert found.carry_out(record.plan.id)["state"] == "applied"


ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}


def test_the_functions_have_no_rights_to_write_in_their_own_account_for_the_modes_of_a_member(
    live: Live, company: Found, tmp_path: Path
) -> None:
    company()
    policy: Policy = read_policy(tmp_path / "guard.yml")

    own = {one.name: one for one in roles_of(resources(), policy)}["eniguard-dev-remediate"]
    _, writer = member_roles(resources(), policy, MEMBER)

    assert "ecs:RevokeSecurityGroup" not in {one.action for one in own.needs}
    assert {one.resource for one in writer.needs if one.action == "ecs:RevokeSecurityGroup"} == {
        f"acs:ecs:*:{MEMBER}:securitygroup/*"
    }
