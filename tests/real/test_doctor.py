"""``eniguard doctor`` on a whole set-up: over HTTP, with a store on a real redis-server."""

from __future__ import annotations

import json
import time
from pathlib import Path

from eniguard.state import open_store
from fakealiyun.server import FakeServer
from tests.functional.cli.test_doctor import Laptop
from tests.functional.doctor.scene import GUARD_YML, STATE
from tests.real.state.redis_server import running


def test_complete_set_up_gives_zero_and_the_first_thing_that_breaks_gives_one(
    aliyun_server: FakeServer, tmp_path: Path
) -> None:
    with running(tmp_path) as redis:
        policy = GUARD_YML.replace(STATE, redis.url)
        laptop = Laptop(aliyun_server, tmp_path)
        laptop.scene.store = open_store(redis.url)
        laptop.scene.clock = time.time
        laptop.scene.complete()

        whole = laptop.doctor("--format", "json", policy=policy)
        laptop.scene.call("actiontrail:StopLogging", Name="example-trail")
        broken = laptop.doctor("--format", "json", policy=policy)
        laptop.scene.store.close()

    assert {one["status"] for one in json.loads(whole.stdout)} == {"ok"}
    assert whole.returncode == 0
    wrong = [one["id"] for one in json.loads(broken.stdout) if one["status"] != "ok"]
    assert (wrong, broken.returncode) == (["trail/example-trail/logging"], 1)
