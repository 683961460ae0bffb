"""A guarded account: a fake cloud, chats, and the functions of template.yml as bundles in the emulator."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import requests
import yaml

from eniguard.bundles import Bundle
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import PlanRecord
from eniguard.settings.compiled import compile_policy
from eniguard.state import Store, open_store
from fakealiyun import Cloud, Keys
from fakealiyun.chats.serving import ChatServer, fake_chats
from fakealiyun.clock import RunningClock
from fakealiyun.server import FakeServer, served
from tests.real.built import REPOSITORY, RUNTIME

REGION = "cn-hangzhou"
FUNCTIONS = ("trail_event", "remediate", "sweep")
TRAIL_EVENT, REMEDIATE, SWEEP = [f"eniguard-dev-{name.replace('_', '-')}" for name in FUNCTIONS]
TRAIL = "guard-trail"
SECONDS = 40.0

GUARD = """\
regions: [cn-hangzhou]
state: {{url: env:ENIGUARD_STATE}}
guard:
  roles: [{roles}]
  trails: [{{name: guard-trail}}]
  functions: [{functions}]
alerts: {{internal_hosts: [localhost], ca_file: {ca_file}}}
sinks:
  - {{name: archive, kind: webhook, url: "env:ARCHIVE", secret: "env:ARCHIVE_SIGN"}}
  - {{name: oncall, kind: feishu, url: "env:ONCALL", secret: "env:ONCALL_SIGN"}}
remediation:
  mode: approve
  modes:
    - {{mode: auto, rules: [SELF001, SELF003]}}
    - {{mode: auto, rules: [EXP001, EXP002], tags: {{env: sandbox}}}}
  per_hour: {{rule: 100, account: 100, total: 100}}
  keys: {{current: "kms:guard-seal"}}
