"""Calls on the guard's own things, as the guard.yml beside the recorded calls names them, and on others."""

from __future__ import annotations

import json
from typing import Any

from eniguard.settings.guardfile import parse_policy
from fakealiyun import Keys
from tests.scenarios.managed import SSH
from tests.scenarios.stage import Stage
from tests.scenarios.world import World

#: Its sequence is one of its own, for no other scenario plays here.
LOOP_REGION = "cn-zhangjiakou"

GUARD_YML = """\
# What the recorded calls are decided with: `eniguard replay events --policy events/guard.yml`.
# Written by `make events` from tests/scenarios/guard_itself.py.
actors:
  deployers:
    - user: deployer
guard:
  roles: [eniguard-remediate]
  policies: [eniguard-remediate-policy]
  trails:
    - {name: eniguard-trail, sls_project: eniguard-logs}
  event_rules:
    - name: eniguard-events
    - {name: eniguard-heartbeat, bus: eniguard}
  functions: [eniguard-trail-event, old-guard/trail-event]
  stores:
    sls:
      - {project: eniguard-logs, logstore: actiontrail_eniguard-trail, days: 180}
    oss: [eniguard-evidence]
    tablestore:
      - {instance: eniguard, table: findings}
    kms: [eniguard-dingtalk]
  control_tags:
    - {key: creator, value: example-cni}
rules:
  SLR010:
    enabled: true
"""
POLICY = parse_policy(GUARD_YML)

_PROJECT = "acs:log:cn-hangzhou:1234567890123456:project/"
_PATTERN = json.dumps({"type": [{"suffix": ":ActionTrail:ApiCall"}]})
_FUNCTIONS = "acs:fc:cn-hangzhou:1234567890123456:functions/"
_ROOT = "acs:ram::1234567890123456:root"


def trails(stage: Stage) -> None:
    """The guard's trail is stopped, narrowed and deleted; and another one is, which is nobody's affair."""
    alice = stage.account("alice")

    def call(action: str, **parameters: Any) -> None:
        stage.call(f"actiontrail:{action}", alice, **parameters)

    own, other = {"Name": "eniguard-trail"}, {"Name": "old-audit"}
    for trail, project in ((own, "eniguard-logs"), (other, "old-logs")):
        call("CreateTrail", **trail, SlsProjectArn=_PROJECT + project, EventRW="All")
        call("StartLogging", **trail)
    with stage.case("self/trail-stopped", "The guard's trail is stopped.", "eventbridge"):
        call("StopLogging", **own)
    call("StartLogging", **own)
    with stage.case("self/trail-updated", "It loses writes, regions, its project; and what it may.", "lines"):
        call("UpdateTrail", **own, EventRW="Read")
        call("UpdateTrail", **own, EventRW="Write", TrailRegion="cn-hangzhou,cn-beijing")
        call("UpdateTrail", **own, TrailRegion="All", SlsProjectArn=f"{_PROJECT}elsewhere")
        call("UpdateTrail", **own, EventRW="Write", SlsProjectArn=f"{_PROJECT}eniguard-logs")
    with stage.case("self/trail-deleted", "It is deleted."):
        call("DeleteTrail", **own)
    with stage.case("self/other-trail", "Another trail, which does not feed the guard.", "sls"):
        call("UpdateTrail", **other, EventRW="Read")
        call("StopLogging", **other)
        call("DeleteTrail", **other)


