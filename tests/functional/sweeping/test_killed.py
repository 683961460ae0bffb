"""A sweep that is killed at each write of the store in turn: nothing is lost, and repeats say so."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eniguard.delivery.sweep import SweepDelivery
from eniguard.intake import GIVEN_UP, GivenUp
from eniguard.model.kinds import ENI
from eniguard.own_calls import Ledger
from eniguard.sources.managed_listings import ManagedListings
from eniguard.state import Store, open_store
from eniguard.sweeping import Checkpoints, Place
from fakealiyun import ApiError, Cloud
from fakealiyun.server import served
from tests.functional.sweeping.stage import GUARD_YML, REGION, TIMER, Line, Stage
from tests.real.scene import Scene, scene

_WRITES = ("create", "replace", "delete", "observe", "schedule", "unschedule")
WIDE = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}'
TIMEOUT = 600.0


class Killed(BaseException):
    """The process ends here."""


class DyingStore:
    """A store at whose write with a number the process ends, before or after it; nothing is written then."""

    def __init__(self, store: Store, number: int, *, after: bool) -> None:
        self._store = store
        self._left = number
        self._after = after
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in _WRITES:
            return method

        def write(*args: Any, **named: Any) -> Any:
            self._left -= 1
            if self.dead or (self._left == 0 and not self._after):
                self.dead = True
                raise Killed
            found = method(*args, **named)
            if self._left == 0:
                self.dead = True
                raise Killed
            return found

        return write


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    cloud = Cloud(REGION, check_signatures=True)
    cloud.call("ram:CreatePolicy", cloud.account(), PolicyName="wide", PolicyDocument=WIDE)
    with served(cloud) as found:
        yield found


def prepared(server: Any, folder: Path) -> tuple[Stage, Scene]:
    """A region with an event to look up, a state that rules report, and one event that was given up."""
    server.cloud.reset()
    stage = Stage(server, folder, GUARD_YML + "rules: {SLR010: {enabled: true}}\n")
    there = scene(stage.cloud)
    stage.sleep(1800)
    with pytest.raises(ApiError):
        stage.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=there.managed)
    stage.sleep(1800)  # longer ago than the next window would look back
    one = GivenUp("event-1", "ecs:DeleteNetworkInterface", ("ENI003",))
    store = stage.store()
    store.schedule(GIVEN_UP, "1234567890123456/event-1", stage.now() - 7200, msgspec.json.encode(one))
    store.close()
    return stage, there


def killed_sweep(stage: Stage, number: int, *, after: bool) -> tuple[bool, list[Line]]:
    """A sweep that is killed at a write; whether it was, and what it had told by then."""
    stream = io.StringIO()
    delivery = SweepDelivery(stage.environment, clock=stage.now, stream=stream, sleep=stage.sleep)
    file = open_store(stage.url, clock=stage.now)
    store = DyingStore(file, number, after=after)
    delivery._runtime.__dict__["store"] = store
    try:
        delivery.handle(TIMER, stage.context())
    except Killed:
        pass
    finally:
        file.close()
    return store.dead, [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_sweep_survives_a_kill_at_each_write_of_the_store(server: Any, tmp_path: Path, after: bool) -> None:
    number, died = 0, True
    while died:
        number += 1
        assert number < 200, "the sweep writes more and more"
        folder = tmp_path / str(number)
        folder.mkdir()
        stage, there = prepared(server, folder)
        died, lines = killed_sweep(stage, number, after=after)
        for _ in range(3):
            stage.sleep(TIMEOUT + 300)
            stage.sweep()
            lines += stage.lines
        check(stage, there, lines, number)
    assert number > 25, "a sweep has many writes"


def check(stage: Stage, there: Scene, lines: list[Line], number: int) -> None:
    """Nothing is lost; what is told twice says that it is a repeat."""
    findings = [line for line in lines if line["kind"] == "finding"]
    assert {line["rule"] for line in findings} - {"SELF011"} == {"ENI001", "SLR010", "SELF010"}, number
    told: set[str] = set()
    for line in findings:
        assert line["finding_id"] not in told or line.get("repeat"), (line["rule"], number)
        told.add(line["finding_id"])
    store = stage.store()
    assert store.due(GIVEN_UP, stage.now() + 1e7) == []
    held = Checkpoints(store).read(Place(stage.cloud.account_id, REGION))
    assert held is not None
    assert held.checkpoint.end is None
    listed = ManagedListings(store, clock=stage.now).read(stage.cloud.account_id, REGION, ENI)
    assert listed is not None
    assert (listed.complete, list(listed.resources)) == (True, [there.managed])
    # A canary whose request id was not written down before the end looks like somebody else's call.
    ledger = Ledger(store)
    misused = [line for line in findings if line["rule"] == "SELF011"]
    for line in misused:
        assert line["evidence"][0]["value"] not in ledger
    assert len({line["event_id"] for line in misused}) <= 1
    store.close()
