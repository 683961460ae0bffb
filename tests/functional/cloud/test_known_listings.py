"""Managed listings: what they prove of ENIs and security groups."""

from __future__ import annotations

import pytest

from eniguard.errors import StateError
from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.pipeline import Pipeline
from eniguard.sources.managed_listings import ManagedListings
from tests.functional.cloud.conftest import REGION, Live
from tests.functional.cloud.copying import call, eni, one, source, store, there
from tests.functional.cloud.stores import MemoryStore
from tests.real.scene import Scene

__all__ = ["store", "there"]


def listed(live: Live, store: MemoryStore, *, complete: bool = True) -> ManagedListings:
    """What the sweep does: list what is managed, and keep it."""
    listings = ManagedListings(store, clock=live.now)
    asked = Ref(live.cloud.account_id, REGION, ENI, "managed", "true")
    found = one(source(live, MemoryStore()), asked, live.now())
    assert isinstance(found.value, tuple)
    listings.write(asked.account, REGION, ENI, found.value, listed_at=found.as_of, complete=complete)
    return listings


def test_eni_that_a_complete_listing_lacks_was_not_managed(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given
    listed_at = live.now()
    listed(live, store)
    live.cloud.clock.advance(600)
    made = call(live, "ecs:DeleteNetworkInterface", NetworkInterfaceId=there.ordinary)
    live.cloud.clock.advance(60)

    # when
    fact = one(source(live, store), eni(live, there.ordinary), made.at)

    # then
    assert isinstance(fact.value, Unknown)
    assert fact.partly == Fact(Eni(there.ordinary, managed=False), "managed listing", listed_at)


def test_eni_in_the_listing_was_managed_also_when_nobody_may_look(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    listed(live, store)
    live.cloud.clock.advance(600)
    nobody = live.cloud.account("nobody", policy={"Version": "1", "Statement": []})

    fact = one(source(live, store, nobody), eni(live, there.managed), live.now())

    assert "was denied" in fact.value.reason  # type: ignore[union-attr]
    assert fact.partly is not None
    assert fact.partly.value.managed is True  # type: ignore[union-attr]


def test_listing_that_is_not_complete_proves_nothing_of_what_it_lacks(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    listings = listed(live, store, complete=False)
    live.cloud.clock.advance(600)

    assert listings.fact(eni(live, there.ordinary), live.now()) is None
    assert listings.fact(eni(live, there.managed), live.now()) is not None


def test_listing_from_after_the_call_proves_nothing(live: Live, there: Scene, store: MemoryStore) -> None:
    listings = listed(live, store)

    assert listings.fact(eni(live, there.ordinary), live.now()) is None
    assert listings.fact(eni(live, there.ordinary), live.now() - 1) is None


def test_eni_made_since_the_listing_is_not_held_to_be_unmanaged(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given
    listings = listed(live, store)
    live.cloud.clock.advance(600)
    gateway = live.cloud.service("connectuservpc.apigateway.aliyuncs.com")
    made = call(
        live, "ecs:CreateNetworkInterface", gateway, VSwitchId=there.vswitch, SecurityGroupId=there.group
    )
    (new,) = made.ids(ENI, "created")

    # when
    found = source(live, store)
    found.changed(made)

    # then
    assert listings.fact(eni(live, new), live.now() + 600) is None
    assert listings.fact(eni(live, there.ordinary), live.now() + 600) is not None


def test_old_listing_counts_for_nothing(live: Live, there: Scene, store: MemoryStore) -> None:
    listings = listed(live, store)
    live.cloud.clock.advance(2 * 86_400)

    assert listings.fact(eni(live, there.managed), live.now()) is None


def test_listing_of_any_length_is_kept_in_parts_that_a_store_takes(live: Live, store: MemoryStore) -> None:
    listings = ManagedListings(store, clock=live.now)
    groups = [
        SecurityGroup(f"sg-{number:020d}", managed=True, description="x" * 100) for number in range(2000)
    ]

    listings.write("1", REGION, SECURITY_GROUP, groups, listed_at=live.now(), complete=True)

    kept = ManagedListings(store, clock=live.now).read("1", REGION, SECURITY_GROUP)
    assert kept is not None
    assert list(kept.resources.values()) == groups
    assert max(len(item.value) for item in store.items.values()) <= 64 * 1024


def test_listing_with_a_lost_part_is_none(live: Live, store: MemoryStore) -> None:
    listings = ManagedListings(store, clock=live.now)
    groups = [SecurityGroup("sg-1", managed=True)]
    listings.write("1", REGION, SECURITY_GROUP, groups, listed_at=live.now(), complete=True)
    del store.items[next(key for key in store.items if key.endswith("/0"))]

    assert listings.read("1", REGION, SECURITY_GROUP) is None


def test_store_that_is_down_proves_nothing_and_takes_no_listing(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    listings = listed(live, store)
    live.cloud.clock.advance(600)
    store.down = True

    assert listings.fact(eni(live, there.ordinary), live.now()) is None
    assert listings.failures == 1
    with pytest.raises(StateError):
        listings.write("1", REGION, ENI, [], listed_at=live.now(), complete=True)


def test_who_manages_it_is_known_from_its_creation_on_without_any_copy(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    made = call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )
    live.cloud.clock.advance(5)

    fact = one(source(live, store), eni(live, there.ordinary), made.at)
    decided = Pipeline(source=source(live, MemoryStore())).decide(made, now=live.now())

    assert fact.earlier is None
    assert fact.partly is not None
    assert fact.partly.as_of < made.at
    assert isinstance(fact.partly.value, Eni)
    assert (fact.partly.value.managed, fact.partly.value.description) == (False, None)
    assert decided.decision.undecided == ()


def test_nothing_is_known_of_a_resource_from_before_it_was_made(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    before = live.now() - 86_400

    fact = one(source(live, store), eni(live, there.managed), before)

    assert isinstance(fact.value, Eni)
    assert (fact.earlier, fact.partly) == (None, None)


def test_what_could_not_be_looked_up_is_undecided_for_that_reason(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    made = call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )
    nobody = live.cloud.account("nobody", policy={"Version": "1", "Statement": []})

    (undecided,) = (
        Pipeline(source=source(live, store, nobody)).decide(made, now=live.now()).decision.undecided
    )

    assert "ecs:DescribeNetworkInterfaces was denied (" in undecided.reason
    assert "needs ecs:DescribeNetworkInterfaces" in undecided.reason


def test_call_on_a_resource_that_is_gone_is_decided_by_the_listing(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    listed(live, store)
    live.cloud.clock.advance(600)
    made = call(live, "ecs:DeleteNetworkInterface", NetworkInterfaceId=there.ordinary)
    live.cloud.clock.advance(60)

    without = Pipeline(source=source(live, MemoryStore())).decide(made, now=live.now()).decision
    decided = Pipeline(source=source(live, store)).decide(made, now=live.now()).decision

    assert [one.rule for one in without.undecided] == ["ENI003"]
    assert (decided.findings, decided.undecided) == ((), ())