def event_rules(stage: Stage) -> None:
    """The guard's event rule is switched off, changed, aimed elsewhere and deleted; and another one is."""
    alice, deployer = stage.account("alice"), stage.account("deployer")
    own = {"EventBusName": "default", "RuleName": "eniguard-events"}
    other = {"EventBusName": "default", "RuleName": "orders"}

    def call(action: str, by: Keys = alice, **parameters: Any) -> None:
        stage.call(f"eventbridge:{action}", by, **parameters)

    for rule in (own, other):
        call("CreateRule", deployer, **rule, FilterPattern=_PATTERN)
    with stage.case("self/rule-disabled", "The guard's event rule is switched off."):
        call("DisableRule", **own)
    call("EnableRule", **own)
    with stage.case("self/rule-changed", "Its pattern and status are changed, and its description.", "lines"):
        call("UpdateRule", **own, FilterPattern=json.dumps({"source": ["acs.oss"]}))
        call("UpdateRule", **own, Status="DISABLE")
        call("UpdateRule", **own, Description="feeds the guard")
        call("UpdateRule", deployer, **own, FilterPattern=_PATTERN, Status="ENABLE")
    with stage.case("self/rule-aimed", "Its targets: elsewhere, at the guard, none.", "oss"):
        call("PutTargets", **own, Targets=_targets("somebody-else"))
        call("PutTargets", **own, Targets=_targets("eniguard-trail-event"))
        call("DeleteTargets", **own, TargetIds=json.dumps(["1"]))
    with stage.case("self/rule-deleted", "It is deleted, even if by the pipeline.", "eventbridge"):
        call("DeleteRule", deployer, **own)
    with stage.case("self/other-rule", "Another event rule, of another application.", "lines"):
        call("DisableRule", **other)
        call("UpdateRule", **other, Status="DISABLE")
        call("PutTargets", **other, Targets=_targets("orders"))
        call("DeleteRule", **other)


def _targets(function: str) -> str:
    return json.dumps([{"Id": "1", "Type": "acs.fc.function", "Endpoint": _FUNCTIONS + function}])


def functions(stage: Stage) -> None:
    """The guard's functions, of both versions, are changed and starved; by a stranger and by the pipeline."""
    alice, deployer = stage.account("alice"), stage.account("deployer")
    own, other = {"functionName": "eniguard-trail-event"}, {"functionName": "orders"}

    def call(action: str, by: Keys = alice, **parameters: Any) -> None:
        stage.call(action if ":" in action else f"fc:{action}", by, **parameters)

    for function in (own, other):
        call("CreateFunction", deployer, **function)
        call("CreateTrigger", deployer, **function, triggerName="trail", triggerType="eventbridge")
    with stage.case("self/function-updated", "A function of the guard is updated by hand.", "eventbridge"):
        call("UpdateFunction", **own, description="changed")
    with stage.case(
        "self/function-starved", "It is left with nothing to run on, and is given some.", "lines"
    ):
        call("PutConcurrencyConfig", **own, reservedConcurrency=0)
        call("PutConcurrencyConfig", **own, reservedConcurrency=5)
        call("PutAsyncInvokeConfig", **own, maxAsyncRetryAttempts=0)
        call("DisableFunctionInvocation", **own)
    with stage.case("self/function-deployed", "The pipeline deploys it.", "sls"):
        call("UpdateFunction", deployer, **own, description="version 2")
        call("UpdateTrigger", deployer, **own, triggerName="trail")
        call("PutAsyncInvokeConfig", deployer, **own, maxAsyncRetryAttempts=3)
    with stage.case("self/function-deleted", "Its trigger and then itself are deleted.", "oss"):
        call("DeleteTrigger", **own, triggerName="trail")
        call("DeleteFunction", **own)
    with stage.case("self/other-function", "A function of another application.", "lines"):
        call("UpdateFunction", **other, description="changed")
        call("PutConcurrencyConfig", **other, reservedConcurrency=0)
        call("DeleteFunction", **other)
    service, old = {"serviceName": "old-guard"}, {"serviceName": "old-guard", **_OLD}
    call("fc-open:CreateService", deployer, **service)
    call("fc-open:CreateFunction", deployer, **old)
    with stage.case("self/function-old", "One of Function Compute 2.0 is starved and deleted.", "lines"):
        call("fc-open:UpdateService", **service, description="changed")
        call("fc-open:PutFunctionOnDemandConfig", **old, maximumInstanceCount=0)
        call("fc-open:DeleteFunction", **old)


_OLD = {"functionName": "trail-event"}


