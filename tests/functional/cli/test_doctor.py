"""``eniguard doctor`` over HTTP: what is missing is named, in three forms, with the right exit code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from eniguard.doctor import CHECKS
from fakealiyun.server import FakeServer
from tests.functional.cli.recorded import COMMAND, environment, run, write
from tests.functional.doctor.scene import BUCKET, GUARD_YML, PROJECT, STATE, TRAIL, Scene

#: Half of a set-up: a trail that delivers, and is named.
HALF = f"""
regions: [cn-hangzhou]
guard:
  trails: [{{name: {TRAIL}, sls_project: {PROJECT}, oss_bucket: {BUCKET}}}]
"""


class Laptop:
    """Runs the command as a process, with the fake as the cloud."""

    def __init__(self, server: FakeServer, folder: Path) -> None:
        self.scene = Scene(server.cloud)
        self.folder = folder
        assert self.scene.doctor is not None
        self.environment = {
            "ENIGUARD_ENDPOINTS": f"*={server.address}/{{product}}/{{region}}",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": self.scene.doctor.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": self.scene.doctor.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": self.scene.doctor.token or "",
        }

    def doctor(self, *arguments: str, policy: str = HALF, **more: str) -> subprocess.CompletedProcess[str]:
        write(self.folder / "guard.yml", policy.encode())
        return subprocess.run(
            [*COMMAND, "doctor", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=self.folder,
            env=environment(**{**self.environment, **more}),
        )


@pytest.fixture
def laptop(aliyun_server: FakeServer, tmp_path: Path) -> Laptop:
    return Laptop(aliyun_server, tmp_path)


def lines(text: str) -> dict[str, Any]:
    return {one["id"]: one for one in map(json.loads, text.splitlines())}


def test_half_of_a_set_up_gives_one_and_names_what_is_missing(laptop: Laptop) -> None:
    laptop.scene.make_trail()
    policy = GUARD_YML.replace(STATE, f"sqlite:///{laptop.folder / 'state.db'}")

    result = laptop.doctor("--format", "ndjson", policy=policy)

    found = lines(result.stdout)
    assert result.returncode == 1
    assert {one["schema"] for one in found.values()} == {1}
    assert f"StartLogging --Name {TRAIL}" in found[f"trail/{TRAIL}/logging"]["advice"]
    assert found["store/kind"]["status"] == "wrong"
    assert found["store/access"]["status"] == "ok"
    assert found["clock"]["status"] == "ok"
    assert "source-actiontrail" in found["linked-role/source-actiontrail"]["advice"]
    counts = {name: sum(one["status"] == name for one in found.values()) for name in ("ok", "wrong")}
    assert f"wrong {counts['wrong']}" in result.stderr
    assert f"ok {counts['ok']}" in result.stderr


def test_what_is_configured_and_there_gives_zero(laptop: Laptop) -> None:
    for step in (Scene.make_trail, Scene.start_trail, Scene.make_project, Scene.make_bucket):
        assert laptop.doctor().returncode == 1
        step(laptop.scene)

    result = laptop.doctor("--format", "json")

    assert result.returncode == 0
    assert {one["status"] for one in json.loads(result.stdout)} == {"ok", "not_configured"}


def test_table_says_what_to_do(laptop: Laptop) -> None:
    laptop.scene.make_trail()

    text = laptop.doctor("--only", "trail", COLUMNS="200").stdout

    rows = [" ".join(row.split()) for row in text.splitlines()]
    assert any(row.startswith(f"ok trail/{TRAIL}/exists its home is cn-hangzhou") for row in rows)
    assert any(row.startswith(f"wrong trail/{TRAIL}/logging it is switched off") for row in rows)
    assert any(row.startswith(f"→ aliyun actiontrail StartLogging --Name {TRAIL}") for row in rows)


def test_only_makes_no_other_check(laptop: Laptop) -> None:
    found = lines(laptop.doctor("--only", "credentials", "--only", "store", "--format", "ndjson").stdout)

    assert list(found) == ["credentials", "store/kind"]
    wrong = laptop.doctor("--only", "trial")
    assert wrong.returncode == 2
    assert all(name in wrong.stderr for name in CHECKS)


def test_names_of_checks_are_those_there_are() -> None:
    told = run("doctor", "--help").stdout

    assert all(name in " ".join(told.split()) for name in CHECKS)


@pytest.mark.parametrize(
    ("policy", "more", "message"),
    [
        ("rules: {}", {}, "give --region"),
        (HALF, {"ENIGUARD_OFFLINE": "1"}, "unset it"),
        (HALF, {"ENIGUARD_ENDPOINTS": "nowhere"}, "'nowhere' is no product=address"),
        ("regions: nowhere", {}, "regions"),
    ],
)
def test_wrong_configuration_gives_two(
    laptop: Laptop, policy: str, more: dict[str, str], message: str
) -> None:
    result = laptop.doctor(policy=policy, **more)

    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_region_is_that_of_the_option_then_the_environment_then_guard_yml(laptop: Laptop) -> None:
    def region(*arguments: str, **more: str) -> str:
        policy = f"{HALF}  functions: [example-trail-log]"
        found = lines(
            laptop.doctor(
                "--only", "function", "--format", "ndjson", *arguments, policy=policy, **more
            ).stdout
        )
        return str(found["function/example-trail-log/exists"]["found"]).rpartition(" ")[2]

    named = {"ALIBABA_CLOUD_REGION_ID": "cn-beijing"}
    assert region("--region", "cn-shanghai", **named) == "cn-shanghai"
    assert region(**named) == "cn-beijing"
    assert region() == "cn-hangzhou"


def test_cloud_out_of_reach_is_reported_and_shows_no_secret(laptop: Laptop) -> None:
    secret = laptop.environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]

    result = laptop.doctor("--only", "trail", "--format", "ndjson", ENIGUARD_ENDPOINTS="*=http://127.0.0.1:9")

    assert result.returncode == 1
    assert lines(result.stdout)["trail"]["status"] == "unknown"
    assert secret not in result.stdout + result.stderr
