"""``eniguard record`` as a process, with a scenario on the fake cloud behind a server."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.settings import Policy
from eniguard.settings.guardfile import read_policy
from fakealiyun import Cloud, Keys
from fakealiyun.server import served
from fakealiyun.trail_targets import log_triggers, object_triggers
from tests.functional.cli.recorded import COMMAND, environment, write
from tests.scenarios.catalogue import SCENARIOS
from tests.scenarios.stage import Stage

GUARD_YML = Path(__file__).parents[3] / "events" / "guard.yml"
SECRET = "0123456789abcdef0123456789abcdef"
SINCE = "2026-02-28"
PROJECT, LOGSTORE, BUCKET = "audit", "actiontrail_guard-trail", "evidence"

Found = dict[str, Counter[tuple[str, str]]]


@dataclass
class Laptop:
    """Runs the command in a folder; ``keys`` are those of somebody who may do everything by default."""

    cloud: Cloud
    address: str
    folder: Path
    keys: Keys | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def record(self, *arguments: str, since: str | None = SINCE) -> subprocess.CompletedProcess[str]:
        keys, at = self.keys or self.cloud.role("example-operator"), self.address
        self.cloud.clock.advance(10)  # queries of LookupEvents are counted by its clock
        given = {
            "ENIGUARD_ENDPOINTS": f"*={self.address}/{{product}}/{{region}},log={at},oss={at}",
            "ENIGUARD_RECORD_KEY": SECRET,
            "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": keys.token or "",
        }
        window = () if since is None else ("--since", since)
        return subprocess.run(
            [*COMMAND, "record", *window, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=self.folder,
            env=environment(**{**given, **self.variables}),
        )

    def originals(self) -> Path:
        """The events and the state as the cloud has them, in a folder for a replay."""
        folder = self.folder / "originals"
        write(folder / "all.json", self.cloud.trail.events)
        write(folder / "state.json", self.cloud.snapshot())
        return folder

    def deliver(self) -> None:
        """Let the trail deliver everything so far into its logstore and its bucket."""
        events = list(self.cloud.trail.events)
        assert list(log_triggers(self.cloud, events))
        assert list(object_triggers(self.cloud, events))


@contextmanager
def laptop(scenario: str, folder: Path) -> Iterator[Laptop]:
    """A laptop beside the cloud of a scenario, a quarter of an hour after it."""
    [played] = [one for one in SCENARIOS if one.name == scenario]
    stage = Stage(played.name, played.day)
    _make_trail(stage)
    played.play(stage)
    stage.clock.advance(900)
    with served(stage) as server:
        yield Laptop(stage, server.address, folder)


def _make_trail(cloud: Cloud) -> None:
    root = cloud.account()
    cloud.call("log:CreateProject", root, projectName=PROJECT)
    cloud.call("oss:PutBucket", root, bucket=BUCKET)
    place = {
        "OssBucketName": BUCKET,
        "SlsProjectArn": f"acs:log:cn-hangzhou:{cloud.account_id}:project/{PROJECT}",
    }
    cloud.call("actiontrail:CreateTrail", root, Name="guard-trail", EventRW="All", **place)
    cloud.call("actiontrail:StartLogging", root, Name="guard-trail")


def findings(folder: Path, policy: Path = GUARD_YML) -> Found:
    """Rule and severity of each finding of a replay, by event."""
    decided: Policy = read_policy(policy)
    found: Found = {}
    for one in Replay(Options(paths=(str(folder),), policy=decided, every=True)):
        assert isinstance(one, Entry), str(one)
        counts = found.setdefault(one.decision.event_id, Counter())
        counts.update((finding.rule, finding.severity) for finding in one.findings)
    return found


def recorded(folder: Path) -> list[dict[str, Any]]:
    """The events of a recording."""
    files = sorted((folder / "events").iterdir())
    return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]


def whole_text(folder: Path) -> str:
    """Everything that stands in a folder."""
    parts = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            parts.append(gzip.decompress(data) if path.suffix == ".gz" else data)
    return b"\n".join(parts).decode()
