"""Last-known copies in the store: facts from before a call."""

from __future__ import annotations

from eniguard.facts.kinds import Eni
from eniguard.sources.last_known import LastKnown
from eniguard.sources.live import LiveSource
from tests.functional.cloud.conftest import Live
from tests.functional.cloud.copying import call, eni, one, source, store, there
from tests.functional.cloud.stores import MemoryStore
from tests.real.scene import Scene

__all__ = ["store", "there"]


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
