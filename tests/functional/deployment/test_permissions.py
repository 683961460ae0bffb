"""What roles may do is what their functions do: on a fake cloud that enforces policies, and rule by rule."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eniguard.delivery.events import EventDelivery
from eniguard.deployment import Need, permission_policy, policy_problems, registry_for, roles_of, trust_policy
from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.catalog import APIS
from eniguard.events.envelopes import read
from eniguard.facts.refs import Fact, Ref
from eniguard.model.kinds import ENI, PORT_RANGE_LIST, PREFIX_LIST, ROLE, SECURITY_GROUP_RULE
from eniguard.pipeline import Pipeline
from eniguard.replay.files import Source, blocks, sources
from eniguard.replay.states import States
from eniguard.rules.base import Rule
from eniguard.rules.registry import PACKAGED, PACKAGED_SWEEPS, Registry
from eniguard.rules.sweep import SweepRule
from eniguard.settings import DEFAULT_POLICY, Policy, StateSettings
from eniguard.settings.guardfile import read_policy
from eniguard.settings.policy import RuleSettings
from eniguard.sources import InRounds
from eniguard.sources.journal import Journal
from eniguard.sources.local import LocalSource
from eniguard.sources.questions import QUESTIONS
from eniguard.sources.snapshot import Snapshot
from fakealiyun import Cloud, Keys
from fakealiyun.server import FakeServer, served
from tests.functional.deployment.templates import REPOSITORY, resources, roles

EVENTS = REPOSITORY / "events"
REGION = "cn-hangzhou"
FUNCTIONS = (
    "eniguard-dev-trail-log",
    "eniguard-dev-trail-event",
    "eniguard-dev-trail-file",
    "eniguard-dev-sweep",
    "eniguard-dev-approval",
)

#: Relations that take more calls than one: the primary ENIs of a group are found through its instances, the
#: rules that name a list through the groups that are associated with it.
SEVERAL = {
    (ENI, "security_group"): {
        "ecs:DescribeNetworkInterfaces",
        "ecs:DescribeInstances",
    },
    (SECURITY_GROUP_RULE, "prefix_list"): {
        QUESTIONS[PREFIX_LIST, "users"].permission,
        QUESTIONS[SECURITY_GROUP_RULE, "security_group"].permission,
    },
    (SECURITY_GROUP_RULE, "port_range_list"): {
        QUESTIONS[PORT_RANGE_LIST, "users"].permission,
        QUESTIONS[SECURITY_GROUP_RULE, "security_group"].permission,
    },
}
#: How a kind is listed as a whole, as the rules of the sweep read it.
LISTED = {
    "ecs:NetworkInterface": {"ecs:DescribeNetworkInterfaces"},
    "ecs:SecurityGroup": {"ecs:DescribeSecurityGroups"},
    "ecs:SecurityGroupRule": {"ecs:DescribeSecurityGroups", "ecs:DescribeSecurityGroupAttribute"},
    "vpc:CidrReservation": {"vpc:ListVSwitchCidrReservations"},
    "ram:Role": {"ram:ListRoles"},
    "ram:Policy": {"ram:ListPolicies", "ram:GetPolicy"},
}


class Asked:
    """A source that puts down what it is asked for."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self.refs: set[tuple[str, str]] = set()
        self._inner = InRounds(LocalSource(snapshot, Journal()))

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        self.refs.update((ref.kind, ref.by) for ref in refs)
        return self._inner.read(refs, at)


Case = tuple[Call, "Snapshot | None"]


@pytest.fixture(scope="module")
def recorded() -> list[Case]:
    """Every recorded call with the state it is decided with."""
    states = States(None)
    found: list[Case] = []
    for file in sources([str(EVENTS)]):
        if isinstance(file, Source):
            snapshot = states.own(file) or states.shared(file)
            for batch in read(blocks(file), path=file.path):
                found += [(one.call, snapshot) for one in batch.concerned]
    return found


@pytest.mark.parametrize("rule", PACKAGED, ids=lambda rule: rule.code)
def test_a_rule_declares_all_that_it_looks_up(rule: type[Rule], recorded: list[Case]) -> None:
    policy = read_policy(EVENTS / "guard.yml")
    registry = Registry(policy, only=[rule.code])
    asked: set[tuple[str, str]] = set()
    for call, snapshot in recorded:
        if call.action in rule.actions:
            source = Asked(snapshot)
            Pipeline(policy, registry=registry, source=source).decide(call, now=call.at)
            asked |= source.refs

    # Who acted is asked for every rule, and every function may ask it.
    asked.discard((ROLE, "id"))
    needed = set().union(*(SEVERAL.get(one) or {QUESTIONS[one].permission} for one in asked))

    assert needed - set(rule.permissions) == set()


