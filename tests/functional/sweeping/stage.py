"""A fake cloud behind a server, a guard.yml, and sweeps of the function as a timer makes them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from eniguard.delivery.sweep import SweepDelivery
from eniguard.state import Store, open_store
from fakealiyun import Cloud, Keys
from fakealiyun.server import FakeServer

REGION, OTHER = "cn-hangzhou", "cn-beijing"
MEMBER = "1234567890123499"
ROLE = "eniguard-sweep"
#: All that reads, and no write: what the role of the sweep may do.
POLICY: dict[str, Any] = {
    "Version": "1",
    "Statement": [
        {
            "Effect": "Allow",
            "Resource": "*",
            "Action": ["*:Describe*", "*:List*", "*:Get*", "actiontrail:LookupEvents", "sts:AssumeRole"],
        }
    ],
}
TIMER = b'{"triggerTime": "2026-03-01T08:00:00Z", "triggerName": "sweep", "payload": ""}'
GUARD_YML = """
regions: [cn-hangzhou]
guard:
  roles: [eniguard-sweep]
"""

Line = dict[str, Any]


class Stage:
    """The fake cloud with the guard's role, and one store for all sweeps."""

    def __init__(self, server: FakeServer, folder: Path, guard_yml: str = GUARD_YML) -> None:
        self.cloud: Cloud = server.cloud
        self.folder = folder
        self.address = server.address
        self.role: Keys = self.cloud.role(ROLE, POLICY)
        self.alice = self.cloud.account("alice")
        self.timeout = 600.0
        self.lines: list[Line] = []
        self.configure(guard_yml)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'state.sqlite'}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ENIGUARD_POLICY": str(self.folder / "guard.yml"),
            "ENIGUARD_ENDPOINTS": f"*={self.address}/{{product}}/{{region}}",
        }

    def configure(self, guard_yml: str) -> None:
        state = f'\nstate: {{url: "{self.url}"}}\n'
        (self.folder / "guard.yml").write_text(guard_yml + state, encoding="utf-8")

    def context(self, function: str = "sweep", keys: Keys | None = None) -> SimpleNamespace:
        given = keys or self.role
        return SimpleNamespace(
            request_id="r-1",
            credentials=SimpleNamespace(
                access_key_id=given.access_key_id,
                access_key_secret=given.access_key_secret,
                security_token=given.token,
            ),
            function=SimpleNamespace(
                name=function, handler="index.handler", memory=512, timeout=self.timeout
            ),
            service=SimpleNamespace(name=""),
            region=REGION,
            account_id=self.cloud.account_id,
        )

    def now(self) -> float:
        return self.cloud.clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        self.cloud.clock.advance(seconds)

    def sweep(self, keys: Keys | None = None, **environment: str) -> dict[str, Any]:
        """One sweep; its lines are in `lines` afterwards, also when it fails."""
        stream = io.StringIO()
        delivery = SweepDelivery(
            {**self.environment, **environment}, clock=self.now, stream=stream, sleep=self.sleep
        )
        try:
            answer: dict[str, Any] = json.loads(delivery.handle(TIMER, self.context(keys=keys)) or "{}")
        finally:
            self.lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        return answer

    def of(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line["kind"] == kind]

    def rules(self) -> list[str]:
        return [line["rule"] for line in self.of("finding")]

    def metric(self, name: str) -> list[Line]:
        return [line for line in self.of("metric") if line["metric"] == name]

    def store(self) -> Store:
        return open_store(self.url, clock=self.now)

    def events(self, name: str) -> list[Mapping[str, Any]]:
        return [event for event in self.cloud.trail.events if event["eventName"] == name]

    def call(self, action: str, keys: Keys | None = None, region: str = REGION, **parameters: Any) -> Any:
        return self.cloud.call(action, keys or self.alice, region, **parameters)
