"""What stands beside the live answer: facts from before a call, last-known copies, managed listings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.cloud import Credentials
from eniguard.errors import StateError
from eniguard.events.calls import Call
from eniguard.events.envelopes import parse
from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.model.kinds import ENI, SECURITY_GROUP, SECURITY_GROUP_RULE
from eniguard.pipeline import Pipeline
from eniguard.sources.last_known import LastKnown
from eniguard.sources.live import LiveSource
from eniguard.sources.managed_listings import ManagedListings
from fakealiyun import Keys
from tests.functional.cloud.conftest import REGION, Live, credentials
from tests.functional.cloud.stores import MemoryStore
from tests.real.scene import Scene, scene


@pytest.fixture
def there(live: Live) -> Scene:
    return scene(live.cloud)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def source(live: Live, store: MemoryStore, keys: Keys | None = None) -> LiveSource:
    client = live.client(keys)
    return LiveSource(
        lambda _: client,
        copies=LastKnown(store),
        listings=ManagedListings(store, clock=live.now),
        clock=live.now,
    )


def eni(live: Live, value: str) -> Ref:
    return Ref(live.cloud.account_id, REGION, ENI, "id", value)


def one(found: LiveSource, asked: Ref, at: float) -> Fact:
    return found.read([asked], at)[asked]


def call(live: Live, action: str, keys: Keys | None = None, **parameters: Any) -> Call:
    """A call made at the cloud, as the guard receives it."""
    live.cloud.call(action, keys or live.cloud.account("alice"), **parameters)
    return latest(live)[0]


def latest(live: Live, number: int = 1) -> list[Call]:
    page = json.dumps({"Events": live.cloud.trail.events[-number:]}).encode()
    batches = parse(page, path="<lookup>", now=live.now())
    return [concerned.call for batch in batches for concerned in batch.concerned]


# -- the instance cache ------------------------------------------------------------------------------------


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


# -- last-known copies -------------------------------------------------------------------------------------


def test_copy_of_another_instance_is_the_fact_of_before(live: Live, there: Scene, store: MemoryStore) -> None:
    # given
    asked = eni(live, there.ordinary)
    source(live, store).read([asked], live.now())
    seen_at = live.now()
    live.cloud.clock.advance(3600)
    made = call(
        live, "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=there.ordinary, Description="changed"
    )
    live.cloud.clock.advance(5)

    # when
    fact = one(source(live, store), asked, made.at)

    # then
    assert (fact.source, fact.as_of) == ("live", live.now())
    assert fact.earlier is not None
    assert (fact.earlier.source, fact.earlier.as_of) == ("last-known", seen_at)


def test_copy_stands_in_for_what_was_deleted(live: Live, there: Scene, store: MemoryStore) -> None:
    asked = eni(live, there.ordinary)
    source(live, store).read([asked], live.now())
    seen_at = live.now()
    live.cloud.clock.advance(3600)
    made = call(live, "ecs:DeleteNetworkInterface", NetworkInterfaceId=there.ordinary)
    live.cloud.clock.advance(60)

    fact = one(source(live, store), asked, made.at)

    assert isinstance(fact.value, Eni)
    assert (fact.source, fact.as_of, fact.value.managed) == ("last-known", seen_at, False)


def test_copy_stands_in_while_look_ups_are_denied(live: Live, there: Scene, store: MemoryStore) -> None:
    asked = eni(live, there.managed)
    source(live, store).read([asked], live.now())
    live.cloud.clock.advance(3600)
    nobody = live.cloud.account("nobody", policy={"Version": "1", "Statement": []})

    fact = one(source(live, store, nobody), asked, live.now())

    assert isinstance(fact.value, Eni)
    assert (fact.value.managed, fact.source) == (True, "last-known")


def test_unchanged_copy_is_written_once(live: Live, there: Scene, store: MemoryStore) -> None:
    for _ in range(3):
        source(live, store).read([eni(live, there.ordinary)], live.now())
        live.cloud.clock.advance(60)

    assert store.written == 1


def test_two_copies_are_kept_for_calls_in_between(live: Live, there: Scene, store: MemoryStore) -> None:
    # given
    asked = eni(live, there.ordinary)
    times = []
    for number in range(3):
        live.cloud.call(
            "ecs:ModifyNetworkInterfaceAttribute",
            live.cloud.account(),
            NetworkInterfaceId=there.ordinary,
            Description=f"version {number}",
        )
        times.append(live.now())
        source(live, store).read([asked], live.now())
        live.cloud.clock.advance(100)

    # when
    known = LastKnown(store).known(asked)

    # then
    assert [(fact.as_of, fact.value.description) for fact in known] == [  # type: ignore[union-attr]
        (times[2], "version 2"),
        (times[1], "version 1"),
    ]


def test_store_that_is_down_costs_the_copy_and_not_the_fact(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    store.down = True
    copies = LastKnown(store)
    client = live.client()
    found = LiveSource(lambda _: client, copies=copies, clock=live.now)

    fact = one(found, eni(live, there.managed), live.now())

    assert isinstance(fact.value, Eni)
    assert copies.failures == 1


def test_copy_that_another_version_wrote_counts_for_nothing(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    asked = eni(live, there.managed)
    store.create(f"fact/{asked.account}/{asked.region}/{asked.kind}/{asked.value}", b'{"copies":[{"a":1}]}')

    assert LastKnown(store).known(asked) == []
    fact = one(source(live, store), asked, live.now())

    assert isinstance(fact.value, Eni)
    assert len(LastKnown(store).known(asked)) == 1


# -- managed listings --------------------------------------------------------------------------------------


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


# -- a batch -----------------------------------------------------------------------------------------------


def batch(live: Live, there: Scene, *, enis: int, calls: int) -> list[Call]:
    """Calls on some ENIs of the account, each ENI several times."""
    root, alice = live.cloud.account(), live.cloud.account("alice")
    made = [
        live.cloud.call(
            "ecs:CreateNetworkInterface", root, VSwitchId=there.vswitch, SecurityGroupId=there.group
        )["NetworkInterfaceId"]
        for _ in range(enis)
    ]
    live.cloud.clock.advance(60)
    for number in range(calls):
        live.cloud.call(
            "ecs:ModifyNetworkInterfaceAttribute",
            alice,
            NetworkInterfaceId=made[number % enis],
            Description=f"change {number}",
        )
    live.cloud.clock.advance(60)
    return latest(live, calls)


def test_thousand_events_over_hundred_enis_take_three_calls_at_most(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given
    calls = batch(live, there, enis=100, calls=1000)
    found = source(live, store)
    pipeline = Pipeline(source=found)

    # when
    pipeline.look_ahead(calls)
    decided = [pipeline.decide(one, now=live.now()) for one in calls]

    # then
    assert len(decided) == 1000
    assert 1 <= found.calls <= 3
    asked = {ref for one in decided for ref in one.facts}
    assert len({ref.value for ref in asked if ref.kind == ENI}) == 100


def test_batch_that_finds_an_older_cache_takes_no_call_more(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    calls = batch(live, there, enis=20, calls=100)
    found = source(live, store)
    pipeline = Pipeline(source=found)
    pipeline.look_ahead(calls)
    live.cloud.clock.advance(10)
    for one_call in calls[:20]:
        live.cloud.call(
            "ecs:ModifyNetworkInterfaceAttribute",
            live.cloud.account("alice"),
            NetworkInterfaceId=one_call.ids(ENI)[0],
            Description="again",
        )
    live.cloud.clock.advance(5)
    following = latest(live, 20)
    before = found.calls

    pipeline.look_ahead(following)
    for one_call in following:
        pipeline.decide(one_call, now=live.now())

    assert found.calls == before + 1


def test_decided_call_makes_the_next_on_the_same_eni_look_again(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    # given
    found = source(live, store)
    found.read([eni(live, there.ordinary)], live.now())
    pipeline = Pipeline(source=found)
    asked = {"NetworkInterfaceId": there.ordinary}
    made = []
    for number in range(2):
        live.cloud.clock.advance(5)
        made.append(call(live, "ecs:ModifyNetworkInterfaceAttribute", **asked, Description=f"{number}"))
    live.cloud.clock.advance(5)

    # when
    pipeline.decide(made[0], now=live.now())
    calls = found.calls
    pipeline.decide(made[1], now=live.now())

    # then
    assert (calls, found.calls) == (1, 2)


def test_event_that_needs_no_fact_takes_no_call(live: Live, there: Scene, store: MemoryStore) -> None:
    made = call(live, "vpc:CreateVSwitch", VpcId=there.vpc, ZoneId="cn-hangzhou-h", CidrBlock="10.0.2.0/24")
    found = source(live, store)
    pipeline = Pipeline(source=found)

    pipeline.look_ahead([made])
    pipeline.decide(made, now=live.now())

    assert found.calls == 0


def test_decision_of_one_event_takes_one_call_a_round(live: Live, there: Scene, store: MemoryStore) -> None:
    made = call(
        live,
        "ecs:ModifyNetworkInterfaceAttribute",
        NetworkInterfaceId=there.ordinary,
        Description="x",
    )
    live.cloud.clock.advance(5)
    found = source(live, store)
    pipeline = Pipeline(source=found)

    pipeline.decide(made, now=live.now())
    assert found.calls == 1
    pipeline.decide(made, now=live.now())

    assert found.calls == 1


class Sessions:
    """Gives out the keys of one session until they are refused, then those of the next."""

    def __init__(self, live: Live) -> None:
        live.cloud.role("reader")
        self._role = live.cloud.in_account(live.cloud.account_id).ram.roles.get("reader")
        self._live = live
        self.renew(None)

    def __call__(self) -> Credentials:
        return credentials(self._keys)

    def renew(self, refused: Credentials | None) -> None:
        self._keys = self._live.cloud.callers.session(self._role, "night", seconds=900)


def test_token_that_expires_between_two_look_ups_is_renewed(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    sessions = Sessions(live)
    client = live.client(sessions)
    found = LiveSource(lambda _: client, clock=live.now)
    first = one(found, eni(live, there.managed), live.now())
    live.cloud.clock.advance(1800)

    second = one(found, eni(live, there.ordinary), live.now())

    assert isinstance(first.value, Eni)
    assert isinstance(second.value, Eni)
    assert client.requests_sent == 3