@pytest.mark.parametrize("rule", PACKAGED_SWEEPS, ids=lambda rule: rule.code)
def test_a_rule_of_the_sweep_declares_what_lists_the_kinds_that_it_reads(rule: type[SweepRule]) -> None:
    needed = set().union(*(LISTED[kind] for kind in rule.kinds))

    assert needed - set(rule.permissions) == set()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_may_change_what_it_guards(name: str) -> None:
    allowed = {need.action for need in roles()[name].needs}

    catalogued = {action for action in allowed if action in APIS and APIS[action].write}
    assert catalogued == set()
    # The page is called by browsers; the others are called asynchronously.
    queue = set() if name == "eniguard-dev-approval" else {"mns:SendMessage"}
    # Plans of objects of OSS are never set going.
    invoking = set() if name == "eniguard-dev-trail-file" else {"fc:InvokeFunction"}
    assert {
        one for one in allowed if not one.partition(":")[2].startswith(("Describe", "List", "Get", "Lookup"))
    } == {
        "log:PostLogStoreLogs",
        "ots:BatchWriteRow",
        "ots:DeleteRow",
        "ots:PutRow",
        *queue,
        *invoking,
    }


def test_every_policy_passes_the_lint() -> None:
    for role in roles().values():
        assert list(policy_problems(permission_policy(role))) == []
        assert list(policy_problems(trust_policy(role), trust=True)) == []


def test_a_rule_that_is_switched_off_takes_its_rights_with_it() -> None:
    codes = [
        rule.code for rule in (*PACKAGED, *PACKAGED_SWEEPS) if "vpc:DescribeEipAddresses" in rule.permissions
    ]
    off = Policy(rules={code: RuleSettings(enabled=False) for code in codes})

    before, after = (
        {need.action for need in roles(policy)["eniguard-dev-trail-event"].needs}
        for policy in (DEFAULT_POLICY, off)
    )

    assert "vpc:DescribeEipAddresses" in before
    assert "vpc:DescribeEipAddresses" not in after


def test_a_rule_that_can_say_nothing_under_a_policy_adds_no_right(monkeypatch: pytest.MonkeyPatch) -> None:
    off = {one.code: RuleSettings(enabled=False) for one in (*PACKAGED, *PACKAGED_SWEEPS)}
    (rule,) = [one for one in PACKAGED if one.code == "PFX016"]
    policy = Policy(rules={**off, rule.code: RuleSettings(enabled=True)})

    before = {need.action for need in roles(policy)["eniguard-dev-trail-event"].needs}
    monkeypatch.setattr(rule, "idle", lambda _self, _policy: "nothing to look at")
    after = {need.action for need in roles(policy)["eniguard-dev-trail-event"].needs}

    assert before - after == {"ecs:DescribeNetworkInterfaces"}


def test_only_the_sweep_asks_how_deletions_of_roles_ended_where_their_rule_is_enabled() -> None:
    asked = "ram:GetServiceLinkedRoleDeletionStatus"
    off = Policy(rules={"SLR003": RuleSettings(enabled=False)})

    allowed = [
        {name for name, role in roles(policy).items() if asked in {need.action for need in role.needs}}
        for policy in (DEFAULT_POLICY, off)
    ]

    assert allowed == [{"eniguard-dev-sweep"}, set()]


def test_what_costs_too_much_on_the_path_of_an_event_is_not_allowed_there() -> None:
    left_out = {rule.code for rule in PACKAGED if not rule.event_path}

    assert left_out
    for kind in ("trail_event", "trail_log", "trail_file"):
        assert {rule.code for rule in registry_for(kind, DEFAULT_POLICY).rules}.isdisjoint(left_out)
    assert {rule.code for rule in registry_for("sweep", DEFAULT_POLICY).rules} >= left_out


def test_a_store_adds_its_table_and_its_secret_and_members_their_role() -> None:
    policy = Policy(
        state=StateSettings("rediss://redis.example.com:6379/0", "kms:guard-redis"),
        account_roles={"1234567890123456": "own", "1234567890123499": "eniguard-reader"},
    )

    needs = roles(policy)["eniguard-dev-trail-event"].needs

    assert Need("kms:GetSecretValue", "acs:kms:cn-hangzhou:1234567890123456:secret/guard-redis") in needs
    assert [one for one in needs if one.action == "sts:AssumeRole"] == [
        Need("sts:AssumeRole", "acs:ram:*:1234567890123499:role/eniguard-reader")
    ]
    assert not any(one.action.startswith("ots:") for one in needs)


