"""What the functions are called with when they are measured: the first call, and those that follow it."""

from __future__ import annotations

import gzip
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.box import Plans
from eniguard.remediation.keys import seal_of
from eniguard.remediation.seal import Seal
from eniguard.settings.guardfile import parse_policy
from fakealiyun.oss.models import StoredObject
from tests.functional.cloud.conftest import Live
from tests.functional.remediation.plans import ALICE, plan
from tests.functional.remediation.scene import GUARD, Scene
from tests.perf.deployed import Around
from tests.perf.large_account import Size, busy_day, filled, set_back
from tests.perf.rows import written

REGION = "cn-hangzhou"
URL = "https://approve.example.com/"
#: Secrets of the functions, by the variables that guard.yml names.
SECRETS = {name: name[0] * 32 for name in ("SEAL_KEY", "CLIENT_SECRET", "LINK_KEY", "SESSION_KEY")}
#: Plans of one rule that are carried out within an hour (`PerHour`).
MOST_PLANS = 5
_SMALL = Size(enis=500, groups=100, vswitches=20)
#: Seconds by which a scene begins earlier: setting it lets the clock run.
_EARLIER = 600

#: Sets the scene for a number of events, and gives what to call the function with.
Delivery = Callable[[Around, int], list[bytes]]


def single_events(there: Around, events: int) -> list[bytes]:
    """Events one by one, each of them concerned."""
    recorded = _day(there, events * 5)
    found = [event for event in recorded if event["eventRW"] == "Write"]
    return list(there.cloud.trail.payloads(found[:events], "eventbridge"))


def rows(there: Around, events: int) -> list[bytes]:
    """A range of a logstore."""
    texts = [json.dumps(event).encode() for event in _day(there, events)]
    return [json.dumps({"source": written(there.cloud, texts)}).encode()]


def one_object(there: Around, events: int) -> list[bytes]:
    """An object of the trail."""
    data = gzip.compress(json.dumps(_day(there, events)).encode(), mtime=0)
    found = StoredObject("AliyunLogs/Actiontrail/events.gz", data, there.cloud.clock.now())
    there.cloud.call("oss:PutBucket", there.cloud.account(), bucket="trail")
    there.cloud.region().oss.buckets["trail"].objects[found.key] = found
    told = {"key": found.key, "size": len(data), "eTag": found.etag}
    event = {
        "eventName": "ObjectCreated:PutObject",
        "eventSource": "acs:oss",
        "oss": {"bucket": {"name": "trail"}, "object": told},
        "region": REGION,
    }
    return [json.dumps({"events": [event]}).encode()]


def _day(there: Around, events: int) -> list[dict[str, Any]]:
    busy_day(there.cloud, filled(there.cloud, REGION, _SMALL), events)
    return list(there.cloud.trail.events)


def approved_plans(there: Around, plans: int) -> list[bytes]:
    """Plans that were approved: each takes a rule for SSH from the world out of a group of its own."""
    set_back(there.cloud, _EARLIER)
    live = Live(there.cloud, there.server)
    seal = seal_of(parse_policy(GUARD).remediation, lambda _: SECRETS["SEAL_KEY"])
    with tempfile.TemporaryDirectory() as folder:
        scene = _Opened(live, Path(folder), there)
        found = [_approved(scene, seal) for _ in range(min(plans, MOST_PLANS))]
        scene.store.close()
    set_back(there.cloud)
    return [json.dumps({"plan": plan_id}).encode() for plan_id in found]


class _Opened(Scene):
    """The scene of remediation with its state where the function has it."""

    def __init__(self, live: Live, folder: Path, there: Around) -> None:
        self._there = there
        super().__init__(live, folder, "mode: approve")

    def opened(self) -> Any:
        return self._there.opened(self.live.now)


def _approved(scene: Scene, seal: Seal) -> str:
    scene.group = scene.make_group()
    scene.opens_ssh()
    (record,) = scene.proposed("EXP001")
    verdict = seal.verdict(record.plan, ALICE, approved=True, at=scene.live.now())
    Plans(scene.store, seal, clock=scene.live.now).decide(record.plan.id, verdict)
    return record.plan.id


def pages(there: Around, views: int) -> list[bytes]:
    """Requests of browsers for the page of one plan."""
    shown = replace(plan(at=time.time()), account=there.cloud.account_id)
    store = there.opened(time.time)
    Plans(store).propose(shown)
    store.close()
    token = Links(URL, Tokens(SECRETS["LINK_KEY"], name="link_keys")).token(shown)
    return [_request(token, number) for number in range(views)]


def _request(token: str, number: int) -> bytes:
    http = {"method": "GET", "path": "/", "sourceIp": f"203.0.113.{number % 250}"}
    return json.dumps(
        {
            "version": "v1",
            "rawPath": "/",
            "headers": {"Accept-Language": "en"},
            "queryParameters": {"plan": token},
            "requestContext": {"http": http},
        }
    ).encode()
