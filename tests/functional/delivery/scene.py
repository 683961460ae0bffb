"""The functions as they run: with a policy, a store in a file, and the fake cloud over HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from eniguard.delivery.base import Delivery
from eniguard.delivery.events import EventDelivery
from eniguard.delivery.objects import ObjectDelivery
from eniguard.delivery.rows import RowDelivery
from eniguard.state import Store, open_store
from fakealiyun import Keys
from fakealiyun.log.groups import Log, LogGroup
from fakealiyun.oss.models import StoredObject
from tests.functional.cloud.conftest import REGION, Live

#: Seconds that a call of these functions may take.
TIMEOUT = 60.0
PROJECT, LOGSTORE, BUCKET = "audit", "actiontrail_guard-trail", "evidence"
FUNCTIONS: dict[str, type[Delivery[Any]]] = {
    "trail_event": EventDelivery,
    "trail_log": RowDelivery,
    "trail_file": ObjectDelivery,
}


class Guard:
    """The functions of one account, which share a store."""

    def __init__(self, live: Live, folder: Path, *, policy: str = "", offline: bool = False) -> None:
        self.live = live
        self.cloud = live.cloud
        self.path = folder / "state.sqlite"
        self.log = io.StringIO()
        guard = folder / "guard.yml"
        guard.write_text(f"state: {{url: 'sqlite:///{self.path}'}}\n{policy}", "utf-8")
        self.environment = {
            "ENIGUARD_POLICY": str(guard),
            "ENIGUARD_ENDPOINTS": f"*={live.server.address}/{{product}}/{{region}}",
            **({"ENIGUARD_OFFLINE": "1"} if offline else {}),
        }
        self.keys = live.cloud.role("eniguard")

    @property
    def root(self) -> Keys:
        return self.cloud.account()

    def function(self, name: str, stream: Any = None) -> Delivery[Any]:
        """A new instance of a function."""
        log = self.log if stream is None else stream
        return FUNCTIONS[name](self.environment, clock=self.live.now, sleep=self.live.sleep, stream=log)

    def context(self, name: str = "trail_log", keys: Keys | None = None) -> SimpleNamespace:
        """What python3.10 hands over."""
        held = keys or self.keys
        return SimpleNamespace(
            request_id=f"r-{name}",
            credentials=SimpleNamespace(
                access_key_id=held.access_key_id,
                access_key_secret=held.access_key_secret,
                security_token=held.token,
            ),
            function=SimpleNamespace(name=name, handler="index.handler", memory=512, timeout=TIMEOUT),
            service=SimpleNamespace(name="eniguard"),
            region=REGION,
            account_id=self.cloud.account_id,
        )

    def call(
        self, name: str, payload: object, *, instance: Delivery[Any] | None = None, keys: Keys | None = None
    ) -> dict[str, int]:
        """Call a function, by default in a new instance; the counts that are not zero."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        answer = (instance or self.function(name)).handle(body, self.context(name, keys))
        return {ending: count for ending, count in json.loads(answer or "{}").items() if count}

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """The lines of a kind so far."""
        written = [json.loads(text) for text in self.log.getvalue().splitlines()]
        return [line for line in written if line["kind"] == kind]

    def findings(self) -> list[tuple[str, str, str]]:
        """Rule, event and subject of each finding so far."""
        return [(one["rule"], one["event_id"], one["resources"][0]["id"]) for one in self.lines("finding")]

    def store(self) -> Store:
        """The store of the functions."""
        return open_store(f"sqlite:///{self.path}", clock=self.live.now)

    # -- what triggers call with -----------------------------------------------------------------------------

    def rows(
        self, *texts: bytes | str | dict[str, Any] | None, topic: str = "actiontrail_audit_event"
    ) -> bytes:
        """Write rows into one log group, and give what the trigger calls with; ``None``: without event."""
        projects = self.cloud.region().log.projects
        if LOGSTORE not in projects.get(PROJECT, {}):
            self.cloud.call("log:CreateProject", self.root, projectName=PROJECT)
            self.cloud.call("log:CreateLogStore", self.root, project=PROJECT, logstoreName=LOGSTORE)
        shard = projects[PROJECT][LOGSTORE].shards[0]
        begin, now = shard.end, self.cloud.clock.now()
        logs = tuple(Log(int(now.timestamp()), _contents(text)) for text in texts)
        projects[PROJECT][LOGSTORE].write(LogGroup(logs, topic, "actiontrail_internal"), now, shard)
        source = {
            "endpoint": f"http://{REGION}-intranet.log.aliyuncs.com",
            "projectName": PROJECT,
            "logstoreName": LOGSTORE,
            "shardId": shard.id,
            "beginCursor": begin,
            "endCursor": shard.end,
        }
        return json.dumps({"parameter": {}, "source": source, "jobName": "j", "taskId": "t"}).encode()

    def object(self, data: bytes, key: str = "AliyunLogs/Actiontrail/one.gz") -> bytes:
        """Put an object, and give what the OSS trigger calls with."""
        if BUCKET not in self.cloud.region().oss.buckets:
            self.cloud.call("oss:PutBucket", self.root, bucket=BUCKET)
        found = StoredObject(key, data, self.cloud.clock.now())
        self.cloud.region().oss.buckets[BUCKET].objects[key] = found
        return object_call((key, found.etag, len(data)))