def test_a_function_that_decides_offline_may_only_log() -> None:
    found = resources()
    found["trail_event"]["props"]["environmentVariables"]["ENIGUARD_OFFLINE"] = "1"

    (role,) = [one for one in roles_of(found, DEFAULT_POLICY) if one.name == "eniguard-dev-trail-event"]

    assert [need.action for need in role.needs] == ["log:PostLogStoreLogs", "mns:SendMessage"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("trail_event", "trail_evnt", "resources.trail_evnt: not a function of eniguard"),
        ("sweep", "trail_event", "the role eniguard-dev-sweep is that of another function"),
    ],
)
def test_roles_are_refused_where_it_is_not_clear_whose_they_are(old: str, new: str, told: str) -> None:
    found = resources()
    if new in found:
        found[new] = {**found[new], "props": {**found[new]["props"], "role": found[old]["props"]["role"]}}
    else:
        found[new] = found.pop(old)

    with pytest.raises(ConfigError, match=told):
        roles_of(found, DEFAULT_POLICY)


# -- on a cloud that enforces policies


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with served(Cloud(REGION, check_signatures=True)) as found:
        yield found


def context(name: str, keys: Keys, cloud: Cloud) -> SimpleNamespace:
    return SimpleNamespace(
        request_id="r-1",
        credentials=SimpleNamespace(
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            security_token=keys.token,
        ),
        function=SimpleNamespace(name=name, handler="index.handler", memory=512, timeout=60),
        service=SimpleNamespace(name=""),
        region=REGION,
        account_id=cloud.account_id,
    )


def decided(server: FakeServer, folder: Path, name: str, without: str | None = None) -> list[dict[str, Any]]:
    """The lines of a function that runs as its generated role, and decides what happened in a busy hour."""
    cloud = server.cloud
    document = permission_policy(roles()[f"eniguard-dev-{name}"])
    if without is not None:
        for statement in document["Statement"]:
            statement["Action"] = [action for action in statement["Action"] if action != without]
    keys = cloud.role(f"eniguard-dev-{name}", document)
    guard = folder / "guard.yml"
    guard.write_text(f"state: {{url: 'sqlite:///{folder / 'state.sqlite'}'}}", encoding="utf-8")
    environment = {
        "ENIGUARD_POLICY": str(guard),
        "ENIGUARD_ENDPOINTS": f"*={server.address}/{{product}}/{{region}}",
    }
    stream = io.StringIO()
    now = cloud.clock.now().timestamp()
    delivery = EventDelivery(environment, clock=lambda: now, stream=stream)
    calls = list(cloud.trail.events)
    assert calls
    for call in calls:
        delivery.handle(json.dumps(call).encode(), context(name, keys, cloud))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def busy_hour(cloud: Cloud) -> None:
    """Calls whose decisions look up ENIs, groups, vSwitches, reserved blocks and addresses."""
    alice = cloud.account("alice")
    vpc = cloud.call("vpc:CreateVpc", alice, CidrBlock="10.0.0.0/16")["VpcId"]
    cloud.clock.advance(60)
    vswitch = cloud.call(
        "vpc:CreateVSwitch", alice, VpcId=vpc, CidrBlock="10.0.1.0/24", ZoneId=f"{REGION}-h"
    )["VSwitchId"]
    cloud.clock.advance(60)
    group = cloud.call("ecs:CreateSecurityGroup", alice, VpcId=vpc)["SecurityGroupId"]
    eni = cloud.call("ecs:CreateNetworkInterface", alice, VSwitchId=vswitch, SecurityGroupId=group)[
        "NetworkInterfaceId"
    ]
    cloud.clock.advance(60)
    cloud.call(
        "ecs:AuthorizeSecurityGroup",
        alice,
        SecurityGroupId=group,
        Permissions=[{"IpProtocol": "tcp", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}],
    )
    cloud.call(
        "ecs:AssignPrivateIpAddresses", alice, NetworkInterfaceId=eni, SecondaryPrivateIpAddressCount=1
    )
    cloud.call("ecs:DeleteNetworkInterface", alice, NetworkInterfaceId=eni)


def denied(lines: list[dict[str, Any]]) -> list[str]:
    return [reason for line in lines if "was denied" in (reason := json.dumps(line))]


def test_a_function_with_its_generated_role_is_denied_nothing(server: FakeServer, tmp_path: Path) -> None:
    busy_hour(server.cloud)

    lines = decided(server, tmp_path, "trail-event")

    assert "EXP001" in [line["rule"] for line in lines if line["kind"] == "finding"]
    looked_up = {event["eventName"] for event in server.cloud.trail.events if event["eventRW"] == "Read"}
    assert {"DescribeNetworkInterfaces", "DescribeSecurityGroups"} <= looked_up
    assert denied(lines) == []


def test_a_right_that_is_taken_away_is_missed(server: FakeServer, tmp_path: Path) -> None:
    busy_hour(server.cloud)

    lines = decided(server, tmp_path, "trail-event", without="ecs:DescribeNetworkInterfaces")

    assert denied(lines)
