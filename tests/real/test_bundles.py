"""The bundles as they are deployed: built by uv, run by the Python they are for, with nothing beside them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from eniguard.bundles import Bundle, Workshop
from eniguard.settings.alerting import SinkKind
from fakealiyun import Cloud
from fakealiyun.log.groups import Log, LogGroup
from fakealiyun.oss.models import StoredObject
from fakealiyun.server import FakeServer, served
from tests.real.built import FUNCTIONS, PYTHON, REPOSITORY, RUNTIME

REGION, PROJECT, LOGSTORE, BUCKET = "cn-hangzhou", "audit", "actiontrail_guard-trail", "evidence"
#: What the functions are told by their environment.
VARIABLES = {"ENIGUARD_REMEDIATE": "eniguard-remediate"}
#: A refused delete of a managed ENI: a finding (ENI001) that needs no look-up.
EVENT = {
    "eventId": "F23A3DD5-7842-4EF9-9DA1-000000000001",
    "eventName": "DeleteNetworkInterface",
    "serviceName": "Ecs",
    "eventType": "ApiCall",
    "eventRW": "Write",
    "eventTime": "2026-03-01T07:59:00Z",
    "acsRegion": REGION,
    "requestId": "F23A3DD5-7842-4EF9-9DA1-000000000001",
    "sourceIpAddress": "203.0.113.7",
    "userAgent": "example-agent",
    "userIdentity": {
        "type": "ram-user",
        "principalId": "200000000000000001",
        "accountId": "1234567890123456",
        "userName": "alice",
    },
    "requestParameters": {"NetworkInterfaceId": "eni-bp1example0001"},
    "errorCode": "InvalidOperation.EniServiceManaged",
}
#: What packages ask for and functions do without.
LEFT_OUT = (REPOSITORY / "requirements" / "not-in-functions.in").read_text("utf-8").split()


@pytest.fixture(scope="module")
def for_python312(tmp_path_factory: pytest.TempPathFactory, guard_yml: Path) -> Bundle:
    workshop = Workshop(guard_yml, tmp_path_factory.mktemp("bundles"))
    return workshop.build(REPOSITORY / "functions" / "trail_event", "python3.12")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with served(Cloud(REGION)) as found:
        yield found


def called(
    bundle: Bundle, *payload: bytes, python: Path = PYTHON, **environment: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What was loaded, and the log lines of a call in a process of its own, which keeps no state."""
    script = Path(__file__).with_name("bundle_call.py")
    run = subprocess.run(
        [python, "-I", "-S", script, bundle.folder, *payload],
        env={"ENIGUARD_OFFLINE": "1", **VARIABLES, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    *lines, loaded = map(json.loads, run.stdout.splitlines())
    return loaded, lines


def package(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eniguard.bundles", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def small(folder: Path, index: str = "", requirements: str = "") -> Path:
    """A function of its own, which needs little."""
    folder.mkdir(parents=True)
    (folder / "index.py").write_text(index, "utf-8")
    (folder / "requirements.txt").write_text(requirements, "utf-8")
    return folder


def packages(bundle: Bundle) -> list[Distribution]:
    return list(distributions(path=[str(bundle.folder / "python")]))


def modules(bundle: Bundle) -> set[str]:
    """The files of eniguard in a bundle, as paths in the package."""
    root = bundle.folder / "python" / "eniguard"
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def entries(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, time and hash of everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mode,
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_starts_with_nothing_beside_it(bundles: Mapping[str, Bundle], function: str) -> None:
    bundle = bundles[function]

    loaded, _ = called(bundle)

    assert sorted(os.listdir(bundle.folder)) == ["__pycache__", "index.py", "policy.json", "python"]
    assert loaded["from"] == [
        f"{bundle.folder}/{name}"
        for name in ("index.py", "python/eniguard/__init__.py", "python/msgspec/__init__.py")
    ]


def cloud_event(_server: FakeServer) -> dict[str, Any]:
    return {
        "id": EVENT["eventId"],
        "source": "acs.ecs",
        "specversion": "1.0",
        "type": "ecs:ActionTrail:ApiCall",
        "aliyunaccountid": "1234567890123456",
        "data": EVENT,
    }


def row(server: FakeServer) -> dict[str, Any]:
    cloud, root = server.cloud, server.cloud.account()
    cloud.call("log:CreateProject", root, projectName=PROJECT)
    cloud.call("log:CreateLogStore", root, project=PROJECT, logstoreName=LOGSTORE)
    logstore, now = cloud.region().log.projects[PROJECT][LOGSTORE], cloud.clock.now()
    shard = logstore.shards[0]
    begin = shard.end
    logs = (Log(int(now.timestamp()), (("event", json.dumps(EVENT).encode()),)),)
    logstore.write(LogGroup(logs, "actiontrail_audit_event", "actiontrail_internal"), now, shard)
    source = {
        "endpoint": f"http://{REGION}-intranet.log.aliyuncs.com",
        "projectName": PROJECT,
        "logstoreName": LOGSTORE,
        "shardId": shard.id,
        "beginCursor": begin,
        "endCursor": shard.end,
    }
    return {"parameter": {}, "source": source, "jobName": "j", "taskId": "t"}


def object_made(server: FakeServer) -> dict[str, Any]:
    cloud = server.cloud
    cloud.call("oss:PutBucket", cloud.account(), bucket=BUCKET)
    found = StoredObject("AliyunLogs/one.json", json.dumps([EVENT]).encode(), cloud.clock.now())
    cloud.region().oss.buckets[BUCKET].objects[found.key] = found
    told = {
        "eventName": "ObjectCreated:PutObject",
        "eventSource": "acs:oss",
        "oss": {
            "bucket": {"name": BUCKET},
            "object": {"key": found.key, "size": len(found.data), "eTag": found.etag},
        },
        "region": REGION,
    }
    return {"events": [told]}


@pytest.mark.parametrize(
    ("function", "delivery"), [("trail_event", cloud_event), ("trail_log", row), ("trail_file", object_made)]
)
def test_a_bundle_decides_an_event_under_the_policy_in_it(
    bundles: Mapping[str, Bundle], server: FakeServer, function: str, delivery: Any
) -> None:
    # given
    payload = json.dumps(delivery(server)).encode()
    keys = server.cloud.role("eniguard")

    # when
    loaded, lines = called(
        bundles[function],
        payload,
        ENIGUARD_ENDPOINTS=f"log={server.address},oss={server.address}",
        ALIBABA_CLOUD_ACCESS_KEY_ID=keys.access_key_id,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET=keys.access_key_secret,
        ALIBABA_CLOUD_SECURITY_TOKEN=keys.token or "",
    )

    # then
    findings = [(line["rule"], line["severity"]) for line in lines if line.get("kind") == "finding"]
    assert findings == [("ENI001", "high")]  # one step lower: not all that adds detail is known
    assert {"pydantic", "yaml"}.isdisjoint(loaded["modules"])


def test_the_bundle_of_the_page_has_its_templates(bundles: Mapping[str, Bundle]) -> None:
    # given
    request = {
        "version": "v1",
        "rawPath": "/",
        "queryParameters": {"plan": "forged"},
        "requestContext": {"http": {"method": "GET", "path": "/"}},
    }
    keys = {name: name[0] * 32 for name in ("SEAL_KEY", "CLIENT_SECRET", "LINK_KEY", "SESSION_KEY")}

    # when
    loaded, (answer,) = called(bundles["approval"], json.dumps(request).encode(), **keys)

    # then
    assert (answer["statusCode"], "<style>:root" in answer["body"]) == (404, True)
    assert {"joserfc", "jinja2"} <= set(loaded["modules"])
    assert {"pydantic", "yaml"}.isdisjoint(loaded["modules"])


def test_the_bundle_of_the_sweep_looks_events_up_under_the_policy_in_it(
    bundles: Mapping[str, Bundle], server: FakeServer, tmp_path: Path
) -> None:
    # given
    cloud = server.cloud
    cloud.clock.set(datetime.now(timezone.utc))
    cloud.call("ecs:DescribeRegions", cloud.account("alice"), REGION)
    keys = cloud.account()

    # when
    loaded, lines = called(
        bundles["sweep"],
        b"{}",
        ENIGUARD_OFFLINE="0",
        ENIGUARD_STATE=f"sqlite:///{tmp_path}/state.db",
        ENIGUARD_ENDPOINTS=f"*={server.address}/{{product}}/{{region}}",
        ALIBABA_CLOUD_ACCESS_KEY_ID=keys.access_key_id,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET=keys.access_key_secret,
    )

    # then
    (swept,) = [line for line in lines if line.get("kind") == "swept"]
    assert set(swept["ended"].values()) == {"done"}, lines
    assert "gap_fill" in swept["ended"]
    assert "alibabacloud_actiontrail20200706.client" in loaded["modules"]
    assert {"pydantic", "yaml"}.isdisjoint(loaded["modules"])


def test_bytecode_is_taken_without_a_look_at_the_source(
    bundles: Mapping[str, Bundle], tmp_path: Path
) -> None:
    # given
    folder = tmp_path / "trail_event"
    shutil.copytree(bundles["trail_event"].folder, folder)
    (folder / "python" / "eniguard" / "pipeline.py").write_text("raise SystemExit('read')", "utf-8")

    # when
    loaded, _ = called(msgspec.structs.replace(bundles["trail_event"], folder=folder))

    # then
    assert "eniguard.pipeline" in loaded["modules"]
    assert {path.name.split(".")[-2] for path in folder.rglob("*.pyc")} == {
        RUNTIME.replace("python", "cpython-").replace(".", "")
    }


def test_a_bundle_holds_what_its_function_imports_and_no_more(bundles: Mapping[str, Bundle]) -> None:
    found = {name: modules(bundle) for name, bundle in bundles.items()}

    for files in found.values():
        assert {"py.typed", "pipeline.py", "settings/compiled.py", "roles/data/role_index.json"} <= files
        assert {path.partition("/")[0] for path in files}.isdisjoint(
            {"cli", "replay", "bundles", "testing.py"}
        )
        assert [path for path in files if path.rpartition("/")[2].startswith("test_")] == []
    assert {"delivery/rows.py", "cloud/logs.py"} <= found["trail_log"] - found["trail_event"]
    assert {"delivery/objects.py", "cloud/objects.py"} <= found["trail_file"] - found["trail_log"]
    assert not any((bundle.folder / "python" / "fakealiyun").exists() for bundle in bundles.values())


def test_what_is_imported_for_types_alone_stays_out(tmp_path: Path) -> None:
    function = small(tmp_path / "functions" / "mine", "import eniguard")

    bundle = Workshop(None, tmp_path / "build").build(function, RUNTIME)

    assert modules(bundle) == {"__init__.py", "py.typed", "version.py"}


def test_the_catalogue_of_messages_comes_along(tmp_path: Path) -> None:
    function = small(tmp_path / "functions" / "mine", "from eniguard.alerts import composing")

    bundle = Workshop(None, tmp_path / "build").build(function, RUNTIME)

    assert "alerts/locale/zh/LC_MESSAGES/eniguard.mo" in modules(bundle)


@pytest.mark.parametrize("name", ["trail_event", "trail_log", "trail_file", "sweep", "remediate"])
def test_every_kind_of_sink_loads_from_a_bundle(bundles: Mapping[str, Bundle], name: str) -> None:
    path = bundles[name].folder / "python"
    script = f"""
import sys; sys.path.insert(0, {str(path)!r})
from eniguard.alerts.formats import format_of
from eniguard.alerts.webhooks import Webhooks
print([type(format_of(kind)).__name__ for kind in {get_args(SinkKind)!r}])
"""

    run = subprocess.run([PYTHON, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout.count("'"), run.stderr) == (0, 2 * len(get_args(SinkKind)), "")


def test_both_stores_that_can_be_deployed_load_from_a_bundle(bundles: Mapping[str, Bundle]) -> None:
    path = bundles["trail_event"].folder / "python"
    stores = "eniguard.state.redis, eniguard.state.tablestore"
    script = f"import sys; sys.path.insert(0, {str(path)!r})\nimport {stores}"

    run = subprocess.run([PYTHON, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")
    assert not any((path / name).exists() for name in LEFT_OUT)


@pytest.mark.parametrize("runtime", ["python3.10", "python3.12"])
def test_nothing_that_a_package_needs_is_missing(
    bundles: Mapping[str, Bundle], for_python312: Bundle, runtime: str
) -> None:
    found = packages(for_python312 if runtime == "python3.12" else bundles["trail_event"])
    version = runtime if runtime == "python3.12" else RUNTIME
    there = {canonicalize_name(one.name) for one in found} | {*LEFT_OUT}
    target = {
        "python_version": version.removeprefix("python"),
        "python_full_version": f"{version.removeprefix('python')}.0",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "extra": "",
    }

    needed = {
        canonicalize_name(requirement.name)
        for one in found
        for requirement in map(Requirement, one.requires or ())
        if requirement.marker is None or requirement.marker.evaluate(target)
    }

    assert needed - there == set()
    assert {"msgspec", "pydantic", "redis", "requests", "tablestore"} <= there


def test_trail_event_has_15_mb_at_most(bundles: Mapping[str, Bundle], for_python312: Bundle) -> None:
    for bundle in (bundles["trail_event"], for_python312):
        assert bundle.zipped == bundle.archive.stat().st_size <= 15_000_000


def test_two_builds_give_the_same_bytes(
    bundles: Mapping[str, Bundle], guard_yml: Path, tmp_path: Path
) -> None:
    # given
    first = bundles["trail_event"]
    elsewhere = tmp_path / "else" / "where"
    elsewhere.mkdir(parents=True)

    # when
    run = package(
        *("trail_event", "--functions", REPOSITORY / "functions", "--policy", guard_yml),
        *("--runtime", RUNTIME, "--into", "out"),
        cwd=elsewhere,
        PYTHONHASHSEED="17",
        TZ="Asia/Shanghai",
    )

    # then
    assert run.returncode == 0, run.stderr
    assert "trail_event" in run.stdout
    assert f"{first.zipped / 1e6:.1f} MB zipped  out/" in run.stdout
    (archive,) = elsewhere.rglob("trail_event.zip")
    assert archive.read_bytes() == first.archive.read_bytes()
    assert entries(archive.with_suffix("")) == entries(first.folder)
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        assert names == sorted(names)
        assert {one.date_time for one in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_modules_with_rules_of_ones_own_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = tmp_path / "guard.yml"
    guard.write_text("rules: {modules: [acme_rules]}", "utf-8")
    function = small(tmp_path / "functions" / "mine")
    monkeypatch.syspath_prepend(REPOSITORY / "tests" / "examples")

    bundle = Workshop(guard, tmp_path / "build").build(function, RUNTIME)

    assert (bundle.folder / "python" / "acme_rules.py").is_file()
    assert {"rules/base.py", "rules/__init__.py", "events/calls.py"} <= modules(bundle)
    assert "delivery/runtime.py" not in modules(bundle)


def test_a_python_that_is_not_here_costs_the_bytecode_and_is_told(tmp_path: Path) -> None:
    small(tmp_path / "functions" / "mine")

    run = package("--runtime", "python3.99", cwd=tmp_path)

    assert run.returncode == 0, run.stderr
    assert "mine          python3.99" in run.stdout
    assert "without bytecode, which starts slower: no python3.99 on this machine" in run.stdout
    assert list((tmp_path / "build").rglob("*.pyc")) == []


def test_an_earlier_bundle_stays_when_a_build_breaks_off(tmp_path: Path) -> None:
    function = small(tmp_path / "functions" / "mine", "FIRST = 1")
    workshop = Workshop(None, tmp_path / "build")
    first = workshop.build(function, RUNTIME)
    (function / "requirements.txt").write_text("no-hash==1.0", "utf-8")

    run = package("--runtime", RUNTIME, cwd=tmp_path)

    assert run.returncode == 2
    assert "requirements.txt: cannot be installed for Python" in run.stderr
    assert (first.folder / "index.py").read_text("utf-8") == "FIRST = 1"
    assert sorted(os.listdir(first.folder.parent)) == ["mine", "mine.zip"]


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("rules: {ENI999: {}}", "ENI999"),
        ("rules: {modules: [no_such_rules]}", "no module 'no_such_rules'"),
        ("state: 1", "state"),
    ],
)
def test_a_policy_that_is_wrong_is_said_before_it_is_deployed(tmp_path: Path, guard: str, said: str) -> None:
    small(tmp_path / "functions" / "mine")
    (tmp_path / "guard.yml").write_text(guard, "utf-8")

    run = package(cwd=tmp_path)

    assert run.returncode == 2
    assert run.stderr.startswith("Error: ")
    assert said in run.stderr
    assert not (tmp_path / "build" / "mine").exists()


def test_a_function_that_lacks_a_file_is_said(tmp_path: Path) -> None:
    small(tmp_path / "functions" / "mine")
    (tmp_path / "functions" / "mine" / "requirements.txt").unlink()

    run = package("mine", cwd=tmp_path)

    assert (run.returncode, run.stdout) == (2, "")
    assert "requirements.txt: not found" in run.stderr


def test_a_package_that_was_compiled_for_this_machine_is_refused(tmp_path: Path) -> None:
    # given
    wheel = tmp_path / "homemade-1.0-py3-none-linux_x86_64.whl"
    with zipfile.ZipFile(wheel, "w") as written:
        written.writestr("homemade.py", "")
        info = "homemade-1.0.dist-info"
        written.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: homemade\nVersion: 1.0\n")
        written.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-linux_x86_64\n"
        )
        written.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    small(
        tmp_path / "functions" / "mine", requirements=f"homemade @ {wheel.as_uri()} --hash=sha256:{digest}\n"
    )

    # when
    run = package("mine", "--runtime", RUNTIME, cwd=tmp_path)

    # then
    assert run.returncode == 2
    assert "homemade-1.0 comes as source and was compiled for this machine" in run.stderr