class Slow:
    """A log that takes its seconds for each decision."""

    def __init__(self, guard: Guard, seconds: float) -> None:
        self._guard = guard
        self._seconds = seconds

    def write(self, text: str) -> int:
        if '"kind":"decision"' in text:
            self._guard.cloud.clock.advance(self._seconds)
        return self._guard.log.write(text)

    def flush(self) -> None:
        """Everything is written."""


def object_call(*objects: tuple[str, str, int]) -> bytes:
    """What the OSS trigger calls with for objects by key, entity tag and size."""
    told = [
        {
            "eventName": "ObjectCreated:PutObject",
            "eventSource": "acs:oss",
            "oss": {"bucket": {"name": BUCKET}, "object": {"key": key, "size": size, "eTag": etag}},
            "region": REGION,
        }
        for key, etag, size in objects
    ]
    return json.dumps({"events": told}).encode()


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A refused delete of a managed ENI: a finding (ENI001) that needs no look-up."""
    event_id = f"F23A3DD5-7842-4EF9-9DA1-{number:012d}"
    return {
        "eventId": event_id,
        "eventName": "DeleteNetworkInterface",
        "serviceName": "Ecs",
        "eventType": "ApiCall",
        "eventRW": "Write",
        "eventTime": "2026-03-01T07:59:00Z",
        "acsRegion": REGION,
        "requestId": event_id,
        "sourceIpAddress": "203.0.113.7",
        "userAgent": "example-agent",
        "userIdentity": {
            "type": "ram-user",
            "principalId": "200000000000000001",
            "accountId": "1234567890123456",
            "userName": "alice",
        },
        "requestParameters": {"NetworkInterfaceId": "eni-bp1example0001"},
        "errorCode": "InvalidOperation.EniServiceManaged",
        **changes,
    }


def cloud_event(recorded: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An event as EventBridge delivers it."""
    return {
        "id": recorded.get("eventId", "-"),
        "source": "acs.ecs",
        "specversion": "1.0",
        "type": "ecs:ActionTrail:ApiCall",
        "aliyunaccountid": "1234567890123456",
        "data": recorded,
        **changes,
    }


def other_event(number: int) -> dict[str, Any]:
    """A call that no rule looks at."""
    return event(number, eventName="DescribeInstances", eventRW="Read", errorCode="")


def _contents(text: bytes | str | dict[str, Any] | None) -> Sequence[tuple[str, bytes]]:
    if text is None:
        return (("message", b"hello"),)
    if isinstance(text, dict):
        text = json.dumps(text)
    return (("event", text.encode() if isinstance(text, str) else text),)
