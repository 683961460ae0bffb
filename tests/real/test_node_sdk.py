"""The Node client, unmodified, against the served fake."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from fakealiyun import Cloud, Keys
from fakealiyun.server import served
from tests.real.scene import API_GATEWAY, scene

#: The node of the environment the tests run in, which a package brings.
NODE = Path(sys.executable).parent / "node"
SCRIPT = Path(__file__).parent / "node" / "calls.js"


@pytest.mark.parametrize("path", ["", "/ecs/cn-hangzhou"])
def test_node_client_reads_deletes_and_is_refused_like_on_the_cloud(path: str) -> None:
    # given
    cloud = Cloud(check_signatures=True)
    there = scene(cloud)

    # when
    with served(cloud) as server:
        came = calls({"endpoint": f"{server.endpoint}{path}", **asdict(there)}, cloud.role("deployer"))

    # then
    assert came == {
        "tagged": {there.managed: "10.0.1.10", there.ordinary: "10.0.1.11"},
        "managedIds": [there.managed],
        "managed": ["InvalidOperation.EniServiceManaged", 403],
        "absent": ["InvalidEniId.NotFound", 404],
        "deleted": None,
    }
    assert cloud.trail.events[-1]["userIdentity"]["type"] == "assumed-role"
    # Unlike the Python client, this one sends booleans in lower case.
    assert "true" in [event["requestParameters"].get("ServiceManaged") for event in cloud.trail.events]


def test_creating_service_may_delete_its_eni_from_node() -> None:
    cloud = Cloud(check_signatures=True)
    there = scene(cloud)

    with served(cloud) as server:
        came = calls({"endpoint": server.endpoint, **asdict(there)}, cloud.service(API_GATEWAY))

    assert came["managed"] is None


def calls(given: dict[str, object], keys: Keys) -> dict[str, object]:
    ended = subprocess.run(
        [NODE, SCRIPT],
        input=json.dumps({**given, "keys": asdict(keys)}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    came: dict[str, object] = json.loads(ended.stdout)
    return came
