"""The ECS client that Function Compute brings along (4.1.9), in its own environment, and the served fake."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

from fakealiyun import Cloud
from fakealiyun.server import served
from tests.real.scene import scene

REPOSITORY = Path(__file__).parents[2]
PYTHON = REPOSITORY / ".venvs" / "oldsdk" / "bin" / "python"
SCRIPT = Path(__file__).with_name("old_sdk_calls.py")


def test_old_client_reads_deletes_and_is_refused_like_on_the_cloud() -> None:
    # given
    cloud = Cloud(check_signatures=True)
    there = scene(cloud)
    cloud.fail("ecs:DescribeNetworkInterfaceAttribute", kind="timeout")

    # when
    with served(cloud) as server:
        given = {"endpoint": server.endpoint, "keys": asdict(cloud.account("alice")), **asdict(there)}
        ended = subprocess.run(
            [PYTHON, SCRIPT], input=json.dumps(given), capture_output=True, text=True, check=False, timeout=60
        )

    # then
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {
        "found": {there.managed: [True, "10.0.1.10"], there.ordinary: [False, "10.0.1.11"]},
        # The old client raises plain TeaExceptions without status_code.
        "managed": ["InvalidOperation.EniServiceManaged", 403, False],
        "absent": ["InvalidEniId.NotFound", 404, False],
        "deleted": None,
        "unanswered": "UnretryableException",
    }
    identity = cloud.trail.events[-1]["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("ram-user", "alice")
