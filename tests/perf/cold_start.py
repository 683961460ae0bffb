"""A fresh process that loads functions/trail_event and decides its first event, as a cold start does.

An argument that is a file is its policy, a guard.yml or a policy.json. With the argument ``online`` it has a
guard.yml with a store in a file, and an event that needs no look-up. With ``modules`` it prints what was
loaded by then.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

INDEX = Path(__file__).parents[2] / "functions" / "trail_event" / "index.py"
EVENT: dict[str, Any] = {
    "id": "45ef4dew-de1a-47c5-b0a9-000000000001",
    "source": "acs.ecs",
    "specversion": "1.0",
    "type": "ecs:ActionTrail:ApiCall",
    "datacontenttype": "application/json;charset=utf-8",
    "aliyunaccountid": "1234567890123456",
    "data": {
        "eventId": "F23A3DD5-7842-4EF9-9DA1-000000000001",
        "eventVersion": "1",
        "eventSource": "ecs.aliyuncs.com",
        "requestParameters": {"NetworkInterfaceId": "eni-bp1example0001", "RegionId": "cn-hangzhou"},
        "sourceIpAddress": "203.0.113.7",
        "userAgent": "example-agent",
        "eventType": "ApiCall",
        "userIdentity": {
            "accountId": "1234567890123456",
            "principalId": "200000000000000001",
            "type": "ram-user",
            "userName": "alice",
        },
        "serviceName": "Ecs",
        "apiVersion": "2014-05-26",
        "requestId": "F23A3DD5-7842-4EF9-9DA1-000000000001",
        "eventTime": "2026-03-01T12:00:00Z",
        "acsRegion": "cn-hangzhou",
        "eventName": "DeleteNetworkInterface",
        "errorCode": "InvalidOperation.EniServiceManaged",
        "errorMessage": "The ENI is managed by a service.",
    },
}


class Context:
    """What python3.10 hands over, as far as the function reads it."""

    request_id = "r-1"
    region = "cn-hangzhou"
    account_id = "1234567890123456"


def main() -> None:
    event = EVENT
    if "online" in sys.argv:
        event = {**EVENT, "data": {**EVENT["data"], "errorCode": "Forbidden.RAM"}}
        folder = tempfile.mkdtemp()
        os.environ["ENIGUARD_POLICY"] = f"{folder}/guard.yml"
        Path(folder, "guard.yml").write_text(f"state: {{url: 'sqlite:///{folder}/state.db'}}\n", "utf-8")
    else:
        os.environ["ENIGUARD_OFFLINE"] = "1"
    for policy in filter(os.path.isfile, sys.argv[1:]):
        os.environ["ENIGUARD_POLICY"] = policy
    spec = importlib.util.spec_from_file_location("index", INDEX)
    assert spec is not None
    assert spec.loader is not None
    index = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(index)
    context = Context()
    index.initialize(context)
    index.handler(json.dumps(event).encode(), context)
    if "modules" in sys.argv:
        sys.stderr.write("\n".join(sorted(sys.modules)))


if __name__ == "__main__":
    main()
