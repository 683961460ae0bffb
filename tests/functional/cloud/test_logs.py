"""Rows pulled by cursor out of a fake logstore over HTTP: whole, in order, bounded, and past faults."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_reads import DataReads
from eniguard.cloud.logs import LogPuller, LogRange, LogRow
from eniguard.cloud.retries import Retries
from eniguard.errors import CloudError, Denied, InputError, NotFound, Throttled, Transport
from fakealiyun.log.groups import Log, LogGroup
from fakealiyun.log.models import Logstore
from tests.functional.cloud.conftest import Live, credentials

HOST = "cn-hangzhou-intranet.log.aliyuncs.com"
PLACE = LogRange(HOST, "audit-logs", "rows", 0, "", "")


class Scene:
    """A logstore with one shard, and a puller of it."""

    def __init__(self, live: Live) -> None:
        self.live = live
        root = live.cloud.account()
        live.cloud.call("log:CreateProject", root, projectName="audit-logs")
        live.cloud.call("log:CreateLogStore", root, project="audit-logs", logstoreName="rows")

    @property
    def logstore(self) -> Logstore:
        return self.live.cloud.region().log.projects["audit-logs"]["rows"]

    def write(self, *groups: int) -> None:
        """Log groups of so many rows each; the rows are numbered."""
        number = sum(len(one.group.logs) for one in self.logstore.shards[0].written)
        for size in groups:
            logs = tuple(Log(n, (("event", f"row {n} ü".encode()),)) for n in range(number, number + size))
            self.logstore.write(LogGroup(logs, "topic", "source"), self.live.cloud.clock.now())
            number += size

    def puller(self, provider: Any = None, **options: Any) -> LogPuller:
        keys = self.live.cloud.role("reader")
        given = {"clock": self.live.now, "sleep": self.live.sleep, "random": lambda: 1.0, **options}
        reads = DataReads(provider or (lambda: credentials(keys)), **given)
        return LogPuller(reads, address=self.live.server.address)

    def whole(self, puller: LogPuller) -> LogRange:
        begin, end = puller.cursor(PLACE, "begin"), puller.cursor(PLACE, "end")
        return msgspec.structs.replace(PLACE, begin=begin, end=end)

    def rows(self, puller: LogPuller | None = None, **options: Any) -> list[LogRow]:
        used = puller or self.puller()
        return list(used.rows(self.whole(used), **options))


@pytest.fixture
def scene(live: Live) -> Scene:
    return Scene(live)


@pytest.mark.parametrize("groups", [1, 2, 1000])
def test_rows_come_whole_and_in_order_however_many_groups_are_pulled_at_once(
    scene: Scene, groups: int
) -> None:
    scene.write(3, 1, 4, 1)

    found = scene.rows(groups=groups)

    assert [row.fields["event"].decode() for row in found] == [f"row {n} ü" for n in range(9)]
    assert [(row.topic, row.source, row.time) for row in found] == [("topic", "source", n) for n in range(9)]


def test_rows_have_the_same_number_in_their_range_each_time(scene: Scene) -> None:
    scene.write(3, 1, 4, 1)

    by_one, at_once = scene.rows(groups=1), scene.rows(groups=1000)

    assert [row.offset for row in by_one] == [row.offset for row in at_once] == list(range(9))
    assert len({row.cursor for row in by_one}) == 4


def test_rows_behind_the_end_cursor_stay(scene: Scene) -> None:
    puller = scene.puller()
    scene.write(2)
    place = scene.whole(puller)
    scene.write(3)

    assert [row.time for row in puller.rows(place)] == [0, 1]


def test_cursor_is_found_by_time(scene: Scene) -> None:
    puller = scene.puller()
    scene.write(2)
    scene.live.cloud.clock.advance(60)
    scene.write(1)

    late = msgspec.structs.replace(scene.whole(puller), begin=puller.cursor(PLACE, scene.live.now()))

    assert [row.time for row in puller.rows(late)] == [2]


def test_no_more_is_held_than_one_answer(scene: Scene) -> None:
    scene.write(*[1] * 20)
    pulls = scene.puller()
    rows = pulls.rows(scene.whole(pulls), groups=5)

    next(rows)
    scene.live.cloud.fail("log:PullLogs", code="Unauthorized", status=401, times=None)

    assert [next(rows).offset for _ in range(4)] == [1, 2, 3, 4]
    with pytest.raises(Denied):
        next(rows)


@pytest.mark.parametrize(
    "fault",
    [
        {"code": "ReadQuotaExceed", "status": 403},
        {"code": "ShardReadQuotaExceed", "status": 403},
        {"code": "ServerBusy", "status": 503},
        {"code": "InternalServerError", "status": 500},
        {"kind": "truncated"},
        {"kind": "reset"},
    ],
)
def test_fault_that_passes_loses_and_repeats_nothing(scene: Scene, fault: dict[str, Any]) -> None:
    scene.write(2, 2)
    puller = scene.puller()
    place = scene.whole(puller)
    scene.live.cloud.fail("log:PullLogs", times=2, **fault)

    assert [row.time for row in puller.rows(place, groups=1)] == [0, 1, 2, 3]
    assert scene.live.waits == [0.2, 0.4]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"code": "ReadQuotaExceed", "status": 403}, Throttled),
        ({"code": "Unauthorized", "status": 401}, Denied),
        ({"code": "ProjectForbidden", "status": 403}, Denied),
        ({"code": "LogStoreNotExist", "status": 404}, NotFound),
        ({"code": "InternalServerError", "status": 500}, CloudError),
        ({"kind": "truncated"}, Transport),
        ({"kind": "reset"}, Transport),
    ],
)
def test_fault_that_stays_is_an_error_of_the_tree(
    scene: Scene, fault: dict[str, Any], kind: type[CloudError]
) -> None:
    scene.write(1)
    puller = scene.puller(retries=Retries(attempts=2))
    place = scene.whole(puller)
    scene.live.cloud.fail("log:PullLogs", times=None, **fault)

    with pytest.raises(kind) as refused:
        list(puller.rows(place))

    assert type(refused.value) is kind
    assert (refused.value.product, refused.value.action) == ("log", "PullLogs")
    assert refused.value.code == fault.get("code")


def test_shard_whose_rows_are_gone_is_not_taken_for_read(scene: Scene) -> None:
    puller = scene.puller()
    scene.write(1)
    place = scene.whole(puller)
    shard = scene.logstore.shards[0]
    beyond = msgspec.structs.replace(place, begin=place.end, end=shard.cursor(5))

    with pytest.raises(CloudError, match="InvalidCursor"):
        list(puller.rows(beyond))


def test_nothing_is_begun_when_the_deadline_is_near(scene: Scene) -> None:
    scene.write(1)
    until = [scene.live.now() + 60]
    puller = scene.puller(deadline=lambda: until[0])
    place = scene.whole(puller)
    until[0] = scene.live.now() + 0.1

    with pytest.raises(Transport, match="deadline"):
        list(puller.rows(place))


def test_token_that_expires_is_renewed_once(scene: Scene) -> None:
    scene.write(1)
    cloud = scene.live.cloud
    root = cloud.account()
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"RAM": ["acs:ram::1234567890123456:root"]},
    }
    cloud.call(
        "ram:CreateRole",
        root,
        RoleName="short",
        AssumeRolePolicyDocument=json.dumps({"Version": "1", "Statement": [trust]}),
    )
    allowed = {"Effect": "Allow", "Action": "log:*", "Resource": "*"}
    document = json.dumps({"Version": "1", "Statement": [allowed]})
    cloud.call("ram:CreatePolicy", root, PolicyName="logs", PolicyDocument=document)
    cloud.call("ram:AttachPolicyToRole", root, RoleName="short", PolicyName="logs", PolicyType="Custom")
    alice = cloud.account("alice")
    provider = Renewing(cloud, alice)
    puller = scene.puller(provider)
    place = scene.whole(puller)
    cloud.clock.advance(4000)

    assert [row.time for row in puller.rows(place)] == [0]
    assert provider.renewed == 1


class Renewing:
    """Credentials of a session of an hour, kept until they are refused."""

    def __init__(self, cloud: Any, keys: Any) -> None:
        self._cloud, self._keys = cloud, keys
        self.renewed = 0
        self._held = self._new()

    def __call__(self) -> Credentials:
        return self._held

    def renew(self, refused: Credentials) -> None:
        self.renewed += 1
        self._held = self._new()

    def _new(self) -> Credentials:
        answer = self._cloud.call(
            "sts:AssumeRole",
            self._keys,
            RoleArn="acs:ram::1234567890123456:role/short",
            RoleSessionName="guard",
            DurationSeconds=3600,
        )["Credentials"]
        return Credentials(answer["AccessKeyId"], answer["AccessKeySecret"], answer["SecurityToken"])


def test_errors_hold_no_secret(scene: Scene) -> None:
    scene.write(1)
    keys = scene.live.cloud.role("reader")
    held = credentials(keys)
    puller = scene.puller(lambda: held)
    place = scene.whole(puller)
    scene.live.cloud.fail(
        "log:PullLogs", code="Unauthorized", status=401, message=f"{keys.token} {keys.access_key_secret}"
    )

    with pytest.raises(Denied) as refused:
        list(puller.rows(place))

    assert str(keys.token) not in str(refused.value)
    assert keys.access_key_secret not in str(refused.value)


# -- the call of the trigger -------------------------------------------------------------------------------


def call(**changed: Any) -> bytes:
    source = {
        "endpoint": f"http://{HOST}",
        "projectName": "audit-logs",
        "logstoreName": "actiontrail_guard",
        "shardId": 1,
        "beginCursor": "MTUyOTQ4MDIwOTY1NTk3ODQ2Mw==",
        "endCursor": "MTUyOTQ4MDIwOTY1NTk3ODQ2NA==",
    }
    return json.dumps({"parameter": {}, "source": {**source, **changed}, "cursorTime": 1529486425}).encode()


def test_range_is_read_from_the_call_of_a_log_trigger() -> None:
    found = LogRange.of(call())

    assert (found.host, found.region, found.project, found.logstore, found.shard) == (
        HOST,
        "cn-hangzhou",
        "audit-logs",
        "actiontrail_guard",
        1,
    )
    assert (found.begin, found.end) == ("MTUyOTQ4MDIwOTY1NTk3ODQ2Mw==", "MTUyOTQ4MDIwOTY1NTk3ODQ2NA==")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://log.example.com",
        "http://cn-hangzhou.log.aliyuncs.com.example.com",
        "http://cn-hangzhou.log.aliyuncs.com@example.com",
        "http://example.com/cn-hangzhou.log.aliyuncs.com",
        "",
    ],
)
def test_keys_are_sent_nowhere_but_to_the_log_service(endpoint: str) -> None:
    with pytest.raises(InputError, match="log service"):
        LogRange.of(call(endpoint=endpoint))


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        call(projectName="a/b"),
        call(logstoreName="../x"),
        call(shardId="one"),
        call(beginCursor=None),
    ],
)
def test_any_other_call_is_an_input_error(event: bytes) -> None:
    with pytest.raises(InputError):
        LogRange.of(event)
