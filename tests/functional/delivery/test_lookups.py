"""Look-ups of the functions: how many, what becomes of events when they fail, and with whose keys."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.errors import CloudError
from eniguard.intake import UNDECIDED
from fakealiyun import Keys
from tests.functional.cloud.conftest import Live
from tests.functional.cloud.test_credentials import MEMBER, member_role
from tests.functional.delivery.scene import TIMEOUT, Guard, Slow, cloud_event, event
from tests.real.scene import Scene, scene


@pytest.fixture
def there(guard: Guard) -> Scene:
    return scene(guard.cloud)


def change(guard: Guard, eni: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A change of an ENI that went through just now: whether the ENI is managed has to be looked up."""
    return event(
        number,
        eventName="ModifyNetworkInterfaceAttribute",
        errorCode="",
        eventTime=guard.cloud.clock.text(),
        requestParameters={"NetworkInterfaceId": eni, "Description": "mine"},
        **changes,
    )


def enis(guard: Guard, there: Scene, number: int) -> list[str]:
    """So many ENIs, one of which is managed."""
    asked = {"VSwitchId": there.vswitch, "SecurityGroupId": there.group}
    made = [guard.cloud.call("ecs:CreateNetworkInterface", guard.root, **asked) for _ in range(number - 1)]
    guard.cloud.clock.advance(60)
    return [there.managed, *[str(one["NetworkInterfaceId"]) for one in made]]


def looked_up(live: Live, since: int) -> list[str]:
    """The reads that the fake cloud has seen, from an event on."""
    return [one["eventName"] for one in live.cloud.trail.events[since:] if one["eventRW"] == "Read"]


# -- how many ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["trail_event", "trail_log"])
def test_nothing_is_looked_up_where_no_rule_needs_a_fact(guard: Guard, there: Scene, name: str) -> None:
    events = [event(number, errorCode="Forbidden.RAM") for number in range(100)]
    payload: Any = [cloud_event(one) for one in events] if name == "trail_event" else guard.rows(*events)
    since = len(guard.cloud.trail.events)

    assert guard.call(name, payload) == {"decided": 100}
    assert looked_up(guard.live, since) == []


def test_a_thousand_events_over_a_hundred_enis_take_at_most_three_calls(guard: Guard, there: Scene) -> None:
    ids = enis(guard, there, 100)
    call = guard.rows(*[change(guard, ids[number % 100], number) for number in range(1000)])
    guard.cloud.clock.advance(30)
    since = len(guard.cloud.trail.events)

    assert guard.call("trail_log", call) == {"decided": 1000}
    assert 1 <= len(looked_up(guard.live, since)) <= 3
    assert len(guard.findings()) == 10
    assert {subject for _, _, subject in guard.findings()} == {there.managed}


def test_what_is_known_is_not_looked_up_again(guard: Guard, there: Scene) -> None:
    ids = enis(guard, there, 100)
    first = guard.rows(*[change(guard, ids[number % 100], number) for number in range(200)])
    second = guard.rows(*[change(guard, ids[number % 100], number) for number in range(200, 400)])
    guard.cloud.clock.advance(30)
    instance = guard.function("trail_log")
    guard.call("trail_log", first, instance=instance)
    since = len(guard.cloud.trail.events)

    assert guard.call("trail_log", second, instance=instance) == {"decided": 200}
    assert looked_up(guard.live, since) == []
    assert len(guard.findings()) == 4


def test_events_that_were_decided_are_not_looked_up_for(guard: Guard, there: Scene) -> None:
    call = guard.rows(*[change(guard, there.managed, number) for number in range(10)])
    guard.cloud.clock.advance(30)
    guard.call("trail_log", call)
    since = len(guard.cloud.trail.events)

    assert guard.call("trail_log", call) == {"duplicate": 10}
    assert looked_up(guard.live, since) == []


# -- faults ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"code": "Forbidden.RAM", "status": 403}, "ecs:DescribeNetworkInterfaces"),
        ({"code": "Throttling.User", "status": 429, "retry_after": 500}, "Throttling"),
        ({"code": "ServiceUnavailable", "status": 503}, "ServiceUnavailable"),
        ({"kind": "reset"}, "DescribeNetworkInterfaces"),
        ({"kind": "truncated"}, "DescribeNetworkInterfaces"),
    ],
    ids=["denied", "throttled", "5xx", "reset", "truncated"],
)
@pytest.mark.parametrize("name", ["trail_event", "trail_log"])
def test_an_event_whose_facts_cannot_be_had_is_undecided_and_is_asked_about_again(
    guard: Guard, there: Scene, name: str, fault: dict[str, Any], reason: str
) -> None:
    recorded = change(guard, there.managed)
    payload: Any = cloud_event(recorded) if name == "trail_event" else guard.rows(recorded)
    guard.cloud.clock.advance(30)
    guard.cloud.fail("ecs:DescribeNetworkInterfaces", times=None, **fault)

    assert guard.call(name, payload) == {"decided": 1}
    assert not guard.findings()
    assert reason in str([line["reason"] for line in guard.lines("undecided")])
    assert len(guard.store().due(UNDECIDED, guard.live.now() + 3600)) == 1


def test_a_fault_that_passes_costs_no_decision(guard: Guard, there: Scene) -> None:
    call = guard.rows(change(guard, there.managed))
    guard.cloud.clock.advance(30)
    guard.cloud.fail("ecs:DescribeNetworkInterfaces", code="ServiceUnavailable", status=503, times=2)

    assert guard.call("trail_log", call) == {"decided": 1}
    assert [rule for rule, _, _ in guard.findings()] == ["ENI003"]


