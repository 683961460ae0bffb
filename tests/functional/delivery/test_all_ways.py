"""One scenario comes by EventBridge, SLS, OSS and LookupEvents at once: each finding is given once."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from eniguard.dead_letters import DeadLetters
from eniguard.delivery.sweep import SweepDelivery
from fakealiyun.errors import ApiError
from tests.functional.cloud.conftest import REGION, Live
from tests.functional.delivery.scene import BUCKET, PROJECT, Guard
from tests.real.scene import scene


def scenario(guard: Guard) -> None:
    """Somebody tries their hand at a managed ENI and its group, and works on what is theirs."""
    cloud, there = guard.cloud, scene(guard.cloud)
    alice = cloud.account("alice")

    def tried(action: str, **parameters: Any) -> None:
        with suppress(ApiError):  # a refusal is recorded as well
            cloud.call(action, alice, **parameters)
        cloud.clock.advance(5)

    for eni in (there.managed, there.ordinary):
        tried("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=eni, Description="mine")
        tried("ecs:AssignPrivateIpAddresses", NetworkInterfaceId=eni, Ipv4PrefixCount=1)
        tried("ecs:DeleteNetworkInterface", NetworkInterfaceId=eni)
    tried(
        "ecs:AuthorizeSecurityGroup",
        SecurityGroupId=there.group,
        IpProtocol="TCP",
        PortRange="22/22",
        SourceCidrIp="0.0.0.0/0",
    )
    tried("ecs:DescribeNetworkInterfaces", NetworkInterfaceId=[there.managed])
    tried("ram:CreateRole", RoleName="AliyunServiceRoleForLookAlike", AssumeRolePolicyDocument="{}")


def trail(guard: Guard) -> None:
    """A trail that writes into a logstore and a bucket."""
    cloud, root = guard.cloud, guard.root
    cloud.call("log:CreateProject", root, projectName=PROJECT)
    cloud.call("oss:PutBucket", root, bucket=BUCKET)
    cloud.call(
        "actiontrail:CreateTrail",
        root,
        Name="guard-trail",
        OssBucketName=BUCKET,
        SlsProjectArn=f"acs:log:{REGION}:{cloud.account_id}:project/{PROJECT}",
        EventRW="All",
    )
    cloud.clock.advance(60)
    cloud.call("actiontrail:StartLogging", root, Name="guard-trail")


def swept(guard: Guard) -> SweepDelivery:
    """An instance of the sweep, which looks events up."""
    return SweepDelivery(guard.environment, clock=guard.live.now, sleep=guard.live.sleep, stream=guard.log)


@pytest.mark.parametrize("seed", range(4))
def test_a_scenario_that_comes_by_four_ways_at_once_gives_each_finding_once(guard: Guard, seed: int) -> None:
    # given
    trail(guard)
    since = len(guard.cloud.trail.events)
    scenario(guard)
    payloads: list[tuple[str, bytes]] = []

    def kept(name: str) -> Callable[[bytes], None]:
        return lambda payload: payloads.append((name, payload))

    for name, way in (
        ("trail_event", "eventbridge"),
        ("trail_log", "sls-trigger"),
        ("trail_file", "oss-trigger"),
    ):
        guard.cloud.trail.deliver(kept(name), way, duplicate=True, shuffle=seed, since=since)  # type: ignore[arg-type]
    guard.cloud.clock.advance(3600)
    payloads += [("sweep", b"{}")] * 3
    random.Random(seed).shuffle(payloads)
    instances = {name: guard.function(name) for name in ("trail_event", "trail_log", "trail_file")}
    sweep = swept(guard)

    # when
    counts: Counter[str] = Counter()
    for name, payload in payloads:
        if name == "sweep":
            counts += Counter(json.loads(sweep.handle(payload, guard.context(name)) or "{}")["events"])
        else:
            counts += Counter(guard.call(name, payload, instance=instances[name]))
        guard.cloud.clock.advance(1)

    # then
    found = guard.findings()
    assert len(found) == len(set(found))
    assert guard.lines("swept")
    assert {rule for rule, _, _ in found} >= {"ENI001", "EXP001"}
    decided = [line["event_id"] for line in guard.lines("decision")]
    assert len(decided) == len(set(decided)) == counts["decided"]
    assert counts["duplicate"] > 3 * counts["decided"]
    assert not counts["dead_letter"] + counts["disputed"] + counts["deferred"]
    assert not DeadLetters(guard.store(), clock=guard.live.now).page().found
    assert not guard.lines("told_otherwise_by_another_way")
    assert not guard.lines("decided_anew_since_what_came_first_may_be_forged")
    again = [line for line in guard.lines("metric") if line["metric"] == "came_again_after"]
    came = {line["way"] for line in [*guard.lines("decision"), *again]}
    assert came == {"eventbridge", "sls", "oss", "lookup"}


def test_the_ways_agree_on_what_they_find(live: Live, guard: Guard, tmp_path: Path) -> None:
    """Whichever way comes alone, the findings are the same: it is what the events say that counts."""
    trail(guard)
    since = len(guard.cloud.trail.events)
    scenario(guard)
    found = []
    for name, way in (
        ("trail_event", "eventbridge"),
        ("trail_log", "sls-trigger"),
        ("trail_file", "oss-trigger"),
    ):
        (tmp_path / name).mkdir()
        alone = Guard(live, tmp_path / name)
        alone.cloud.trail.deliver(partial(alone.call, name), way, since=since)  # type: ignore[arg-type]
        found.append(set(alone.findings()))

    assert found[0]
    assert found[0] == found[1] == found[2]
