"""A fake cloud behind a server, whose clock is the client's: waiting moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from eniguard.cloud import Client, Credentials
from fakealiyun import Cloud, Keys
from fakealiyun.server import FakeServer, served

REGION = "cn-hangzhou"


def credentials(keys: Keys) -> Credentials:
    return Credentials(keys.access_key_id, keys.access_key_secret, keys.token)


@dataclass
class Live:
    """A fake cloud over HTTP, and clients of it."""

    cloud: Cloud
    server: FakeServer
    waits: list[float] = field(default_factory=list)

    @property
    def endpoints(self) -> dict[str, str]:
        return {"*": f"{self.server.address}/{{product}}/{{region}}"}

    def now(self) -> float:
        return self.cloud.clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.cloud.clock.advance(seconds)

    def client(self, provider: Callable[[], Credentials] | Keys | None = None, **options: Any) -> Client:
        keys = self.cloud.account() if provider is None else provider
        given = {"clock": self.now, "sleep": self.sleep, "random": lambda: 1.0, **options}
        return Client(
            (lambda: credentials(keys)) if isinstance(keys, Keys) else keys,
            region=REGION,
            endpoints=self.endpoints,
            **given,
        )

    def calls(self, action: str) -> list[dict[str, Any]]:
        """The events of an API, so many calls of it were carried out or refused."""
        return [event for event in self.cloud.trail.events if event["eventName"] == action]


@pytest.fixture
def live() -> Iterator[Live]:
    cloud = Cloud(REGION, check_signatures=True)
    with served(cloud) as server:
        yield Live(cloud, server)
