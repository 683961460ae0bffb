"""The fake records itself: every call becomes an ActionTrail event, allowed or refused.

The shape is that of the events that are public (events.md 1): camelCase, flattened request parameters,
every parameter value a text as the client sent it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from fakealiyun.errors import ApiError
from fakealiyun.services import Call, Fields, Service
from fakealiyun.wire.request import ApiRequest

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud

Event = dict[str, Any]
Way = Literal["eventbridge", "sls", "oss"]

#: Request parameters whose ids an event also lists by resource type.
_REFERENCED = {
    "InstanceId": "ACS::ECS::Instance",
    "NetworkInterfaceId": "ACS::ECS::NetworkInterface",
    "SecurityGroupId": "ACS::ECS::SecurityGroup",
    "VSwitchId": "ACS::VPC::VSwitch",
    "VpcId": "ACS::VPC::VPC",
    "AllocationId": "ACS::EIP::EipAddress",
}
#: Verbs of calls that change nothing.
_READS = ("Describe", "List", "Get", "Lookup")
#: Parameters that a trail must not hold.
_SECRETS = frozenset({"Password", "UserData", "RemoteConnectionOptions.Password"})


@dataclass(frozen=True)
class Recorded:
    """One event with the time from which LookupEvents returns it (seconds since 1970)."""

    event: Event
    visible_at: float


class Trail:
    """The events of one cloud, in the order of their calls."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._recorded: list[Recorded] = []

    @property
    def events(self) -> list[Event]:
        """Every event so far."""
        return [one.event for one in self._recorded]

    def recorded(self) -> list[Recorded]:
        """Every event with the time from which it can be looked up."""
        return list(self._recorded)

    def clear(self) -> None:
        """Forget all events."""
        self._recorded.clear()

    def record(
        self,
        call: Call,
        service: Service,
        request: ApiRequest,
        *,
        fields: Fields | None = None,
        error: ApiError | None = None,
    ) -> None:
        """Record one call with its answer."""
        event = self._event(call, service, request)
        if error is not None:
            event["errorCode"], event["errorMessage"] = error.code, error.message
        elif fields is not None:
            event["responseElements"] = {"RequestId": call.request_id, **json.loads(json.dumps(fields))}
        now = self._cloud.clock.now().timestamp()
        self._recorded.append(Recorded(event, now + self._cloud.assumptions.lookup_delay))

    def _event(self, call: Call, service: Service, request: ApiRequest) -> Event:
        name = request.action
        shown = {key: value for key, value in request.parameters.values.items() if key not in _SECRETS}
        return {
            "eventId": call.request_id,
            "eventVersion": "1",
            "eventName": name,
            "eventSource": f"{service.hosts[0]}.aliyuncs.com",
            "eventType": "ApiCall",
            "eventRW": "Read" if name.startswith(_READS) else "Write",
            "eventCategory": "Management",
            "eventTime": self._cloud.clock.text(),
            "serviceName": service.name,
            "apiVersion": service.version,
            "acsRegion": call.region.id,
            "isGlobal": service.global_service,
            "requestId": call.request_id,
            "requestParameters": {**shown, "AcsProduct": service.name, "RequestId": call.request_id},
            "referencedResources": _referenced(request),
            "sourceIpAddress": "11.0.0.1" if call.caller.is_service else request.source_ip,
            "userAgent": request.user_agent or "fakealiyun",
            "recipientAccountId": call.caller.account_id,
            "userIdentity": _identity(call),
            "additionalEventData": {"Scheme": "https"},
        }

    def deliver(
        self,
        handler: Callable[[bytes], Any],
        as_: Way = "eventbridge",
        *,
        duplicate: bool = False,
        shuffle: int | None = None,
        delay: float = 0.0,
    ) -> list[Any]:
        """Hand every event to a handler the way the cloud would, and give back what it returned.

        Parameters
        ----------
        handler
            Takes the delivered bytes.
        as_
            ``eventbridge``: one CloudEvent a call, write events only. ``sls``: one JSON list of log rows.
            ``oss``: one JSON array, as an expanded trail object.
        duplicate
            Deliver everything twice.
        shuffle
            Seed of a shuffled order; ``None`` keeps the order of the calls.
        delay
            Let the clock run this many seconds first.
        """
        self._cloud.clock.advance(delay)
        events = self.events * (2 if duplicate else 1)
        if shuffle is not None:
            random.Random(shuffle).shuffle(events)
        return [handler(payload) for payload in self._payloads(events, as_)]

    def _payloads(self, events: list[Event], way: Way) -> Iterator[bytes]:
        if way == "eventbridge":
            for event in events:
                if event["eventRW"] == "Write":
                    yield json.dumps(self._cloud_event(event)).encode()
        elif way == "sls":
            rows = [{"__topic__": "actiontrail_audit_event", "event": json.dumps(event)} for event in events]
            yield json.dumps(rows).encode()
        else:
            yield json.dumps(events).encode()

    def _cloud_event(self, event: Event) -> Event:
        product = str(event["serviceName"]).lower()
        return {
            "id": event["eventId"],
            "source": f"acs.{product}",
            "specversion": "1.0",
            "type": f"{product}:ActionTrail:{event['eventType']}",
            "datacontenttype": "application/json;charset=utf-8",
            "subject": f"acs.{product}:{event['acsRegion']}:{event['recipientAccountId']}:",
            "time": event["eventTime"],
            "aliyunaccountid": event["recipientAccountId"],
            "aliyunpublishtime": self._cloud.clock.text(),
            "aliyuneventbusname": "default",
            "aliyunregionid": event["acsRegion"],
            "data": event,
        }


def _identity(call: Call) -> Event:
    caller = call.caller
    identity: Event = {
        "type": caller.type,
        "accountId": caller.account_id,
        "principalId": caller.principal_id,
        "userName": caller.user_name,
        "accessKeyId": caller.keys.access_key_id,
    }
    if caller.role is not None:
        created = call.cloud.clock.text()
        identity["sessionContext"] = {"attributes": {"mfaAuthenticated": "false", "creationDate": created}}
    return identity


def _referenced(request: ApiRequest) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    values: Mapping[str, str] = request.parameters.values
    for name, kind in _REFERENCED.items():
        ids = [value for key, value in values.items() if key == name or key.startswith((f"{name}.", f"{name}s."))]
        if ids:
            found[kind] = ids
    return found
