"""Cases as bytes: the ways events are delivered, and encodings that the fake does not produce."""

from __future__ import annotations

import json
from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO
from typing import Any

from fakealiyun.trail import Trail
from tests.scenarios.stage import Case, Event, Snapshot

_ENDINGS = {
    "bare": ".json",
    "eventbridge": ".json",
    "sls": ".log",
    "oss": ".json.gz",
    "lines": ".jsonl",
    "lookup": ".json",
}
#: Bytes of a snapshot above which it is kept compressed.
_LARGE = 150_000


def delivered(case: Case, trail: Trail) -> tuple[str, bytes]:
    """The file of a case: its path below events/, and its bytes."""
    path = case.path + _ENDINGS[case.form]
    events = list(case.events)
    if case.form == "bare":
        (event,) = events
        return path, _pretty(event)
    if case.form == "lines":
        return path, _lines(events)
    if case.form == "sls":
        (rows,) = trail.payloads(events, "sls")
        return path, _lines(json.loads(rows))
    if case.form == "oss":
        (listed,) = trail.payloads(events, "oss")
        return path, _packed(listed)
    if case.form == "lookup":
        return path, _pretty({"RequestId": events[0]["eventId"], "Events": events[::-1]})
    cloud_events = [json.loads(one) for one in trail.payloads(events, "eventbridge")]
    if len(cloud_events) != len(events):
        raise ValueError(f"{case.path}: EventBridge delivers no reads")
    return path, _pretty(cloud_events[0] if len(cloud_events) == 1 else cloud_events)


def snapshot_file(path: str, snapshot: Snapshot) -> tuple[str, bytes]:
    """A snapshot file, one resource a line; large ones are compressed."""
    head = {key: value for key, value in snapshot.items() if key != "resources"}
    lines = [json.dumps(head)[:-1] + ', "resources": {']
    kinds = list(snapshot["resources"].items())
    for number, (kind, items) in enumerate(kinds, start=1):
        rows = ",\n".join("    " + json.dumps(item) for item in items)
        comma = "," if number < len(kinds) else ""
        lines.append(f'  "{kind}": [' + (f"\n{rows}\n  ]" if rows else "]") + comma)
    content = ("\n".join([*lines, "}}"]) + "\n").encode()
    if len(content) > _LARGE:
        return f"{path}.gz", _packed(content)
    return path, content


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _lines(values: list[Any]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in values).encode()


def _packed(content: bytes) -> bytes:
    """Without time and name; `gzip.compress` writes another header in other versions of Python."""
    target = BytesIO()
    with GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as file:
        file.write(content)
    return target.getvalue()


# -- encodings ---------------------------------------------------------------------------------------------


def in_pascal_case(event: Event) -> Event:
    """Field names as a few deliveries have them: ``EventName``, and those of the caller as well."""
    changed = {key if key == "_origin" else _pascal(key): value for key, value in event.items()}
    changed["UserIdentity"] = {_pascal(key): value for key, value in event["userIdentity"].items()}
    return changed


def _pascal(key: str) -> str:
    return key[0].upper() + key[1:]


def identity_as_text(event: Event) -> Event:
    """``userIdentity`` as a JSON text."""
    return {**event, "userIdentity": json.dumps(event["userIdentity"])}


def parameters_as_text(event: Event) -> Event:
    """Parameters in ``requestParameterJson`` only."""
    changed = {key: value for key, value in event.items() if key != "requestParameters"}
    return {**changed, "requestParameterJson": json.dumps(event["requestParameters"])}


def with_null_texts(event: Event) -> Event:
    """A call that succeeded whose error fields are the text ``null``."""
    return {**event, "errorCode": "null", "errorMessage": "null"}


def with_list_as_text(name: str) -> Callable[[Event], Event]:
    """A numbered list (``Ipv4Prefix.1`` …) as one JSON text."""

    def changed(event: Event) -> Event:
        parameters = event["requestParameters"]
        values = [value for key, value in parameters.items() if key.startswith(f"{name}.")]
        kept = {key: value for key, value in parameters.items() if not key.startswith(f"{name}.")}
        return {**event, "requestParameters": {**kept, name: json.dumps(values)}}

    return changed


def with_list(name: str) -> Callable[[Event], Event]:
    """A numbered list as a real one, as calls from the console have it."""

    def changed(event: Event) -> Event:
        told = with_list_as_text(name)(event)
        parameters = told["requestParameters"]
        return {**told, "requestParameters": {**parameters, name: json.loads(parameters[name])}}

    return changed


def by_the_platform(event: Event) -> Event:
    """A deed of the platform, in the form of the public DeleteDisk sample: no parameters, no person."""
    left_out = ("requestParameters", "responseElements", "additionalEventData", "apiVersion")
    changed = {key: value for key, value in event.items() if key not in left_out}
    host = "ecs.aliyuncs.com"
    caller = {"type": "system", "userName": host}
    return {
        **changed,
        "eventType": "AliyunServiceEvent",
        "sourceIpAddress": host,
        "userAgent": host,
        "userIdentity": caller,
    }


def in_the_console(event: Event) -> Event:
    """The same call from the console."""
    agent = "Apache-HttpClient/4.5.6 (Java/1.8.0_181)"
    return {**event, "eventType": "ConsoleOperation", "userAgent": agent}


def succeeded(event: Event) -> Event:
    """A refused call as if it had succeeded."""
    kept = {key: value for key, value in event.items() if not key.startswith("error")}
    return {**kept, "responseElements": {"RequestId": event["requestId"]}}


def throttled(event: Event) -> Event:
    """The same call with the answer of a throttled one."""
    return {**event, "errorCode": "Throttling.User", "errorMessage": "Request was denied due to throttling."}


def renamed(service: str, name: str, **parameters: Any) -> Callable[[Event], Event]:
    """Another API of the same caller, which the fake does not have."""

    def changed(event: Event) -> Event:
        left_out = ("referencedResources", "resourceName", "resourceType", "responseElements")
        kept = {key: value for key, value in event.items() if key not in left_out}
        return {
            **kept,
            "eventName": name,
            "serviceName": service,
            "eventSource": f"{service.lower()}.aliyuncs.com",
            "requestParameters": {"RegionId": event["acsRegion"], **parameters},
            "responseElements": {"RequestId": event["requestId"]},
        }

    return changed
