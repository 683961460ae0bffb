"""``eniguard dlq redrive`` with a cloud: facts are looked up, events are read again where they came from."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from eniguard.dead_letters import (
    DeadLetter,
    DeadLetters,
    EventBridgeOrigin,
    LookupOrigin,
    Origin,
    OssOrigin,
    SlsOrigin,
    letter_of_call,
    letter_of_input,
)
from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.kept import MOST_BYTES
from eniguard.intake.pending import UNDECIDED
from eniguard.pipeline import Decided, Pipeline
from eniguard.state import Store, open_store
from fakealiyun import Cloud
from fakealiyun.errors import ApiError
from fakealiyun.log.groups import Log, LogGroup
from fakealiyun.server import FakeServer
from tests.functional.cli.recorded import event as recorded
from tests.functional.cli.recorded import run, succeeded, write
from tests.unit.dead_letters.letters import AT, failed
from tests.unit.events.recorded import read

PROJECT, LOGSTORE, BUCKET = "example-logs", "actiontrail_example", "example-evidence"
KEY = "AliyunLogs/Actiontrail/cn-hangzhou/2026/03/01/one.gz"


@dataclass
class Scene:
    """A laptop with a sqlite file, a guard.yml and keys of the fake cloud."""

    cloud: Cloud
    store: Store
    folder: Path

    @property
    def box(self) -> DeadLetters:
        return DeadLetters(self.store)

    def put(self, *letters: DeadLetter) -> None:
        for letter in letters:
            self.box.put(letter)

    def lose(self, origin: Origin, raw: bytes | None = None, **changes: Any) -> DeadLetter:
        """Put the letter of an event that an earlier version could not read."""
        options: dict[str, Any] = {"way": "sls", "function": "trail_log", "at": AT, "raw": raw, **changes}
        letter = letter_of_input(InputError("not read"), origin, **options)
        self.put(letter)
        return letter

    def redrive(self, *arguments: str) -> Result:
        policy = self.folder / "guard.yml"
        return run("dlq", "redrive", "--all", "--format", "ndjson", *arguments, "--policy", policy)

    def findings(self, *arguments: str) -> list[tuple[str, str]]:
        """The rule and event id of each finding of a redrive."""
        found = [json.loads(line) for line in self.redrive(*arguments).stdout.splitlines()]
        return [(one["rule"], one["event_id"]) for one in found]

    def row(self, *events: bytes) -> str:
        """Write a group of rows; the cursor to begin at."""
        logstore = self.cloud.region().log.projects[PROJECT][LOGSTORE]
        shard = logstore.shards[0]
        cursor = shard.end
        rows = tuple(Log(int(AT), (("event", one),)) for one in events)
        logstore.write(
            LogGroup(rows, "actiontrail_audit_event", "actiontrail_internal"), self.cloud.clock.now()
        )
        return cursor

    def object(self, content: bytes) -> str:
        """Put the object; its entity tag."""
        self.cloud.call("oss:PutObject", self.cloud.account(), bucket=BUCKET, key=KEY, payload=content)
        return self.cloud.region().oss.buckets[BUCKET].objects[KEY].etag


@pytest.fixture
def scene(aliyun_server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    cloud, url = aliyun_server.cloud, f"sqlite:///{tmp_path / 'state.db'}"
    root = cloud.account()
    cloud.call("log:CreateProject", root, projectName=PROJECT)
    cloud.call("log:CreateLogStore", root, project=PROJECT, logstoreName=LOGSTORE)
    cloud.call("oss:PutBucket", root, bucket=BUCKET)
    write(tmp_path / "guard.yml", f"regions: [cn-hangzhou]\nstate: {{url: '{url}'}}".encode())
    monkeypatch.setenv("ENIGUARD_ENDPOINTS", f"*={aliyun_server.address}")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", root.access_key_id)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", root.access_key_secret)
    store = open_store(url)
    yield Scene(cloud, store, tmp_path)
    store.close()


def encoded(number: int) -> bytes:
    return json.dumps(recorded(number=number)).encode()


def id_of(number: int) -> str:
    return str(recorded(number=number)["eventId"])


def test_row_is_read_again_and_decided(scene: Scene) -> None:
    cursor = scene.row(encoded(1), encoded(2), encoded(3))
    scene.lose(SlsOrigin(PROJECT, LOGSTORE, 0, cursor, 1), encoded(2))

    assert scene.findings() == [("ENI001", id_of(2))]
    assert scene.box.page().found == ()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((LOGSTORE, 0), "no longer there"),  # another row
        ((LOGSTORE, 7), "no longer there"),  # beyond the last one
        (("deleted", 1), "no longer there"),
    ],
)
def test_row_that_is_no_longer_there_leaves_its_letter(
    scene: Scene, place: tuple[str, int], said: str
) -> None:
    cursor = scene.row(encoded(1), encoded(2))
    scene.lose(SlsOrigin(PROJECT, place[0], 0, cursor, place[1]), encoded(2))

    result = scene.redrive()

    assert (result.exit_code, result.stdout) == (4, "")
    assert said in result.stderr
    assert len(scene.box.page().found) == 1


@pytest.mark.parametrize("packed", [gzip.compress, bytes])
@pytest.mark.parametrize("form", [b"[%b,%b]", b"%b\n%b\n"], ids=["array", "lines"])
def test_event_of_an_object_is_read_again(scene: Scene, form: bytes, packed: Any) -> None:
    etag = scene.object(packed(form % (encoded(1), encoded(2))))
    scene.lose(OssOrigin(BUCKET, KEY, etag, index=1), way="oss")

    assert scene.findings() == [("ENI001", id_of(2))]


def test_object_that_was_replaced_or_deleted_leaves_its_letter(scene: Scene) -> None:
    etag = scene.object(b"[%b]" % encoded(1))
    scene.object(b"[%b]" % encoded(2))
    scene.lose(OssOrigin(BUCKET, KEY, etag, index=0), way="oss")
    scene.lose(OssOrigin(BUCKET, "gone", etag, index=0), way="oss")

    result = scene.redrive()

    assert (result.exit_code, result.stdout) == (4, "")
    assert "replaced since" in result.stderr
    assert "no longer there: oss://example-evidence/gone" in result.stderr
    assert len(scene.box.page().found) == 2


def managed_eni(cloud: Cloud) -> str:
    """A managed ENI."""
    root = cloud.account()
    vpc = cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.clock.advance(60)
    place = {"VpcId": vpc, "ZoneId": "cn-hangzhou-h", "CidrBlock": "10.0.1.0/24"}
    vswitch = cloud.call("vpc:CreateVSwitch", root, **place)["VSwitchId"]
    cloud.clock.advance(60)
    group = cloud.call("ecs:CreateSecurityGroup", root, VpcId=vpc)["SecurityGroupId"]
    gateway = cloud.service("connectuservpc.apigateway.aliyuncs.com")
    made = cloud.call("ecs:CreateNetworkInterface", gateway, VSwitchId=vswitch, SecurityGroupId=group)
    return str(made["NetworkInterfaceId"])


def refused_delete(cloud: Cloud) -> dict[str, Any]:
    """The event of a refused delete an hour ago, which LookupEvents has by now."""
    cloud.clock.set(datetime.now(timezone.utc) - timedelta(hours=2))
    eni = managed_eni(cloud)
    with pytest.raises(ApiError):
        cloud.call("ecs:DeleteNetworkInterface", cloud.account("alice"), NetworkInterfaceId=eni)
    cloud.clock.advance(3600)
    return dict(cloud.trail.events[-1])


def test_event_is_looked_up_by_its_id(scene: Scene) -> None:
    event = refused_delete(scene.cloud)
    scene.lose(LookupOrigin("cn-hangzhou", event["eventId"], scene.cloud.account_id), way="lookup")

    assert ("ENI001", event["eventId"]) in scene.findings()


def test_event_that_lookups_do_not_have_leaves_its_letter(scene: Scene) -> None:
    scene.lose(LookupOrigin("cn-hangzhou", "no-such-event"), way="lookup")
    scene.lose(LookupOrigin("cn-hangzhou", "no-such-event", "6543210987654321"), way="lookup")

    told = scene.redrive().stderr

    assert "no longer there: LookupEvents of cn-hangzhou" in told
    assert "account 6543210987654321 cannot be asked for the event: name its role" in told
    assert len(scene.box.page().found) == 2


def test_event_that_was_kept_in_part_is_looked_up_where_nothing_else_has_it(scene: Scene) -> None:
    event = refused_delete(scene.cloud)
    (concerned,) = read({**event, "userAgent": "x" * MOST_BYTES}).concerned
    origin = EventBridgeOrigin("45ef4dew-0001")
    letter = letter_of_call(
        concerned.call, KeyError(), origin, way="eventbridge", function="trail_event", at=AT
    )
    assert letter.event is not None
    assert letter.event.cut
    scene.put(letter)

    assert ("ENI001", event["eventId"]) in scene.findings()


def test_facts_are_looked_up_unless_told_not_to(scene: Scene) -> None:
    eni = managed_eni(scene.cloud)
    scene.cloud.call("ecs:DescribeRegions", scene.cloud.account())
    asked = {"RegionId": "cn-hangzhou", "NetworkInterfaceId": eni}
    change = succeeded("ModifyNetworkInterfaceAttribute", requestParameters=asked)
    fields = {name: value for name, value in change.items() if name != "eventId"}
    letter = failed(1, **{**fields, "errorCode": None, "errorMessage": None})

    scene.put(letter)
    offline = scene.findings("--offline")
    waiting = [due.member for due in scene.store.due(UNDECIDED, 1e12)]
    scene.put(letter)
    live = scene.findings()

    assert ("ENI003", "event-1") not in offline
    assert waiting == ["1234567890123456/event-1"]
    assert ("ENI003", "event-1") in live


def test_without_credentials_no_letter_is_touched(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.put(failed(1))
    before = scene.box.page()
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(scene.folder))
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")

    result = scene.redrive()

    assert result.exit_code == 2
    assert "nothing can be looked up" in result.stderr
    assert "--offline decides without look-ups" in result.stderr
    assert scene.box.page() == before


def test_letter_whose_origin_is_denied_stays_with_the_action_that_is_missing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = scene.row(encoded(1))
    scene.lose(SlsOrigin(PROJECT, LOGSTORE, 0, cursor, 0), encoded(1))
    scene.cloud.fail("log:*", code="Unauthorized", status=401, times=None)

    result = scene.redrive()

    assert result.exit_code == 4
    assert "log:GetCursor was answered Unauthorized" in result.stderr


def test_interrupt_leaves_whole_output_and_the_other_letters(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.put(*[failed(number, errorCode="InvalidOperation.EniServiceManaged") for number in (1, 2, 3)])
    decide = Pipeline.decide

    def interrupted(pipeline: Pipeline, call: Call, *, now: float) -> Decided:
        if call.event_id == "event-2":
            raise KeyboardInterrupt
        return decide(pipeline, call, now=now)

    monkeypatch.setattr(Pipeline, "decide", interrupted)

    policy = scene.folder / "guard.yml"
    result = run("dlq", "redrive", "--all", "--offline", "--format", "json", "--policy", policy)

    assert result.exit_code == 130
    assert "stopped after 1 of 3 letters; the others stay as they are" in result.stderr
    assert {one["event_id"] for one in json.loads(result.stdout)} == {"event-1"}
    assert [found.letter.id for found in scene.box.page().found] == [failed(2).id, failed(3).id]
