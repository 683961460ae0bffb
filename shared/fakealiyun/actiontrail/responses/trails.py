"""Wire in and out of trails."""

from __future__ import annotations

import re
from typing import Any

from fakealiyun.actiontrail.exceptions import refused
from fakealiyun.actiontrail.models import AccountTrail
from fakealiyun.clock import text_of
from fakealiyun.errors import NotImplementedByTheFake
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.parameters import Parameters

#: Names of trails (ActionTrail, CreateTrail).
_NAME = re.compile(r"[a-z][a-z0-9_-]{5,35}\Z")
#: Where a trail may deliver to; at least one is needed.
_TARGETS = ("OssBucketName", "SlsProjectArn", "MaxComputeProjectArn")
#: The roles that write there; without one ActionTrail makes the service-linked role of its own.
_ROLES = ("OssWriteRoleArn", "SlsWriteRoleArn", "MaxComputeWriteRoleArn")
_DESTINATION = (*_TARGETS, *_ROLES, "OssKeyPrefix")
_SERVICE = "actiontrail.aliyuncs.com"
_EVENTS = ("Write", "Read", "All")


def create_trail(call: Call) -> Fields:
    """CreateTrail: write events of all regions by default; off until StartLogging."""
    parameters, trails, now = call.parameters, call.region.account.trails, call.cloud.clock.now()
    if parameters.flag("IsOrganizationTrail"):
        raise NotImplementedByTheFake("multi-account trails (IsOrganizationTrail)")
    name = parameters.required("Name")
    if not _NAME.match(name):
        raise refused(call.cloud.assumptions, "name", f"{name} is no name of a trail.")
    if trails.find(name) is not None:
        message = f"account name({name}) and region({call.region.id}) is already exist"
        raise refused(call.cloud.assumptions, "exists", message)
    if not any(target in parameters for target in _TARGETS):
        raise refused(call.cloud.assumptions, "destination", "A trail needs a bucket or a project.")
    if trails.full(call.region.id):
        raise refused(call.cloud.assumptions, "too-many", f"There are enough trails in {call.region.id}.")
    trail = AccountTrail(name, call.region.id, now, now)
    _configure(call, trail)
    trails.add(trail)
    if not any(name in trail.destination for name in _ROLES):
        call.region.account.ram.linked_role(call.cloud, _SERVICE)
    return _settings(trail)


def update_trail(call: Call) -> Fields:
    """UpdateTrail: only what the call carries changes."""
    trail = _trail(call)
    _configure(call, trail)
    trail.updated_at = call.cloud.clock.now()
    return _settings(trail)


def delete_trail(call: Call) -> Fields:
    """DeleteTrail."""
    call.region.account.trails.remove(_trail(call))
    return {}


def start_logging(call: Call) -> Fields:
    """StartLogging."""
    _trail(call).start(call.cloud.clock.now())
    return {}


def stop_logging(call: Call) -> Fields:
    """StopLogging."""
    _trail(call).stop(call.cloud.clock.now())
    return {}


def describe_trails(call: Call) -> Fields:
    """DescribeTrails: all, or those that ``NameList`` names with commas between."""
    names = [name for name in (call.parameters.text("NameList") or "").split(",") if name]
    trails = [trail for trail in call.region.account.trails.all() if not names or trail.name in names]
    return {"TrailList": [_item(call, trail) for trail in trails]}


def get_trail_status(call: Call) -> Fields:
    """GetTrailStatus: whether a trail delivers, since when, and whether what it delivers to is there."""
    trail, regions = _trail(call), call.cloud.regions_of(call.region.account.id)
    project = trail.destination.get("SlsProjectArn", "").rpartition("/")[2]
    return {
        "IsLogging": trail.logging,
        **_times(trail),
        "OssBucketStatus": any(trail.destination.get("OssBucketName") in one.oss.buckets for one in regions),
        "SlsLogStoreStatus": any(project in one.log.projects for one in regions),
    }


def _trail(call: Call) -> AccountTrail:
    name = call.parameters.required("Name")
    trail = call.region.account.trails.find(name)
    if trail is None:
        raise refused(call.cloud.assumptions, "not-found", f"The trail {name} does not exist.")
    return trail


def _configure(call: Call, trail: AccountTrail) -> None:
    parameters = call.parameters
    events = parameters.text("EventRW") or trail.event_rw
    if events not in _EVENTS:
        raise refused(call.cloud.assumptions, "parameter", f"EventRW is none of {', '.join(_EVENTS)}.")
    trail.event_rw = events
    trail.trail_region = parameters.text("TrailRegion") or trail.trail_region
    trail.destination.update(_sent(parameters))


def _sent(parameters: Parameters) -> dict[str, str]:
    return {name: parameters.values[name] for name in _DESTINATION if name in parameters.values}


def _settings(trail: AccountTrail) -> dict[str, Any]:
    return {
        "Name": trail.name,
        "HomeRegion": trail.home_region,
        "TrailRegion": trail.trail_region,
        "EventRW": trail.event_rw,
        **trail.destination,
    }


def _item(call: Call, trail: AccountTrail) -> dict[str, Any]:
    return {
        **_settings(trail),
        "Region": trail.home_region,
        "TrailArn": f"acs:actiontrail:{trail.home_region}:{call.region.account.id}:trail/{trail.name}",
        "Status": trail.status,
        "IsOrganizationTrail": False,
        "CreateTime": text_of(trail.created_at),
        "UpdateTime": text_of(trail.updated_at),
        **_times(trail),
    }


def _times(trail: AccountTrail) -> dict[str, str]:
    times = {"StartLoggingTime": trail.started_at, "StopLoggingTime": trail.stopped_at}
    return {name: text_of(moment) for name, moment in times.items() if moment is not None}


HANDLERS: dict[str, Handler] = {
    "CreateTrail": create_trail,
    "UpdateTrail": update_trail,
    "DeleteTrail": delete_trail,
    "StartLogging": start_logging,
    "StopLogging": stop_logging,
    "DescribeTrails": describe_trails,
    "GetTrailStatus": get_trail_status,
}