"""
OFFICE = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
WORLD = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}
WEB = {"IpProtocol": "TCP", "PortRange": "443/443", "SourceCidrIp": "0.0.0.0/0"}
SANDBOX = [{"Key": "env", "Value": "sandbox"}]

_Found = TypeVar("_Found")


def until(look: Callable[[], _Found | None], what: object, seconds: float = SECONDS) -> _Found:
    """What a look finds, within some seconds."""
    end = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return found


class Printed:
    """What a process prints, and a way to wait for a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.text: list[str] = []
        self._lines = process.stdout
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait(self, matches: Callable[[dict[str, Any]], object], what: object) -> dict[str, Any]:
        """The first line of JSON that matches."""
        with self._changed:
            found = self._changed.wait_for(lambda: next(filter(matches, self.lines()), None), SECONDS)
        assert found, (what, "".join(self.text[-60:]))
        return found

    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines of JSON so far, with the name of the function that printed them."""
        for text in list(self.text):
            name, _, printed = text.partition(" | ")
            if printed.startswith("{"):
                yield {"printed_by": name, **json.loads(printed)}
            elif text.startswith("{"):
                yield json.loads(text)

    def end(self) -> None:
        """Wait until all is read."""
        self._thread.join()

    def _read(self) -> None:
        for line in self._lines:
            with self._changed:
                self.text.append(line)
                self._changed.notify_all()


class Guarded:
    """An account in which mallory opens things, alice answers for them, and the guard puts them back."""

    def __init__(self, folder: Path, server: FakeServer, chats: ChatServer) -> None:
        self.cloud, self.server, self.chats, self.folder = server.cloud, server, chats.chats, folder
        self.root = self.cloud.account()
        self.mallory, self.alice = self.cloud.account("mallory"), self.cloud.account("alice")
        self.state = f"sqlite:///{folder}/state.db"
        self.guard_yml = folder / "guard.yml"
        own = f"{TRAIL_EVENT}, {REMEDIATE}, {SWEEP}"
        self.guard_yml.write_text(
            GUARD.format(roles=own, functions=own, ca_file=chats.ca_file), encoding="utf-8"
        )
        (folder / "policy.json").write_bytes(compile_policy(self.guard_yml))
        self.variables = {
            "ENIGUARD_POLICY": str(folder / "policy.json"),
            "ENIGUARD_STATE": self.state,
            "ARCHIVE": chats.url("webhook"),
            "ARCHIVE_SIGN": chats.secret("webhook") or "",
            "ONCALL": chats.url("feishu"),
            "ONCALL_SIGN": chats.secret("feishu") or "",
        }
        self.store: Store = open_store(self.state)
        self.policies: dict[str, Any] = {}
        self.compute, self.pid = "", 0
        self.printed: Printed
        self._build()

    def _build(self) -> None:
        """The network; what has to settle is given its time before the guard looks."""
        clock = self.cloud.clock
        clock.set(datetime.now(timezone.utc) - timedelta(minutes=5))
        call = self.cloud.call
        self.vpc = str(call("vpc:CreateVpc", self.root, CidrBlock="10.0.0.0/8")["VpcId"])
        clock.advance(60)
        place = {"VpcId": self.vpc, "CidrBlock": "10.0.0.0/16", "ZoneId": "cn-hangzhou-h"}
        self.vswitch = str(call("vpc:CreateVSwitch", self.root, **place)["VSwitchId"])
        secret = {"SecretName": "guard-seal", "VersionId": "1", "SecretData": "s" * 64}
        call("kms:CreateSecret", self.root, **secret)
        arn = f"acs:log:{REGION}:{self.cloud.account_id}:project/audit"
        call("actiontrail:CreateTrail", self.root, Name=TRAIL, SlsProjectArn=arn, EventRW="All")
        call("actiontrail:StartLogging", self.root, Name=TRAIL)
        clock.set(datetime.now(timezone.utc))

    # -- what people do --------------------------------------------------------------------------------------

    def call(self, action: str, by: Keys | None = None, **parameters: Any) -> Mapping[str, Any]:
        """A call of mallory's, or of somebody else."""
        return self.cloud.call(action, by or self.mallory, **parameters)

    def make_group(self, **parameters: Any) -> str:
        made = self.call("ecs:CreateSecurityGroup", self.root, VpcId=self.vpc, **parameters)
        return str(made["SecurityGroupId"])

    def make_eni(self, group: str, by: Keys | None = None) -> str:
        asked = {"VSwitchId": self.vswitch, "SecurityGroupId": group}
        made = self.call("ecs:CreateNetworkInterface", by or self.root, **asked)
        return str(made["NetworkInterfaceId"])

    def open(self, group: str, *rules: Mapping[str, str], by: Keys | None = None) -> None:
        """Add rules in one call, by default the one that lets the world in."""
        self.call("ecs:AuthorizeSecurityGroup", by, SecurityGroupId=group, Permissions=list(rules or [WORLD]))

    def rules(self, group: str) -> list[tuple[str, str]]:
        """Ports and source of each rule, as they are now."""
        found = self.call("ecs:DescribeSecurityGroupAttribute", self.root, SecurityGroupId=group)
        return sorted((one["PortRange"], one["SourceCidrIp"]) for one in found["Permissions"]["Permission"])

    def groups_of(self, eni: str) -> list[str]:
        found = self.call("ecs:DescribeNetworkInterfaces", self.root, NetworkInterfaceId=[eni])
        (one,) = found["NetworkInterfaceSets"]["NetworkInterfaceSet"]
        return sorted(one["SecurityGroupIds"]["SecurityGroupId"])

    def plans(self, *arguments: str, by: Keys | None = None) -> subprocess.CompletedProcess[str]:
        """`eniguard plans` with the keys of alice, or of somebody else."""
        keys = by or self.alice
        address = self.server.address
        return subprocess.run(
            [sys.executable, "-m", "eniguard.cli", "plans", *arguments, "--policy", str(self.guard_yml)],
            env={
                "PATH": os.environ["PATH"],
                "ENIGUARD_STATE": self.state,
                "ENIGUARD_ENDPOINTS": f"*={address},fc={self.compute}",
                "ALIBABA_CLOUD_REGION_ID": REGION,
                "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.access_key_id,
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.access_key_secret,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def approve(self, plan: str) -> None:
        ended = self.plans("approve", plan)
        assert ended.returncode == 0, ended.stderr

    # -- what the guard does ---------------------------------------------------------------------------------

    def line(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for a line of the log; a resource is given by its id."""

        def matches(line: Mapping[str, Any]) -> bool:
            return line.get("kind") == kind and all(_said(line, name) == fields[name] for name in fields)

        return self.printed.wait(matches, (kind, fields))

    def proposed(self, rule: str, resource: str) -> PlanRecord:
        """Wait for the finding of a rule on a resource, and for its plan."""
        finding = self.line("finding", rule=rule, resource=resource)
        return self.record(str(self.line("plan_proposed", finding_id=finding["finding_id"])["plan"]))

    def decided(self, event: str) -> list[str]:
        """Wait until the guard decided the last event with a name; the rules that found something in it."""
        event_id = [one["eventId"] for one in self.cloud.trail.events if one["eventName"] == event][-1]
        count = self.line("decision", event_id=event_id)["findings"]

        def found() -> list[str] | None:
            rules = [str(one["rule"]) for one in self.lines("finding", event_id=event_id)]
            return rules if len(rules) >= count else None

        return until(found, event)

    def ended(self, plan: str, ended: str) -> PlanRecord:
        """Wait until a plan came to an end."""
        self.line("plan", plan=plan, ended=ended)
        return self.record(plan)

    def lines(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """The lines of a kind so far."""
        return [
            one
            for one in self.printed.lines()
            if one.get("kind") == kind and all(_said(one, name) == fields[name] for name in fields)
        ]

    def record(self, plan: str) -> PlanRecord:
        found = Plans(self.store).get(plan)
        assert found is not None, plan
        return found

    def told(self, resource: str) -> list[dict[str, Any]]:
        """The alerts about a resource that the receiver has."""
        bodies = [one.body for one in self.chats.robot("webhook").received]
        alerts = [alert for body in bodies for alert in body["data"]["alerts"]]
        return [one for one in alerts if one["finding"]["resources"][0]["id"] == resource]

    def outcome(self, resource: str, ended: str) -> dict[str, Any]:
        """Wait until the receiver is told how a plan for a resource ended."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.told(resource) if one.get("ended") == ended), None)

        return until(found, (resource, ended))

    def writes(self, action: str, resource: str) -> list[dict[str, Any]]:
        """The calls of an API that remediate made on a resource, refused ones too."""
        return [
            one
            for one in self.cloud.trail.events
            if one["eventName"] == action
            and str(one["userIdentity"].get("userName")).startswith(f"{REMEDIATE}:")
            and resource in json.dumps(one["requestParameters"])
        ]

    def invoke(self, function: str, event: object, kind: str = "Sync") -> requests.Response:
        """InvokeFunction, as whoever may."""
        return requests.post(
            f"{self.compute}/2023-03-30/functions/{function}/invocations",
            json=event,
            headers={"x-fc-invocation-type": kind},
            timeout=SECONDS,
        )

    def given_up(self, plan: str) -> bool:
        """Whether asynchronous calls of remediate for a plan were tried as often as they are."""
        letters = self.folder / "letters.ndjson"
        return letters.exists() and plan in letters.read_text(encoding="utf-8")

    def is_due(self, plan: str) -> None:
        """Let the time be over after which a plan that failed, or broke off, is tried again."""
        item = self.store.get(f"plan/{plan}")
        assert item is not None
        record, now = json.loads(item.value), time.time()
        record["run"]["until"] = now
        assert self.store.replace(item.key, json.dumps(record).encode(), version=item.version) is not None
        self.store.schedule("plans_open", plan, now)

    def kill(self, function: str) -> None:
        """End the processes of a function as a machine does that goes down."""
        named, killed = f"FC_FUNCTION_NAME={function}".encode(), 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with suppress(FileNotFoundError):  # threads and processes come and go
                for child in (task / "children").read_text(encoding="ascii").split():
                    if named in Path(f"/proc/{child}/environ").read_bytes().split(b"\0"):
                        os.kill(int(child), signal.SIGKILL)
                        killed += 1
        assert killed, function


def _said(line: Mapping[str, Any], name: str) -> Any:
    """What a line says; of its resource the id."""
    if name != "resource":
        return line.get(name)
    found = line.get("resource") or (line.get("resources") or [{}])[0]
    return found.get("id")


@contextmanager
def guarded(bundles: Mapping[str, Bundle], folder: Path) -> Iterator[Guarded]:
    """The account, with the functions running inside the block."""
    cloud = Cloud(REGION, clock=RunningClock(), check_signatures=True)
    with served(cloud) as server, fake_chats() as chats:
        account = Guarded(folder, server, chats)
        path = template(bundles, folder)
        account.policies = policies(path, account.guard_yml)
        for name, policy in account.policies.items():
            cloud.role(name, policy)
        with _functions(account, path):
            yield account
        account.store.close()


def template(bundles: Mapping[str, Bundle], folder: Path) -> Path:
    """The functions of template.yml that a call goes through, with their bundles."""
    document = yaml.safe_load((REPOSITORY / "template.yml").read_text(encoding="utf-8"))
    document["template"]["function"]["runtime"] = RUNTIME
    document["resources"] = {name: document["resources"][name] for name in FUNCTIONS}
    for name in FUNCTIONS:
        document["resources"][name]["props"]["code"] = str(bundles[name].folder)
    path = folder / "template.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def policies(path: Path, guard_yml: Path) -> dict[str, Any]:
    """What `eniguard generate ram-policy` gives each role."""
    asked = ["generate", "ram-policy", "--template", str(path), "--policy", str(guard_yml)]
    run = subprocess.run(
        [sys.executable, "-m", "eniguard.cli", *asked],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert run.returncode == 0, run.stderr
    return {name: one["policy"] for name, one in json.loads(run.stdout).items()}


@contextmanager
def _functions(account: Guarded, path: Path) -> Iterator[None]:
    pairs = [part for name, value in account.variables.items() for part in ("--env", f"{name}={value}")]
    command: Sequence[str] = [
        *("serve", "-t", str(path), "--cloud", account.server.address, "--retry-wait", "0.2"),
        *("--dead-letters", str(account.folder / "letters.ndjson"), *pairs),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "eniguard.cli", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
    ) as process:
        account.printed = Printed(process)
        try:
            started = account.printed.wait(lambda line: "address" in line, "serve")
            account.compute, account.pid = started["address"], started["pid"]
            yield
        finally:
            process.terminate()
            account.printed.end()
