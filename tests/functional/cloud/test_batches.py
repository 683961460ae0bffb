"""Events of one delivery share their look-ups."""

from __future__ import annotations

from eniguard.cloud import Credentials
from eniguard.events.calls import Call
from eniguard.facts.kinds import Eni
from eniguard.model.kinds import ENI
from eniguard.pipeline import Pipeline
from eniguard.sources.live import LiveSource
from tests.functional.cloud.conftest import Live, credentials
from tests.functional.cloud.copying import call, eni, latest, one, source, store, there
from tests.functional.cloud.stores import MemoryStore
from tests.real.scene import Scene

__all__ = ["store", "there"]


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