def test_look_ups_end_with_the_time_of_the_call(guard: Guard, there: Scene) -> None:
    """The cloud asks to wait for longer than there is time; the event is decided without its facts."""
    call = guard.rows(event(1), change(guard, there.managed, 2))
    guard.cloud.clock.advance(30)
    guard.cloud.fail(
        "ecs:DescribeNetworkInterfaces", code="Throttling", status=429, retry_after=9000, times=None
    )
    started = guard.live.now()

    counts = guard.call("trail_log", call, instance=guard.function("trail_log", Slow(guard, 15)))

    assert counts == {"decided": 2}
    assert 30 < guard.live.now() - started - 15 < TIMEOUT  # the last line took 15 s as well
    assert [line["rule"] for line in guard.lines("undecided")]


def test_many_events_whose_look_ups_are_throttled_wait_together(guard: Guard, there: Scene) -> None:
    call = guard.rows(*[change(guard, eni, number) for number, eni in enumerate(enis(guard, there, 50))])
    guard.cloud.clock.advance(30)
    guard.cloud.fail(
        "ecs:DescribeNetworkInterfaces", code="Throttling", status=429, retry_after=9000, times=None
    )
    started = guard.live.now()

    assert guard.call("trail_log", call) == {"decided": 50}
    assert guard.live.now() - started < TIMEOUT / 2


def test_a_token_that_ends_between_calls_is_replaced_by_that_of_the_next(guard: Guard, there: Scene) -> None:
    """A client outlives the keys that it was made with."""
    old = temporary(guard, 1)
    instance = guard.function("trail_log")
    assert guard.call("trail_log", guard.rows(event(1)), instance=instance, keys=old) == {"decided": 1}
    guard.cloud.clock.advance(901)
    call = guard.rows(change(guard, there.managed, 2))
    with pytest.raises(CloudError):
        guard.call("trail_log", call, instance=instance, keys=old)

    new = temporary(guard, 2)
    assert guard.call("trail_log", call, instance=instance, keys=new) == {"decided": 1}
    assert [rule for rule, _, _ in guard.findings()] == ["ENI001", "ENI003"]


def test_a_token_that_ends_during_a_call_costs_facts_and_no_event(guard: Guard, there: Scene) -> None:
    call = guard.rows(event(1), change(guard, there.managed, 2))
    guard.cloud.fail(
        "ecs:DescribeNetworkInterfaces", code="InvalidSecurityToken.Expired", status=400, times=None
    )

    assert guard.call("trail_log", call) == {"decided": 2}
    assert guard.lines("undecided")
    assert len(guard.store().due(UNDECIDED, guard.live.now() + 3600)) == 1


def temporary(guard: Guard, number: int) -> Keys:
    """Keys of a session of 15 minutes."""
    alice = guard.cloud.account("alice")
    role = f"acs:ram::{guard.cloud.account_id}:role/eniguard"
    made = guard.cloud.call(
        "sts:AssumeRole", alice, RoleArn=role, RoleSessionName=f"s{number}", DurationSeconds=900
    )["Credentials"]
    return Keys(made["AccessKeyId"], made["AccessKeySecret"], made["SecurityToken"])


# -- whose keys --------------------------------------------------------------------------------------------


def test_keys_come_from_the_environment_where_the_context_has_none(guard: Guard, there: Scene) -> None:
    """So it is on python3.12."""
    call = guard.rows(change(guard, there.managed))
    guard.cloud.clock.advance(30)
    context = guard.context()
    del context.credentials
    guard.environment |= {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": guard.keys.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": guard.keys.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": guard.keys.token or "",
    }

    guard.function("trail_log").handle(call, context)

    assert [rule for rule, _, _ in guard.findings()] == ["ENI003"]


def test_a_member_account_is_looked_into_through_its_role(live: Live, tmp_path: Any) -> None:
    guard = Guard(live, tmp_path, policy=f"accounts: [{{id: '{MEMBER}', role: reader}}]\n")
    member_role(live)
    there = scene_in(live, MEMBER)
    recorded = change(guard, there, recipientAccountId=MEMBER)
    recorded["userIdentity"] = {**recorded["userIdentity"], "accountId": MEMBER}
    call = guard.rows(recorded)
    live.cloud.clock.advance(30)

    assert guard.call("trail_log", call) == {"decided": 1}
    assert [rule for rule, _, _ in guard.findings()] == ["ENI003"]
    assert live.calls("AssumeRole")


def test_an_account_without_a_role_is_not_looked_into(guard: Guard, there: Scene) -> None:
    recorded = change(guard, there.managed, recipientAccountId=MEMBER)
    recorded["userIdentity"] = {**recorded["userIdentity"], "accountId": MEMBER}
    since = len(guard.cloud.trail.events)

    assert guard.call("trail_log", guard.rows(recorded)) == {"decided": 1}
    assert looked_up(guard.live, since) == []
    assert "accounts" in str([line["reason"] for line in guard.lines("undecided")])


def scene_in(live: Live, account: str) -> str:
    """A managed ENI in another account."""
    root = live.cloud.account("root", account_id=account)
    vpc = live.cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")["VpcId"]
    live.cloud.clock.advance(60)
    zone = "cn-hangzhou-h"
    vswitch = live.cloud.call("vpc:CreateVSwitch", root, VpcId=vpc, ZoneId=zone, CidrBlock="10.0.1.0/24")
    live.cloud.clock.advance(60)
    group = live.cloud.call("ecs:CreateSecurityGroup", root, VpcId=vpc)["SecurityGroupId"]
    service = live.cloud.service("connectuservpc.apigateway.aliyuncs.com", account_id=account)
    made = live.cloud.call(
        "ecs:CreateNetworkInterface", service, VSwitchId=vswitch["VSwitchId"], SecurityGroupId=group
    )
    live.cloud.clock.advance(60)
    return str(made["NetworkInterfaceId"])
