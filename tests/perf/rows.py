"""Rows per second through trail_log: pulled over HTTP, decided, told, and kept in a file of sqlite.

``python -m tests.perf.rows concerned 3000`` prints the figure. The fake cloud answers from another process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from eniguard.delivery.rows import RowDelivery
from fakealiyun import Cloud, Keys
from fakealiyun.log.groups import Log, LogGroup
from fakealiyun.log.models import Logstore, Shard
from fakealiyun.server import FakeServer
from tests.perf.bench_fake import enis_of
from tests.perf.cold_start import EVENT

#: Rows of one log group, and ENIs that the rows are about.
_GROUP, _ENIS = 100, 100
_REGION = "cn-hangzhou"


def main() -> None:
    """Measure once."""
    kind, rows = sys.argv[1], int(sys.argv[2])
    cloud = Cloud(_REGION)
    names = enis_of(cloud, _ENIS)
    place = written(cloud, [_row(number, kind, names[number % _ENIS]) for number in range(rows)])
    keys = cloud.role("eniguard")
    with tempfile.TemporaryDirectory() as folder, _serving(cloud) as address, open(os.devnull, "w") as log:
        path = Path(folder)
        (path / "guard.yml").write_text(f"state: {{url: 'sqlite:///{path}/state.db'}}\n", "utf-8")
        delivery = RowDelivery(
            {
                "ENIGUARD_POLICY": f"{path}/guard.yml",
                "ENIGUARD_ENDPOINTS": f"*={address}/{{product}}/{{region}}",
            },
            stream=log,
        )
        delivery.prepare()
        start = time.perf_counter()
        answer = json.loads(delivery.handle(json.dumps({"source": place}), _context(keys)) or "{}")
        seconds = time.perf_counter() - start
    if answer["decided" if kind == "concerned" else "not_concerned"] != rows:
        raise RuntimeError(f"{rows} rows ended otherwise: {answer}")
    sys.stdout.write(f"{rows / seconds}\n")


def _row(number: int, kind: str, eni: str) -> bytes:
    """A call that some rule looks at, every second one with a finding; or one that none looks at."""
    event: dict[str, Any] = {
        **EVENT["data"],
        "eventId": f"F23A3DD5-7842-4EF9-9DA1-{number:012d}",
        "requestParameters": {"NetworkInterfaceId": eni, "RegionId": _REGION},
    }
    if kind != "concerned":
        event |= {"eventName": "DescribeInstances", "errorCode": ""}
    elif number % 2:
        event["errorCode"] = "Forbidden.RAM"
    return json.dumps(event).encode()


def written(cloud: Cloud, texts: list[bytes]) -> dict[str, Any]:
    """Write rows into a logstore, and tell the place as a log trigger does."""
    now, shard = cloud.clock.now(), Shard(0)
    logstore = Logstore(1, now, [shard])
    cloud.region().log.projects["audit"] = {"rows": logstore}
    begin = shard.end
    for start in range(0, len(texts), _GROUP):
        logs = tuple(Log(0, (("event", text),)) for text in texts[start : start + _GROUP])
        logstore.write(LogGroup(logs, "actiontrail_audit_event", "actiontrail_internal"), now)
    return {
        "endpoint": f"https://{_REGION}-intranet.log.aliyuncs.com",
        "projectName": "audit",
        "logstoreName": "rows",
        "shardId": 0,
        "beginCursor": begin,
        "endCursor": shard.end,
    }


@contextmanager
def _serving(cloud: Cloud) -> Iterator[str]:
    """The address of the cloud, which another process answers at."""
    server = FakeServer(cloud)
    pid = os.fork()
    if pid == 0:
        server.run()
        os._exit(0)
    try:
        yield server.address
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _context(keys: Keys) -> SimpleNamespace:
    return SimpleNamespace(
        request_id="r-1",
        function=SimpleNamespace(name="trail_log", timeout=600),
        region=_REGION,
        account_id="1234567890123456",
        credentials=SimpleNamespace(
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            security_token=keys.token,
        ),
    )


if __name__ == "__main__":
    main()