def access(stage: Stage) -> None:
    """The guard's role and policy are changed, and its role is used; and others are."""
    world = World(stage)
    stage.role("eniguard-remediate", {"Version": "1", "Statement": [_MAY_REVOKE]}, "fc")
    call, policy = world.call, {"PolicyName": "eniguard-remediate-policy", "PolicyType": "Custom"}
    admin = {"PolicyName": "AdministratorAccess", "PolicyType": "System"}
    document = json.dumps({"Version": "1", "Statement": [{**_MAY_REVOKE, "Action": "ecs:*"}]})
    rule = {"SecurityGroupId": world.group, "Permissions": [SSH]}
    own, trust = {"RoleName": "eniguard-remediate"}, {"NewAssumeRolePolicyDocument": _trust(_ROOT)}
    said = "Somebody in the guard's role revokes a rule, and is denied more."
    with stage.case("self/role-misused", said, "lines"):
        stolen = stage.assume("eniguard-remediate", "somebody")
        call("ecs:AuthorizeSecurityGroup", **rule)
        call("ecs:RevokeSecurityGroup", stolen, **rule)
        world.refused("ecs:DeleteSecurityGroup", stolen, SecurityGroupId=world.group)
    with stage.case("self/role-changed", "The guard's role gets and loses a policy, and its trust.", "lines"):
        call("ram:AttachPolicyToRole", **own, **admin)
        call("ram:UpdateRole", **own, **trust)
        call("ram:DetachPolicyFromRole", **own, **policy)
    named = {"PolicyName": policy["PolicyName"]}
    with stage.case("self/policy-changed", "Its policy is widened, set, trimmed and deleted.", "lines"):
        call("ram:CreatePolicyVersion", **named, PolicyDocument=document)
        call("ram:SetDefaultPolicyVersion", **named, VersionId="v2")
        call("ram:DeletePolicyVersion", **named, VersionId="v1")
        call("ram:DeletePolicy", **named)
    with stage.case("self/other-role", "Another role is changed and does the same.", "lines"):
        ops = stage.role("ops")
        call("ram:UpdateRole", RoleName="ops", **trust)
        call("ecs:AuthorizeSecurityGroup", **rule)
        call("ecs:RevokeSecurityGroup", ops, **rule)


_MAY_REVOKE = {"Effect": "Allow", "Action": "ecs:RevokeSecurityGroup", "Resource": "*"}


def _trust(principal: str) -> str:
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": [principal]}}
    return json.dumps({"Statement": [statement], "Version": "1"})


def stores(stage: Stage) -> None:
    """The guard's logs, bucket, table and secret are changed and deleted; and others are."""
    alice = stage.account("alice")
    logs = {"project": "eniguard-logs", "logstore": "actiontrail_eniguard-trail"}
    table = {"InstanceName": "eniguard", "TableName": "findings"}

    def call(action: str, **parameters: Any) -> None:
        stage.call(action, alice, **parameters)

    call("log:CreateProject", projectName="eniguard-logs")
    for name in ("actiontrail_eniguard-trail", "web"):
        call("log:CreateLogStore", project="eniguard-logs", logstoreName=name, ttl=180)
    with stage.case("self/logs-changed", "Logs are kept shorter, longer, and not at all.", "lines"):
        call("log:UpdateLogStore", **logs, ttl=7)
        call("log:UpdateLogStore", **logs, ttl=365)
        call("log:DeleteLogStore", **{**logs, "logstore": "web"})
        call("log:DeleteLogStore", **logs)
        call("log:DeleteProject", project="eniguard-logs")
    for name in ("eniguard-evidence", "web-assets"):
        call("oss:PutBucket", bucket=name)
    with stage.case("self/bucket-changed", "Objects of a bucket are to expire, and it is deleted.", "lines"):
        call("oss:PutBucketLifecycle", bucket="eniguard-evidence", body="(rules)")
        call("oss:DeleteBucket", bucket="eniguard-evidence")
    with stage.case("self/other-bucket", "Another bucket.", "lines"):
        call("oss:PutBucketLifecycle", bucket="web-assets", body="(rules)")
        call("oss:DeleteBucket", bucket="web-assets")
    call("ots:CreateInstance", InstanceName="eniguard")
    for name in ("findings", "drafts"):
        call("ots:CreateTable", **{**table, "TableName": name})
    with stage.case(
        "self/table-changed", "The table of findings is changed and deleted; others are.", "lines"
    ):
        call("ots:UpdateTable", **table, TimeToLive=86400)
        call("ots:DeleteTable", **{**table, "TableName": "drafts"})
        call("ots:DeleteTable", **table)
        call("ots:DeleteInstance", InstanceName="eniguard")
    for name in ("eniguard-dingtalk", "orders"):
        call("kms:CreateSecret", SecretName=name, SecretData="example", VersionId="1")
    with stage.case(
        "self/secret-changed", "The address of alerts is set and deleted; another is set.", "lines"
    ):
        call("kms:PutSecretValue", SecretName="eniguard-dingtalk", SecretData="example", VersionId="2")
        call("kms:PutSecretValue", SecretName="orders", SecretData="example", VersionId="2")
        call("kms:DeleteSecret", SecretName="eniguard-dingtalk")


