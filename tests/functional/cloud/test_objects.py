"""Objects streamed out of a fake bucket over HTTP: whole, checked, in flat memory, and past cuts."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from typing import Any

import pytest

from eniguard.cloud.data_reads import DataReads
from eniguard.cloud.objects import ObjectReader, ObjectRef, objects_of
from eniguard.cloud.retries import Retries
from eniguard.errors import CloudError, Denied, InputError, NotFound, Throttled, Transport
from fakealiyun.oss.models import StoredObject
from tests.functional.cloud.conftest import REGION, Live, credentials

KEY = "AliyunLogs/Actiontrail/a b ü+.gz"
#: Half a megabyte that does not pack well, so that a cut falls into it.
DATA = json.dumps([f"{random.Random(1).getrandbits(4096):x}" for _ in range(500)]).encode()


class Scene:
    """A bucket, and a reader of it."""

    def __init__(self, live: Live) -> None:
        self.live = live
        live.cloud.call("oss:PutBucket", live.cloud.account(), bucket="evidence")

    def put(self, data: bytes) -> ObjectRef:
        found = StoredObject(KEY, data, self.live.cloud.clock.now())
        self.live.cloud.region().oss.buckets["evidence"].objects[KEY] = found
        return ObjectRef(REGION, "evidence", KEY, found.etag, len(data))

    def reader(self, **options: Any) -> ObjectReader:
        keys = self.live.cloud.role("reader")
        given = {"clock": self.live.now, "sleep": self.live.sleep, "random": lambda: 1.0, **options}
        return ObjectReader(DataReads(lambda: credentials(keys), **given), address=self.live.server.address)

    def read(self, ref: ObjectRef, **options: Any) -> bytes:
        return b"".join(self.reader(**options).chunks(ref))


@pytest.fixture
def scene(live: Live) -> Scene:
    return Scene(live)


@pytest.mark.parametrize(
    "stored",
    [DATA, gzip.compress(DATA), gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:])],
    ids=["plain", "gzip", "members"],
)
def test_object_comes_whole_and_unpacked(scene: Scene, stored: bytes) -> None:
    assert scene.read(scene.put(stored)) == DATA


def test_object_without_bytes_is_no_bytes(scene: Scene) -> None:
    assert scene.read(scene.put(b"")) == b""


def test_chunks_are_small_even_when_little_unpacks_to_much(scene: Scene) -> None:
    ref = scene.put(gzip.compress(b"\0" * 10_000_000))

    chunks = list(scene.reader().chunks(ref))

    assert sum(map(len, chunks)) == 10_000_000
    assert max(map(len, chunks)) <= 1 << 16


def test_object_that_unpacks_to_too_much_is_left(scene: Scene) -> None:
    ref = scene.put(gzip.compress(b"\0" * 10_000_000))

    with pytest.raises(InputError, match="more than 1000000 bytes"):
        list(scene.reader().chunks(ref, most=1_000_000))


@pytest.mark.parametrize("cuts", [1, 3, 10])
def test_connection_that_is_cut_is_taken_up_where_it_ended(scene: Scene, cuts: int) -> None:
    ref = scene.put(gzip.compress(DATA))
    scene.live.cloud.fail("oss:GetObject", kind="truncated", times=cuts)

    assert scene.read(ref) == DATA
    assert scene.live.waits == [0.2] * cuts


@pytest.mark.parametrize(
    "fault",
    [
        {"code": "ServiceUnavailable", "status": 503},
        {"code": "DownloadTrafficRateLimitExceeded", "status": 503},
        {"code": "InternalError", "status": 500},
        {"kind": "reset"},
    ],
)
def test_fault_that_passes_is_waited_for(scene: Scene, fault: dict[str, Any]) -> None:
    ref = scene.put(DATA)
    scene.live.cloud.fail("oss:GetObject", times=2, **fault)

    assert scene.read(ref) == DATA
    assert scene.live.waits == [0.2, 0.4]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"code": "AccessDenied", "status": 403}, Denied),
        ({"code": "QpsLimitExceeded", "status": 503}, Throttled),
        ({"code": "NoSuchBucket", "status": 404}, NotFound),
        ({"code": "InternalError", "status": 500}, CloudError),
        ({"kind": "reset"}, Transport),
    ],
)
def test_fault_that_stays_is_an_error_of_the_tree(
    scene: Scene, fault: dict[str, Any], kind: type[CloudError]
) -> None:
    ref = scene.put(DATA)
    scene.live.cloud.fail("oss:GetObject", times=None, **fault)

    with pytest.raises(kind) as refused:
        scene.read(ref, retries=Retries(attempts=2))

    assert type(refused.value) is kind
    assert (refused.value.product, refused.value.action) == ("oss", "GetObject")
    assert refused.value.code == fault.get("code")


def test_object_that_is_cut_each_time_without_a_byte_is_given_up(scene: Scene) -> None:
    ref = scene.put(b"x")  # half of one byte is none
    scene.live.cloud.fail("oss:GetObject", kind="truncated", times=None)

    with pytest.raises(Transport, match="cut at 0 bytes"):
        scene.read(ref)


def test_object_that_was_replaced_is_not_mixed_with_the_other(scene: Scene) -> None:
    ref = scene.put(DATA)
    chunks = scene.reader().raw(ref)
    scene.live.cloud.fail("oss:GetObject", kind="truncated")
    next(chunks)
    scene.put(DATA[::-1])

    with pytest.raises(CloudError, match="replaced") as refused:
        list(chunks)

    assert refused.value.code == "PreconditionFailed"


def test_object_of_another_size_than_told_is_refused_at_the_end(scene: Scene) -> None:
    ref = scene.put(DATA)
    told = ObjectRef(ref.region, ref.bucket, ref.key, ref.etag, len(DATA) + 1)

    with pytest.raises(Transport, match="not what was stored"):
        scene.read(told)


def test_object_is_read_without_knowing_its_tag_or_size(scene: Scene) -> None:
    scene.put(DATA)
    scene.live.cloud.fail("oss:GetObject", kind="truncated", times=2)

    assert scene.read(ObjectRef(REGION, "evidence", KEY)) == DATA


@pytest.mark.parametrize("stored", [gzip.compress(DATA)[:-20], gzip.compress(DATA)[:-4] + b"none"])
def test_broken_gzip_is_an_input_error(scene: Scene, stored: bytes) -> None:
    with pytest.raises(InputError, match="no whole gzip file"):
        scene.read(scene.put(stored))


def test_nothing_is_begun_when_the_deadline_is_near(scene: Scene) -> None:
    ref = scene.put(DATA)

    with pytest.raises(Transport, match="deadline"):
        scene.read(ref, deadline=lambda: scene.live.now() + 0.1)


def test_reading_ends_at_the_deadline(scene: Scene) -> None:
    ref = scene.put(DATA)
    until = scene.live.now() + 60
    chunks = scene.reader(deadline=lambda: until).raw(ref)

    next(chunks)
    scene.live.cloud.clock.advance(120)

    with pytest.raises(Transport, match="deadline"):
        list(chunks)


_CHILD = """
import json, resource, sys
from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_reads import DataReads
from eniguard.cloud.objects import ObjectReader, ObjectRef

