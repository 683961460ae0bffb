"""Where trails deliver to: rows in a logstore, objects in a bucket, and what the triggers on them call with.

The names of logstores and objects are those of the documents, the calls those of the published samples
(docs/sources.md, Events).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakealiyun.actiontrail.models import AccountTrail
from fakealiyun.clock import text_of
from fakealiyun.log.groups import Log, LogGroup
from fakealiyun.log.models import Logstore, Shard
from fakealiyun.oss.models import Bucket, StoredObject
from fakealiyun.trail_events import Event

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud
    from fakealiyun.region import Region

#: ``__topic__`` and ``__source__`` of the rows of a trail (SLS, log fields of ActionTrail).
TOPIC, SOURCE = "actiontrail_audit_event", "actiontrail_internal"
#: Rows that the fake writes into one log group, and the days that such a logstore keeps them.
_ROWS = 100
_DAYS = 365


def row_text(event: Event) -> str:
    """The field ``event`` of a row: the event as a text, in which its parameters stand once more as one."""
    parameters = event.get("requestParameterJson") or json.dumps(event.get("requestParameters", {}))
    return json.dumps({**event, "requestParameterJson": parameters})


def log_triggers(cloud: Cloud, events: Sequence[Event]) -> Iterator[bytes]:
    """Write the events into the logstores of trails, and tell what their log triggers call with.

    Yields
    ------
    bytes
        One input for each shard that got rows: they lie from its begin cursor up to its end cursor.

    Raises
    ------
    ValueError
        No trail that is logging delivers to a project, or the project does not exist.
    """
    for trail in _trails(cloud, "SlsProjectArn"):
        region, project, name = _logstore_place(cloud, trail)
        logstore = _logstore(cloud, region, project, name)
        begins = {shard.id: shard.end for shard in logstore.shards}
        wanted = [event for event in events if _wants(trail, event)]
        for start in range(0, len(wanted), _ROWS):
            logstore.write(_group(wanted[start : start + _ROWS], cloud.clock.now()), cloud.clock.now())
        for shard in logstore.shards:
            if shard.end != begins[shard.id]:
                yield _log_input(cloud, region, (project, name), shard, begins[shard.id])


def object_triggers(cloud: Cloud, events: Sequence[Event]) -> Iterator[bytes]:
    """Write the events into the buckets of trails, and tell what their triggers call with.

    Yields
    ------
    bytes
        One input for each object: a gzip file with a JSON array of the events of one region.

    Raises
    ------
    ValueError
        No trail that is logging delivers to a bucket, or the bucket does not exist.
    """
    for trail in _trails(cloud, "OssBucketName"):
        region, bucket = _bucket(cloud, trail.destination["OssBucketName"])
        wanted = [event for event in events if _wants(trail, event)]
        for place in dict.fromkeys(event["acsRegion"] for event in wanted):
            batch = [event for event in wanted if event["acsRegion"] == place]
            data = gzip.compress(json.dumps(batch).encode(), mtime=0)
            key = _key(trail, place, cloud.clock.now(), len(batch), data)
            bucket.objects[key] = StoredObject(key, data, cloud.clock.now(), "application/x-gzip")
            yield _object_input(cloud, region, trail.destination["OssBucketName"], bucket.objects[key])


def _trails(cloud: Cloud, target: str) -> list[AccountTrail]:
    trails = cloud.in_account().trails.all()
    found = [trail for trail in trails if trail.logging and trail.destination.get(target)]
    if not found:
        raise ValueError(f"no trail delivers: make one with {target} (CreateTrail), then StartLogging")
    return found


def _wants(trail: AccountTrail, event: Event) -> bool:
    """Whether a trail delivers an event: by read or write, by region, and not from before it began."""
    regions = trail.trail_region.split(",")
    return (
        trail.event_rw in ("All", event["eventRW"])
        and ("All" in regions or event["isGlobal"] or event["acsRegion"] in regions)
        and trail.started_at is not None
        and event["eventTime"] >= text_of(trail.started_at)
    )


def _logstore_place(cloud: Cloud, trail: AccountTrail) -> tuple[Region, str, str]:
    """Region, project and logstore of ``acs:log:cn-hangzhou:1234567890123456:project/audit``."""
    arn = trail.destination["SlsProjectArn"]
    parts = arn.split(":")
    if len(parts) != 5 or not parts[4].startswith("project/"):
        raise ValueError(f"SlsProjectArn of the trail {trail.name} is no name of a project: {arn}")
    return cloud.region(parts[2]), parts[4].removeprefix("project/"), f"actiontrail_{trail.name}"


def _logstore(cloud: Cloud, region: Region, project: str, name: str) -> Logstore:
    logstores = region.log.projects.get(project)
    if logstores is None:
        raise ValueError(f"the project {project} does not exist in {region.id}: CreateProject makes it")
    if name not in logstores:
        logstores[name] = Logstore(_DAYS, cloud.clock.now(), [Shard(0), Shard(1)])
    return logstores[name]


def _bucket(cloud: Cloud, name: str) -> tuple[Region, Bucket]:
    for region in cloud.regions_of(cloud.account_id):
        if name in region.oss.buckets:
            return region, region.oss.buckets[name]
    raise ValueError(f"the bucket {name} does not exist: PutBucket makes it")


def _group(events: Sequence[Event], now: datetime) -> LogGroup:
    time = int(now.timestamp())
    return LogGroup(
        tuple(Log(time, (("event", row_text(event).encode()),)) for event in events), TOPIC, SOURCE
    )


def _key(trail: AccountTrail, region: str, now: datetime, count: int, data: bytes) -> str:
    prefix = trail.destination.get("OssKeyPrefix", "").strip("/")
    folder = f"AliyunLogs/Actiontrail/{region}/{now:%Y/%m/%d}"
    digest = hashlib.md5(data).hexdigest()
    name = f"Actiontrail_{region}_{now:%Y%m%d%H%M%S}_1002_{count}_{len(data)}_{digest}.gz"
    return "/".join(part for part in (prefix, folder, name) if part)


def _log_input(cloud: Cloud, region: Region, place: tuple[str, str], shard: Shard, begin: str) -> bytes:
    project, logstore = place
    return _json(
        {
            "parameter": {},
            "source": {
                "endpoint": f"http://{region.id}-intranet.log.aliyuncs.com",
                "projectName": project,
                "logstoreName": logstore,
                "shardId": shard.id,
                "beginCursor": begin,
                "endCursor": shard.end,
            },
            "jobName": hashlib.sha1(f"{project}/{logstore}".encode()).hexdigest(),
            "taskId": cloud.ids.request(),
            "cursorTime": int(cloud.clock.now().timestamp()),
        }
    )


def _object_input(cloud: Cloud, region: Region, bucket: str, found: StoredObject) -> bytes:
    account, size = cloud.account_id, len(found.data)
    names = {"arn": f"acs:oss:{region.id}:{account}:{bucket}", "name": bucket, "ownerIdentity": account}
    event = {
        "eventName": "ObjectCreated:PutObject",
        "eventSource": "acs:oss",
        "eventTime": cloud.clock.text().replace("Z", ".000Z"),
        "eventVersion": "1.0",
        "oss": {
            "bucket": {**names, "virtualBucket": ""},
            "object": {"deltaSize": size, "eTag": found.etag, "key": found.key, "size": size},
            "ossSchemaVersion": "1.0",
            "ruleId": hashlib.sha1(bucket.encode()).hexdigest(),
        },
        "region": region.id,
        "requestParameters": {"sourceIPAddress": "203.0.113.10"},
        "responseElements": {"requestId": cloud.ids.request()},
        "userIdentity": {"principalId": account},
    }
    return _json({"events": [event]})


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()
