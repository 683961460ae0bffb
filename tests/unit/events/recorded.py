"""Events for the tests of this folder, and strategies that spoil them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from eniguard.events.catalog import Api
from eniguard.events.envelopes import Batch, parse
from eniguard.events.parameters import Parameters
from eniguard.events.plans import plan_of

ACCOUNT = "1234567890123456"
#: 2025-07-07T01:39:09Z
AT = 1751852349.0

#: Synthetic, in the field layout of the public RunInstances sample of 2025 (docs/sources.md, Events).
PLAIN: dict[str, Any] = {
    "eventId": "7D1C1E5E-0000-5BFC-9F14-000000000001",
    "eventVersion": 1,
    "eventSource": "ecs-cn-hangzhou-share.aliyuncs.com",
    "eventName": "AssignPrivateIpAddresses",
    "eventType": "ApiCall",
    "eventRW": "Write",
    "eventTime": "2025-07-07T01:39:09Z",
    "serviceName": "Ecs",
    "acsRegion": "cn-hangzhou",
    "requestId": "7D1C1E5E-0000-5BFC-9F14-000000000001",
    "recipientAccountId": ACCOUNT,
    "sourceIpAddress": "203.0.113.7",
    "userAgent": "AlibabaCloud (linux; amd64) Python/3.10",
    "userIdentity": {
        "type": "ram-user",
        "principalId": "200000000000000001",
        "accountId": ACCOUNT,
        "userName": "alice",
        "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
    },
    "requestParameters": {
        "RegionId": "cn-hangzhou",
        "NetworkInterfaceId": "eni-bp1example0001",
        "Ipv4Prefix.1": "192.168.10.16/28",
        "ClientPort": 17049,
    },
    "responseElements": {"RequestId": "7D1C1E5E-0000-5BFC-9F14-000000000001"},
    "referencedResources": {"ACS::ECS::NetworkInterface": ["eni-bp1example0001"]},
    "additionalEventData": {"Scheme": "https"},
}

RULE: dict[str, Any] = {
    **PLAIN,
    "eventName": "AuthorizeSecurityGroup",
    "errorCode": "InvalidOperation.ResourceManagedByCloudProduct",
    "errorMessage": "The group is managed.",
    "requestParameters": {
        "RegionId": "cn-hangzhou",
        "SecurityGroupId": "sg-bp1example0001",
        "Permissions.1.PortRange": "22/22",
        "Permissions.1.SourceCidrIp": "0.0.0.0/0",
    },
}


def event(**changes: Any) -> dict[str, Any]:
    """The plain event with some fields changed."""
    return {**copy.deepcopy(PLAIN), **changes}


def without(*names: str, **changes: Any) -> dict[str, Any]:
    """The plain event without some fields."""
    return {name: value for name, value in event(**changes).items() if name not in names}


def numbered(count: int) -> list[dict[str, Any]]:
    """Plain events that differ in their id, ``e0`` and on."""
    return [event(eventId=f"e{number}") for number in range(count)]


def cloud_event(data: Any, **changes: Any) -> dict[str, Any]:
    """The event as EventBridge delivers it."""
    return {
        "id": "45ef4dewdwe1-7c35-447a-bd93-fab0example",
        "source": "acs.ecs",
        "specversion": "1.0",
        "type": "ecs:ActionTrail:ApiCall",
        "datacontenttype": "application/json;charset=utf-8",
        "subject": f"acs.ecs:cn-hangzhou:{ACCOUNT}:eni-bp1example0001",
        "time": "2025-07-07T09:39:09+08:00",
        "aliyunaccountid": ACCOUNT,
        "aliyunpublishtime": "2025-07-07T09:39:10.179PRC",
        "aliyuneventbusname": "default",
        "aliyunregionid": "cn-hangzhou",
        "data": data,
        **changes,
    }


def log_row(body: dict[str, Any], topic: str = "actiontrail_audit_event") -> dict[str, Any]:
    """The event as a row of a trail's logstore."""
    return {"__topic__": topic, "__time__": "1751852349", "event": json.dumps(body)}


def read(payload: Any, **options: Any) -> Batch:
    """All that a delivery holds, in one batch."""
    return joined(parse(payload, **options))


def joined(batches: Iterable[Batch]) -> Batch:
    """Several batches as one."""
    whole = Batch()
    for batch in batches:
        whole.concerned += batch.concerned
        whole.errors += batch.errors
        for reason, count in batch.not_concerned.items():
            whole.not_concerned[reason] = whole.not_concerned.get(reason, 0) + count
    return whole


def ids(batch: Batch) -> list[str]:
    """The ids of the events that are concerned, in order."""
    return [concerned.call.event_id for concerned in batch.concerned]


def normalised(api: Api, recorded: dict[str, Any]) -> Parameters:
    """The catalogue parameters out of ``requestParameters`` as recorded."""
    return plan_of(api, tuple(recorded)).read(recorded)


#: JSON values of any shape, numbers out of range and awkward texts among them.
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "null", "success", "{}", "[]", '["a"]', '{"accountId":"1"}', "+-1", "1" * 400])
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A real-looking event after up to three changes: dropped, renamed, retyped, nested in text."""
    found = copy.deepcopy(draw(st.sampled_from([PLAIN, RULE])))
    for _ in range(draw(st.integers(0, 3))):
        holder = draw(
            st.sampled_from([found, *(value for value in found.values() if isinstance(value, dict))])
        )
        if not holder:
            continue
        name = draw(st.sampled_from(sorted(holder)))
        change = draw(st.sampled_from(["drop", "pascal", "retype", "text", "add"]))
        if change == "drop":
            del holder[name]
        elif change == "pascal":
            holder[_pascal(name)] = holder.pop(name)
        elif change == "retype":
            holder[name] = draw(JSON)
        elif change == "text":
            holder[name] = json.dumps(holder[name])
        else:
            holder[_pascal(name)] = draw(JSON)
    return found
