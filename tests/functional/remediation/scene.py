"""An account in which somebody opens things, and the guard that puts them back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from eniguard.cloud import Client
from eniguard.events.envelopes import parse
from eniguard.model import Finding
from eniguard.own_calls import Ledger
from eniguard.pipeline import Pipeline
from eniguard.remediation.applying import Applying
from eniguard.remediation.box import Plans
from eniguard.remediation.outcomes import Outcome
from eniguard.remediation.plan import PlanRecord
from eniguard.remediation.proposing import Remediation
from eniguard.settings import Policy
from eniguard.settings.guardfile import parse_policy
from eniguard.sources.last_known import LastKnown
from eniguard.sources.live import LiveSource
from eniguard.state import Store, open_store
from fakealiyun import Keys
from tests.functional.cloud.conftest import Live
from tests.functional.remediation.plans import ALICE, seal

GUARD = """\
guard:
  roles: [eniguard-remediate]
  trails: [{name: guard-trail}]
  event_rules: [{name: guard-events}]
remediation:
  keys: {current: "env:SEAL"}
"""
SSH = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0", "Description": "for a test"}
OFFICE = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
WEB = {"IpProtocol": "TCP", "PortRange": "443/443", "SourceCidrIp": "0.0.0.0/0"}


class Scene:
    """A VPC with a group, mallory who changes things, and the guard."""

    def __init__(self, live: Live, folder: Path, remediation: str) -> None:
        self.live, self.cloud = live, live.cloud
        self.path = folder / "state.sqlite"
        self.policy = policy(remediation)
        self.mallory = self.cloud.account("mallory")
        self.guard = self.cloud.role("eniguard-remediate")
        self.store = self.opened()
        self.invoked: list[str] = []
        self.told: list[Outcome] = []
        self._seen = 0
        source = LiveSource(lambda _: live.client(), copies=LastKnown(self.store), clock=live.now)
        ledger = Ledger(self.store)
        self.pipeline = Pipeline(self.policy, source=source, history=self.store, ledger=ledger)
        self.vpc = str(self.call("vpc:CreateVpc", CidrBlock="10.0.0.0/8")["VpcId"])
        place = {"VpcId": self.vpc, "CidrBlock": "10.0.0.0/16", "ZoneId": "cn-hangzhou-h"}
        self.vswitch = str(self.call("vpc:CreateVSwitch", **place)["VSwitchId"])
        self.group = self.make_group()

    def opened(self) -> Store:
        return open_store(f"sqlite:///{self.path}", clock=self.live.now)

    # -- what people do --------------------------------------------------------------------------------------

    def call(self, action: str, by: Keys | None = None, **parameters: Any) -> Any:
        self.cloud.clock.advance(2)
        return self.cloud.call(action, by or self.mallory, **parameters)

    def make_group(self, **parameters: Any) -> str:
        return str(self.call("ecs:CreateSecurityGroup", VpcId=self.vpc, **parameters)["SecurityGroupId"])

    def make_eni(self, by: Keys | None = None, group: str | None = None) -> str:
        asked = {"VSwitchId": self.vswitch, "SecurityGroupId": group or self.group}
        return str(self.call("ecs:CreateNetworkInterface", by, **asked)["NetworkInterfaceId"])

    def opens_ssh(self) -> None:
        self.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=self.group, Permissions=[OFFICE, SSH, WEB])

    def rules(self, group: str | None = None) -> list[tuple[str, str]]:
        """Ports and source of each rule, as they are now."""
        found = self.cloud.call(
            "ecs:DescribeSecurityGroupAttribute", self.mallory, SecurityGroupId=group or self.group
        )
        return sorted((one["PortRange"], one["SourceCidrIp"]) for one in found["Permissions"]["Permission"])

    def groups_of(self, eni: str) -> list[str]:
        found = self.cloud.call("ecs:DescribeNetworkInterfaces", self.mallory, NetworkInterfaceId=[eni])
        (one,) = found["NetworkInterfaceSets"]["NetworkInterfaceSet"]
        return sorted(one["SecurityGroupIds"]["SecurityGroupId"])

    # -- what the guard does ---------------------------------------------------------------------------------

    def findings(self, event: dict[str, Any] | None = None) -> list[Finding]:
        """What is found in an event, by default the last one."""
        recorded = event or self.cloud.trail.events[-1]
        if event is None:
            self.catch_up()
        self.cloud.clock.advance(1)
        found: list[Finding] = []
        for batch in parse(recorded):
            for one in batch.concerned:
                found += self.pipeline.decide(one.call, now=self.live.now()).decision.findings
        return found

    def proposed(self, *rules: str, forgeable: bool = False) -> list[PlanRecord]:
        """The plans for what is found in the last event, of some rules."""
        found = [one for one in self.findings() if not rules or one.rule in rules]
        remediation = self.remediation()
        records = [(remediation.propose(one, forgeable=forgeable), one) for one in found]
        return [remediation.set_going(record, one) for record, one in records if record is not None]

    def catch_up(self) -> None:
        """Let the guard see all that was written since, but the last call."""
        events = list(self.cloud.trail.events)
        waiting, self._seen = events[self._seen : -1], len(events)
        for event in waiting:
            if event["eventRW"] == "Write":
                self.findings(event)

    def miss(self) -> None:
        """Let all that was written since be lost on its way to the guard."""
        self._seen = len(self.cloud.trail.events)

    def remediation(self) -> Remediation:
        return Remediation(self.store, self.policy, seal, self.invoked.append, clock=self.live.now)

    def plans(self, store: Store | None = None) -> Plans:
        return Plans(store or self.store, seal(), clock=self.live.now)

    def approve(self, plan_id: str, *, undo: bool = False) -> PlanRecord:
        record = self.record(plan_id)
        purpose = "undo" if undo else "apply"
        now = self.live.now()
        verdict = seal().verdict(record.plan, ALICE, approved=True, at=now, purpose=purpose)  # type: ignore[arg-type]
        plans = self.plans()
        return plans.decide_undo(plan_id, verdict) if undo else plans.decide(plan_id, verdict)

    def record(self, plan_id: str) -> PlanRecord:
        found = self.plans().get(plan_id)
        assert found is not None
        return found

    def applying(
        self,
        *,
        store: Store | None = None,
        tell: Callable[[Outcome], None] | None = None,
        caller: Callable[[Client], Any] = lambda client: client,
    ) -> Applying:
        client = self.live.client(self.guard)
        return Applying(
            store or self.store,
            seal(),
            self.policy,
            lambda _account: caller(client),
            tell or self.told.append,
            clock=self.live.now,
            sleep=self.live.sleep,
        )

    def applied(self, plan_id: str) -> PlanRecord:
        """Approve a plan, and carry it out."""
        self.approve(plan_id)
        return self.applying().run(plan_id)

    def ended(self) -> list[str]:
        return [one.ended for one in self.told]

    def writes(self, action: str) -> list[dict[str, Any]]:
        """The calls of the guard of an API, refused ones too."""
        return [
            one
            for one in self.live.calls(action)
            if "eniguard-remediate" in str(one["userIdentity"].get("userName"))
        ]


def policy(remediation: str) -> Policy:
    lines = "".join(f"  {line}\n" for line in remediation.splitlines())
    return parse_policy(GUARD + lines)
