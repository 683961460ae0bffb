"""What an instance keeps between events, and what calls make of it."""

from __future__ import annotations

import pytest

from eniguard.facts.kinds import Eni
from eniguard.facts.refs import Ref
from eniguard.model.kinds import ENI, SECURITY_GROUP_RULE
from tests.functional.cloud.conftest import REGION, Live
from tests.functional.cloud.copying import call, eni, latest, one, source, store, there
from tests.functional.cloud.stores import MemoryStore
from tests.real.scene import Scene

__all__ = ["store", "there"]


def test_call_on_a_resource_makes_it_be_read_again(live: Live, there: Scene, store: MemoryStore) -> None:
    # given
    found = source(live, store)
    asked = eni(live, there.ordinary)
    found.read([asked], live.now())
    live.cloud.clock.advance(5)
    made = call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )

    # when
    found.changed(made)
    fact = one(found, asked, made.at)

    # then
    assert found.calls == 2
    assert isinstance(fact.value, Eni)
    assert fact.value.description == "changed"
    assert fact.earlier is not None
    assert fact.earlier.value.description != "changed"  # type: ignore[union-attr]


def test_call_from_before_a_look_up_does_not_spoil_it(live: Live, there: Scene, store: MemoryStore) -> None:
    found = source(live, store)
    made = call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )
    live.cloud.clock.advance(5)
    found.read([eni(live, there.ordinary)], live.now())

    found.changed(made)
    live.cloud.clock.advance(1)
    found.read([eni(live, there.ordinary)], live.now())

    assert found.calls == 1


def test_what_was_looked_up_for_a_call_in_its_second_is_so_after_it(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given
    found = source(live, store)
    made = call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )
    live.cloud.clock.advance(0.25)
    one(found, eni(live, there.ordinary), made.at)

    # when
    found.changed(made)
    live.cloud.clock.advance(2)
    found.read([eni(live, there.ordinary)], live.now())

    # then
    assert found.calls == 1


def test_what_was_seen_in_the_second_of_a_call_is_not_taken_for_what_is_so_after_it(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given: events say in which second they were made, and no more
    found = source(live, store)
    live.cloud.clock.advance(1.25)
    second = live.now() // 1
    one(found, eni(live, there.ordinary), second - 5)
    found.changed(call(live, "ecs:CreateSecurityGroup", VpcId=there.vpc))
    live.cloud.clock.advance(0.25)
    call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )

    # when
    fact = one(found, eni(live, there.ordinary), second)

    # then
    assert (found.calls, fact.value.description) == (2, "changed")  # type: ignore[union-attr]


def test_what_was_seen_in_the_second_of_a_call_answers_no_more_after_it(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given
    found = source(live, store)
    live.cloud.clock.advance(1.25)
    one(found, eni(live, there.ordinary), live.now() - 5)
    found.changed(call(live, "ecs:CreateSecurityGroup", VpcId=there.vpc))
    made = call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )

    # when
    found.changed(made)
    live.cloud.clock.advance(2)
    fact = one(found, eni(live, there.ordinary), live.now())

    # then
    assert (found.calls, fact.value.description) == (2, "changed")  # type: ignore[union-attr]


def test_new_eni_makes_the_listing_of_its_vswitch_be_read_again(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    found = source(live, store)
    listing = Ref(live.cloud.account_id, REGION, ENI, "vswitch", there.vswitch)
    before = one(found, listing, live.now())
    live.cloud.clock.advance(5)
    made = call(live, "ecs:CreateNetworkInterface", VSwitchId=there.vswitch, SecurityGroupId=there.group)

    found.changed(made)
    after = one(found, listing, made.at)

    assert len(after.value) == len(before.value) + 1  # type: ignore[arg-type]
    assert after.earlier == before


def test_what_a_call_has_changed_is_not_taken_for_the_state_before_a_later_one(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    found = source(live, store)
    listing = Ref(live.cloud.account_id, REGION, ENI, "vswitch", there.vswitch)
    one(found, listing, live.now())
    live.cloud.clock.advance(5)
    made = call(live, "ecs:CreateNetworkInterface", VSwitchId=there.vswitch, SecurityGroupId=there.group)
    found.changed(made)
    live.cloud.clock.advance(5)

    later = live.now() - 1
    after = one(found, listing, later)

    assert after.as_of > later > made.at
    assert after.earlier is None


def test_what_a_call_took_away_is_not_taken_for_the_state_before_another_call_of_its_second(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given: a rule is revoked, and made again within the second
    found = source(live, store)
    asked = Ref(live.cloud.account_id, REGION, SECURITY_GROUP_RULE, "security_group", there.group)
    rule = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}
    call(live, "ecs:AuthorizeSecurityGroup", SecurityGroupId=there.group, Permissions=[rule])
    live.cloud.clock.advance(5)
    one(found, asked, live.now())
    live.cloud.clock.advance(5)
    revoked = call(live, "ecs:RevokeSecurityGroup", SecurityGroupId=there.group, Permissions=[rule])
    again = call(live, "ecs:AuthorizeSecurityGroup", SecurityGroupId=there.group, Permissions=[rule])
    live.cloud.clock.advance(0.5)

    # when
    found.changed(revoked)
    after = one(found, asked, again.at)

    # then
    assert revoked.at == again.at
    assert len(after.value) == 1  # type: ignore[arg-type]
    assert after.earlier is None


def test_refused_call_changes_nothing(live: Live, there: Scene, store: MemoryStore) -> None:
    found = source(live, store)
    found.read([eni(live, there.managed)], live.now())
    live.cloud.clock.advance(5)
    with pytest.raises(Exception, match="EniServiceManaged"):
        call(live, "ecs:DeleteNetworkInterface", NetworkInterfaceId=there.managed)

    for refused in latest(live):
        found.changed(refused)
    found.read([eni(live, there.managed)], live.now())

    assert found.calls == 1