address, key_id, secret, key, etag, now = sys.argv[1:]
signer = Credentials(key_id, secret)
reads = DataReads(lambda: signer, clock=lambda: float(now))
reader = ObjectReader(reads, address=address)
list(reader.chunks(ObjectRef("cn-hangzhou", "evidence", "small")))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(len(chunk) for chunk in reader.chunks(ObjectRef("cn-hangzhou", "evidence", key, etag)))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([count, after - before]))
"""


def test_object_of_50_mb_is_read_in_flat_memory(scene: Scene) -> None:
    line = random.Random(1).randbytes(1 << 16)
    stored = gzip.compress(b"".join(line[n % 1000 :] + line[: n % 1000] for n in range(1200)), 1)
    assert len(stored) > 50_000_000
    ref = scene.put(stored)
    cloud, keys = scene.live.cloud, scene.live.cloud.account()
    cloud.call("oss:PutObject", keys, bucket="evidence", key="small", payload=b"[]")

    ran = subprocess.run(
        [
            *(sys.executable, "-c", _CHILD, scene.live.server.address, keys.access_key_id),
            *(keys.access_key_secret, ref.key, str(ref.etag), str(scene.live.now())),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    count, kilobytes = json.loads(ran.stdout)
    assert count == 1200 << 16
    assert kilobytes < 8_000


# -- the call of the trigger -------------------------------------------------------------------------------


def call(**changed: Any) -> bytes:
    told = {"key": KEY, "eTag": "688A7BF4F233DC9C88A80BF985AB7329", "size": 122539, "deltaSize": 122539}
    event = {
        "eventName": "ObjectCreated:PutObject",
        "region": "cn-shanghai",
        "oss": {"bucket": {"name": "evidence"}, "object": told},
        **changed,
    }
    return json.dumps({"events": [event, event]}).encode()


def test_objects_are_read_from_the_call_of_an_oss_trigger() -> None:
    expected = ObjectRef("cn-shanghai", "evidence", KEY, "688A7BF4F233DC9C88A80BF985AB7329", 122539)

    assert objects_of(call()) == [expected, expected]
    assert expected.name == f"oss://evidence/{KEY}"


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[]",
        b"{}",
        call(region="example.com/"),
        call(oss={}),
        call(oss={"bucket": {"name": "a.example.com/"}, "object": {"key": KEY}}),
        call(oss={"bucket": {"name": "evidence"}, "object": {"key": ""}}),
    ],
)
def test_any_other_call_is_an_input_error(event: bytes) -> None:
    with pytest.raises(InputError):
        objects_of(event)
