"""A live source with its copies in a store, and calls as the guard receives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.events.envelopes import parse
from eniguard.facts.refs import Fact, Ref
from eniguard.model.kinds import ENI
from eniguard.sources.last_known import LastKnown
from eniguard.sources.live import LiveSource
from eniguard.sources.managed_listings import ManagedListings
from fakealiyun import Keys
from tests.functional.cloud.conftest import REGION, Live
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
