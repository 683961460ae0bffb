"""What events are recorded from, over HTTP with signatures: several shards, many objects, filters."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from eniguard.cloud.data_reads import DataReads
from eniguard.cloud.logs import LogPuller, LogRange
from eniguard.cloud.lookup_events import EventLookup
from eniguard.cloud.object_listing import ObjectListing
from eniguard.cloud.objects import ObjectReader
from eniguard.errors import CloudError, Denied, NotFound, Transport
from eniguard.recording import LogInput, LookupInput, ObjectInput
from fakealiyun.log.groups import Log, LogGroup
from fakealiyun.oss.models import StoredObject
from tests.functional.cli.recorded import event
from tests.functional.cloud.conftest import REGION, Live, credentials, live

__all__ = ["live"]

PLACE = LogRange("cn-hangzhou.log.aliyuncs.com", "audit", "rows", 0, "", "")


def reads(live: Live) -> DataReads:
    keys = live.cloud.role("reader")
    return DataReads(lambda: credentials(keys), clock=live.now, sleep=live.sleep, random=lambda: 1.0)


def ids(source: Any, now: float) -> list[str]:
    batches = list(source.batches(now))
    assert [error for batch in batches for error in batch.errors] == []
    return [one.call.event_id for batch in batches for one in batch.concerned]


def test_shards_are_read_next_to_each_other_in_the_order_of_arrival(live: Live) -> None:
    root = live.cloud.account()
    live.cloud.call("log:CreateProject", root, projectName="audit")
    live.cloud.call("log:CreateLogStore", root, project="audit", logstoreName="rows", shardCount=3)
    logstore = live.cloud.region().log.projects["audit"]["rows"]
    begun = live.now()
    recorded = [event(number=number) for number in range(1, 41)]
    for number, one in enumerate(recorded):
        row = Log(int(begun) + number, (("event", json.dumps(one).encode()),))
        logstore.write(LogGroup((row,), "actiontrail_audit_event", "source"), live.cloud.clock.now())
        live.cloud.clock.advance(1)

    puller = LogPuller(reads(live), address=live.server.address)
    found = ids(LogInput(puller, PLACE, begun, live.now()), live.now() + 86_400)

    assert len([shard for shard in logstore.shards if shard.written]) == 3
    assert found == [one["eventId"] for one in recorded]


def test_row_that_is_not_utf_8_is_told_and_costs_no_other(live: Live) -> None:
    root = live.cloud.account()
    live.cloud.call("log:CreateProject", root, projectName="audit")
    live.cloud.call("log:CreateLogStore", root, project="audit", logstoreName="rows")
    logs = tuple(Log(1, (("event", one),)) for one in (b"\xff", json.dumps(event()).encode()))
    logstore = live.cloud.region().log.projects["audit"]["rows"]
    logstore.write(LogGroup(logs, "actiontrail_audit_event", "source"), live.cloud.clock.now())

    puller = LogPuller(reads(live), address=live.server.address)
    source = LogInput(puller, PLACE, live.now() - 60, live.now())
    batches = list(source.batches(live.now() + 86_400))

    assert ["not UTF-8" in str(error) for batch in batches for error in batch.errors] == [True]
    assert sum(len(batch.concerned) for batch in batches) == 1


class Bucket:
    """A bucket with objects, each a trail's with one event."""

    def __init__(self, live: Live, count: int) -> None:
        self.live = live
        live.cloud.call("oss:PutBucket", live.cloud.account(), bucket="evidence")
        for number in range(count):
            # Keys that have to be escaped in the listing, and in the address.
            self.put(f"logs/a b ü+&<{number:05d}.gz", event(number=number))

    def put(self, key: str, *events: dict[str, Any]) -> None:
        data = gzip.compress(json.dumps(events).encode())
        objects = self.live.cloud.region().oss.buckets["evidence"].objects
        objects[key] = StoredObject(key, data, self.live.cloud.clock.now())

    def listing(self) -> ObjectListing:
        return ObjectListing(reads(self.live), address=self.live.server.address)

    def source(self, prefix: str) -> ObjectInput:
        reader = ObjectReader(reads(self.live), address=self.live.server.address)
        return ObjectInput(self.listing(), reader, region=REGION, bucket="evidence", prefix=prefix)


def test_all_pages_of_a_listing_are_followed(live: Live) -> None:
    bucket = Bucket(live, 2_005)

    found = [one.key for one in bucket.listing().objects(REGION, "evidence", "logs/")]

    assert found == sorted(live.cloud.region().oss.buckets["evidence"].objects)


def test_objects_below_a_prefix_are_read_in_the_order_of_their_keys(live: Live) -> None:
    bucket = Bucket(live, 5)
    bucket.put("other/x.gz", event(number=99))
    source = bucket.source("logs/")

    found = ids(source, live.now() + 86_400)

    assert found == [event(number=number)["eventId"] for number in range(5)]
    assert "a b ü+&<00004.gz" in source.go_on(None)


def test_whole_key_is_one_object(live: Live) -> None:
    bucket = Bucket(live, 3)

    assert len(ids(bucket.source("logs/a b ü+&<00001.gz"), live.now() + 86_400)) == 1


@pytest.mark.parametrize(
    ("action", "status", "code", "kind"),
    [
        ("oss:ListObjectsV2", 403, "AccessDenied", Denied),
        ("oss:ListObjectsV2", 404, "NoSuchBucket", NotFound),
    ],
)
def test_refused_listing_says_which_call_and_why(
    live: Live, action: str, status: int, code: str, kind: type[CloudError]
) -> None:
    bucket = Bucket(live, 1)
    live.cloud.fail(action, code=code, status=status)

    with pytest.raises(kind) as raised:
        list(bucket.listing().objects(REGION, "evidence", ""))

    assert (raised.value.product, raised.value.action, raised.value.code) == ("oss", "ListObjectsV2", code)


def test_cut_listing_is_asked_for_again(live: Live) -> None:
    bucket = Bucket(live, 3)
    live.cloud.fail("oss:ListObjectsV2", kind="reset", times=2)

    assert len(list(bucket.listing().objects(REGION, "evidence", ""))) == 3

    live.cloud.fail("oss:ListObjectsV2", kind="reset", times=None)
    with pytest.raises(Transport):
        list(bucket.listing().objects(REGION, "evidence", ""))


def lookup(live: Live, **attributes: str) -> LookupInput:
    keys = live.cloud.role("reader")
    found = EventLookup(
        lambda: credentials(keys),
        region=REGION,
        endpoints={"actiontrail": f"{live.server.address}/{{product}}/{{region}}"},
        clock=live.now,
        sleep=live.sleep,
        random=lambda: 1.0,
        attributes=attributes,
    )
    return LookupInput(found, live.now() - 7_200, live.now())


def test_lookup_gives_all_pages_or_what_its_filters_leave(live: Live) -> None:
    for name in ("alice", "bob"):
        keys = live.cloud.account(name)
        for _ in range(60):
            live.cloud.call("ecs:DescribeNetworkInterfaces", keys)
            live.cloud.clock.advance(1)
    live.cloud.clock.advance(3_600)

    everything = ids(lookup(live), live.now())
    of_bob = ids(lookup(live, ServiceName="Ecs", User="bob"), live.now())

    assert len(everything) == 120
    assert of_bob == everything[60:]
