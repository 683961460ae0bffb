from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.events.times import parsed
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import AnyResource, Eni
from eniguard.facts.refs import Fact, Gone, Unknown
from eniguard.facts.state import State, reference
from eniguard.model.kinds import ENI
from eniguard.testing import MORNING, NOON, call

EVENING = "2026-03-01T20:00:00Z"
DETACH = call("ecs:DetachNetworkInterface", NetworkInterfaceId="eni-1", time=NOON)
ATTACHED = Eni("eni-1", status="InUse", instance_id="i-1", vswitch_id="vsw-1", security_group_ids=("sg-1",))
DETACHED = Eni("eni-1", status="Available", vswitch_id="vsw-1", security_group_ids=("sg-1",))


def sides(one: Call, value: AnyResource, as_of: str, **more: object) -> tuple[object, object]:
    ref = reference(one, ENI, "eni-1")
    facts = Facts({ref: Fact(value, "snapshot", parsed(as_of)[1], **more)})  # type: ignore[arg-type]
    return State(one, facts, "before").get(ref), State(one, facts, "after").get(ref)


def test_a_fact_from_before_the_event_is_before_and_the_call_makes_after() -> None:
    assert sides(DETACH, ATTACHED, MORNING) == (ATTACHED, DETACHED)


def test_a_fact_from_after_the_event_is_after_and_before_is_unknown() -> None:
    before, after = sides(DETACH, DETACHED, EVENING)
    assert isinstance(before, Unknown)
    assert after == DETACHED


def test_an_earlier_copy_is_before_when_the_fact_is_from_after_the_event() -> None:
    earlier = Fact(ATTACHED, "journal", parsed(MORNING)[1], folded=True)
    assert sides(DETACH, DETACHED, EVENING, earlier=earlier) == (ATTACHED, DETACHED)


def test_a_snapshot_of_the_same_second_is_after_and_a_folded_copy_is_before() -> None:
    assert isinstance(sides(DETACH, DETACHED, NOON)[0], Unknown)
    assert sides(DETACH, ATTACHED, NOON, folded=True) == (ATTACHED, DETACHED)


def test_a_refused_call_still_shows_what_it_asked_for() -> None:
    refused = call(
        "ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1", error="InvalidOperation.EniServiceManaged"
    )
    before, after = sides(refused, ATTACHED, MORNING)
    assert before == ATTACHED
    assert isinstance(after, Gone)


def test_what_nobody_asked_for_is_unknown_not_absent() -> None:
    assert isinstance(State(DETACH, Facts(), "before").eni("eni-1"), Unknown)
    assert isinstance(State(DETACH, Facts(), "before").enis("vswitch", "vsw-1"), Unknown)


def listing_after(one: Call, by: str, value: str, *members: Eni, others: tuple[Eni, ...] = ()) -> list[str]:
    at = parsed(MORNING)[1]
    facts = {reference(one, ENI, value, by): Fact(members, "snapshot", at)}
    facts |= {reference(one, ENI, other.id): Fact(other, "snapshot", at) for other in others}
    found = State(one, Facts(facts), "after").enis(by, value)
    assert not isinstance(found, Unknown)
    return [eni.id for eni in found]


def test_a_listing_loses_a_deleted_member_and_gains_a_created_one() -> None:
    deleted = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1")
    assert listing_after(deleted, "vswitch", "vsw-1", ATTACHED, Eni("eni-2", vswitch_id="vsw-1")) == ["eni-2"]
    made = call("ecs:CreateNetworkInterface", VSwitchId="vsw-1", response={"NetworkInterfaceId": "eni-9"})
    assert listing_after(made, "vswitch", "vsw-1", ATTACHED) == ["eni-1", "eni-9"]
    assert listing_after(made, "vswitch", "vsw-2") == []


def test_a_listing_by_group_gains_an_eni_that_joins() -> None:
    joined = call("ecs:JoinSecurityGroup", NetworkInterfaceId="eni-1", SecurityGroupId="sg-2")
    assert listing_after(joined, "security_group", "sg-2", others=(ATTACHED,)) == ["eni-1"]


def test_a_listing_from_after_the_event_is_after_and_before_is_unknown() -> None:
    ref = reference(DETACH, ENI, "vsw-1", "vswitch")
    facts = Facts({ref: Fact((DETACHED,), "snapshot", parsed(EVENING)[1])})
    assert State(DETACH, facts, "after").enis("vswitch", "vsw-1") == (DETACHED,)
    assert isinstance(State(DETACH, facts, "before").enis("vswitch", "vsw-1"), Unknown)
