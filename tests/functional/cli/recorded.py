"""Small folders of recorded events, written the way ActionTrail records them, and ways to run the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from eniguard.cli.app import eniguard

ACCOUNT = "1234567890123456"
REFUSED = "InvalidOperation.EniServiceManaged"
_CHANGES_OUTPUT = {
    "COLUMNS",
    "ENIGUARD_POLICY",
    "PYTHONIOENCODING",
    "PYTHONUNBUFFERED",
    "NO_COLOR",
    "FORCE_COLOR",
}
COMMAND = [sys.executable, "-m", "eniguard.cli"]


def event(name: str = "DeleteNetworkInterface", *, number: int = 1, **fields: Any) -> dict[str, Any]:
    """One event; a refused delete of a managed ENI unless the fields say otherwise."""
    recorded = {
        "eventId": f"00000000-0000-4000-8000-{number:012d}",
        "eventName": name,
        "eventRW": "Write",
        "eventSource": "ecs.cn-hangzhou.aliyuncs.com",
        "eventTime": f"2026-03-01T12:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "eventType": "ApiCall",
        "eventVersion": 1,
        "serviceName": "Ecs",
        "acsRegion": "cn-hangzhou",
        "requestId": f"00000000-0000-4000-9000-{number:012d}",
        "requestParameters": {"RegionId": "cn-hangzhou", "NetworkInterfaceId": "eni-bp1example0001"},
        "responseElements": {},
        "errorCode": REFUSED,
        "errorMessage": "The operation is not permitted.",
        "sourceIpAddress": "203.0.113.7",
        "userAgent": "example-agent",
        "userIdentity": {
            "type": "ram-user",
            "principalId": "200000000000000001",
            "accountId": ACCOUNT,
            "userName": "alice",
        },
    }
    recorded.update(fields)
    return {key: value for key, value in recorded.items() if value is not None}


def succeeded(name: str = "DeleteNetworkInterface", *, number: int = 1, **fields: Any) -> dict[str, Any]:
    """One event of a call that went through."""
    return event(name, number=number, errorCode=None, errorMessage=None, **fields)


def state(*enis: str, managed: bool = True, captured_at: str = "2026-03-01T08:00:00Z") -> dict[str, Any]:
    """A state snapshot with the given ENIs."""
    items = [{"NetworkInterfaceId": eni, "ServiceManaged": managed} for eni in enis]
    return {
        "schema": 1,
        "captured_at": captured_at,
        "account_id": ACCOUNT,
        "region": "cn-hangzhou",
        "resources": {"ecs:NetworkInterface": items},
    }


def write(path: Path, content: Any) -> Path:
    """Write bytes as they are, anything else as JSON, and make the folders above."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def run(*arguments: object) -> Result:
    """Run the command inside this process."""
    texts = [str(one) for one in arguments]
    return CliRunner().invoke(eniguard, texts, prog_name="eniguard", catch_exceptions=False)


def process(
    *arguments: object, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process of its own, with its output in pipes."""
    return subprocess.run(
        [*COMMAND, *(os.fsencode(str(one)) for one in arguments)],
        capture_output=True,
        check=False,
        timeout=60,
        cwd=cwd,
        env=environment(**(env or {})),
    )


def environment(**extra: str) -> dict[str, str]:
    """The environment of this process: it finds the same modules, and nothing in it changes the output."""
    kept = {key: value for key, value in os.environ.items() if key not in _CHANGES_OUTPUT}
    return {**kept, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), **extra}