def tags(stage: Stage) -> None:
    """Tags that control the guard are set and taken off; and other tags are."""
    world = World(stage)
    call = world.call
    group = {"ResourceType": "securitygroup", "ResourceId": [world.group]}
    made = {"VpcId": world.vpc}
    with stage.case("self/ignore-tagged", "A group is hidden from the guard, and shown again.", "lines"):
        call("ecs:TagResources", **group, Tag=[{"Key": "guard:ignore", "Value": "true"}])
        call("ecs:UntagResources", **group, TagKey=["guard:ignore"])
        call("ecs:CreateSecurityGroup", **made, Tag=[{"Key": "guard:ignore", "Value": "true"}])
    pod = world.make_eni(Tag=[{"Key": "creator", "Value": "example-cni"}])
    own = world.make_eni(Tag=[{"Key": "creator", "Value": "alice"}])
    with stage.case("self/controller-tagged", "ENIs get and lose a controller's tag.", "lines"):
        eni = world.make_eni(Tag=[{"Key": "creator", "Value": "example-cni"}])
        call(
            "ecs:TagResources",
            ResourceType="eni",
            ResourceId=[own],
            Tag=[{"Key": "creator", "Value": "example-cni"}],
        )
        call("ecs:UntagResources", ResourceType="eni", ResourceId=[pod], TagKey=["creator"])
        call("ecs:UntagResources", ResourceType="eni", ResourceId=[eni], All=True)
    with stage.case("self/other-tags", "Tags that mean nothing to the guard.", "lines"):
        call("ecs:TagResources", **group, Tag=[{"Key": "team", "Value": "network"}])
        call("ecs:UntagResources", **group, TagKey=["team"])
        world.make_eni(Tag=[{"Key": "creator", "Value": "alice"}])


def loop(stage: Stage) -> None:
    """The guard's role revokes a rule that somebody adds again each time."""
    world = World(stage, LOOP_REGION)
    guard = stage.role("eniguard-remediate")
    quiet = world.make_group()
    stage.share("self/loop", LOOP_REGION)
    rule = {"SecurityGroupId": world.group, "Permissions": [SSH]}
    path, said = (
        "self/loop/put-back",
        "A rule comes back each time that it is revoked; of another group once.",
    )
    with stage.case(path, said, "lines", state="shared", region=LOOP_REGION):
        world.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=quiet, Permissions=[SSH])
        world.call("ecs:RevokeSecurityGroup", guard, SecurityGroupId=quiet, Permissions=[SSH])
        for _ in range(4):
            world.call("ecs:AuthorizeSecurityGroup", **rule)
            world.call("ecs:RevokeSecurityGroup", guard, **rule)
