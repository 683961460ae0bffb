"""Findings that lead to plans: put down before anybody is told, shown, waited for, or set going."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eniguard.delivery.remediate import RemediateDelivery
from eniguard.delivery.sweep import SweepDelivery
from eniguard.errors import ConfigError
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import PlanRecord
from fakealiyun.chats.serving import ChatServer, fake_chats
from tests.functional.cloud.conftest import Live
from tests.functional.delivery.scene import Guard, cloud_event

POLICY = """
alerts: {{internal_hosts: [localhost], ca_file: {ca_file}}}
sinks:
  - {{name: archive, kind: webhook, url: "env:ARCHIVE", secret: "env:ARCHIVE_SIGN"}}
remediation:
  keys: {{current: "env:SEAL"}}
  mode: {mode}
  modes: {modes}
  approval:
    url: https://approve.example.com/
    issuer: https://login.example.com
    client_id: eniguard
    client_secret: env:CLIENT_SECRET
    link_keys: {{current: "env:LINK_KEY"}}
    session_keys: {{current: "env:SESSION_KEY"}}
    allowed: [{{claim: groups, any_of: [network]}}]
    ram: [{{claim: ram_user, ram: user}}]
waivers: {waivers}
"""
AUTO = "[{mode: auto, rules: [EXP001]}]"
WAIVER = (
    "[{id: known, match: {rules: [EXP001]}, owner: jane@example.com, reason: a test, expires: 2030-01-01}]"
)
OFFICE = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
WORLD = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}


class Opened:
    """A group that mallory opens, the guard, and a sink."""

    def __init__(self, live: Live, folder: Path, server: ChatServer, **more: str) -> None:
        told = {"mode": "approve", "modes": "[]", "waivers": "[]", **more}
        self.guard = Guard(live, folder, policy=POLICY.format(ca_file=server.ca_file, **told))
        self.live, self.cloud, self.chats = live, live.cloud, server.chats
        self.guard.environment |= {
            "ARCHIVE": server.url("webhook"),
            "ARCHIVE_SIGN": server.secret("webhook") or "",
            "SEAL": "s" * 64,
            "LINK_KEY": "l" * 64,
        }
        self.mallory = self.cloud.account("mallory")
        vpc = self.cloud.call("vpc:CreateVpc", self.mallory, CidrBlock="10.0.0.0/8")["VpcId"]
        made = self.cloud.call("ecs:CreateSecurityGroup", self.mallory, VpcId=vpc)
        self.group = str(made["SecurityGroupId"])
        self.cloud.clock.advance(60)
        rules = [OFFICE, WORLD]
        self.cloud.call(
            "ecs:AuthorizeSecurityGroup", self.mallory, SecurityGroupId=self.group, Permissions=rules
        )
        self.event = self.cloud.trail.events[-1]
        self.cloud.clock.advance(5)

    def told(self) -> list[dict[str, Any]]:
        """The alerts that reached the sink."""
        bodies = [one.body for one in self.chats.robot("webhook").received]
        return [alert for body in bodies for alert in body["data"]["alerts"]]

    def plans(self) -> list[PlanRecord]:
        return list(Plans(self.guard.store(), clock=self.live.now).list(100).records)

    def sweep(self) -> None:
        guard = self.guard
        sweep = SweepDelivery(guard.environment, clock=self.live.now, sleep=self.live.sleep, stream=guard.log)
        sweep.handle(b"{}", guard.context("sweep"))

    def carry_out(self, plan_id: str) -> dict[str, Any]:
        guard = self.guard
        function = RemediateDelivery(
            guard.environment, clock=self.live.now, sleep=self.live.sleep, stream=guard.log
        )
        body = json.dumps({"plan": plan_id}).encode()
        return json.loads(
            function.handle(body, guard.context("remediate", self.cloud.role("writer"))) or "{}"
        )

    def rules(self) -> list[str]:
        found = self.cloud.call(
            "ecs:DescribeSecurityGroupAttribute", self.mallory, SecurityGroupId=self.group
        )
        return sorted(one["SourceCidrIp"] for one in found["Permissions"]["Permission"])


@pytest.fixture
def server(live: Live) -> Iterator[ChatServer]:
    with fake_chats(clock=live.cloud.clock) as found:
        yield found


def test_a_finding_is_told_with_its_plan_and_the_page_to_approve_it_on(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server)

    opened.guard.call("trail_event", cloud_event(opened.event))

    (record,) = opened.plans()
    (alert,) = [one for one in opened.told() if one["finding"]["rule"] == "EXP001"]
    assert (record.state, record.plan.mode, record.plan.held_back) == ("proposed", "approve", ())
    assert alert["proposal"]["plan"] == record.plan.id
    assert alert["proposal"]["goes"] == "approve"
    assert alert["proposal"]["link"].startswith("https://approve.example.com/?plan=")
    assert [one.split()[0] for one in alert["proposal"]["calls"]] == ["ecs:RevokeSecurityGroup"]
    assert opened.rules() == ["0.0.0.0/0", "192.0.2.0/24"]


def test_an_event_that_comes_again_leads_to_no_second_plan(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server)

    for _ in range(2):
        opened.guard.call("trail_event", cloud_event(opened.event))
        opened.guard.call("trail_log", opened.guard.rows(opened.event))
    opened.sweep()

    assert len(opened.plans()) == 1


def test_the_plan_of_an_event_from_a_bucket_is_only_shown_and_stands_in_nobodys_way(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server, modes=AUTO)
    forged = {**opened.event, "sourceIpAddress": "198.51.100.7"}

    # when: it comes from a bucket first, otherwise than the trail tells of it
    opened.guard.call("trail_file", opened.guard.object(gzip.compress(json.dumps([forged]).encode())))
    shown = opened.plans()
    opened.guard.call("trail_event", cloud_event(opened.event))

    # then
    ((record,), both) = shown, opened.plans()
    assert (record.plan.mode, record.state) == ("plan", "proposed")
    assert "anybody can use" in record.plan.held_back[0]
    assert sorted(one.plan.mode for one in both) == ["auto", "plan"]
    goes = [one["proposal"]["goes"] for one in opened.told() if one.get("proposal")]
    assert goes[0] == "plan"


def test_a_true_copy_that_comes_first_by_way_of_a_bucket_keeps_nothing_from_being_put_back(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server, modes=AUTO)
    opened.guard.call("trail_file", opened.guard.object(gzip.compress(json.dumps([opened.event]).encode())))

    ended = [opened.guard.call("trail_event", cloud_event(opened.event)) for _ in range(2)]

    assert ended == [{"duplicate": 1}, {"duplicate": 1}]
    assert sorted((one.plan.mode, one.state) for one in opened.plans()) == [
        ("auto", "approved"),
        ("plan", "proposed"),
    ]
    assert [rule for rule, _, _ in opened.guard.findings()].count("EXP001") == 1


def test_a_plan_that_waits_is_told_of_where_a_true_copy_came_first_by_way_of_a_bucket(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server)
    opened.guard.call("trail_file", opened.guard.object(gzip.compress(json.dumps([opened.event]).encode())))

    opened.guard.call("trail_event", cloud_event(opened.event))

    goes = [one["proposal"]["goes"] for one in opened.told() if one.get("proposal")]
    assert goes == ["plan", "approve"]


def test_what_a_waiver_answers_for_is_not_put_back(live: Live, tmp_path: Path, server: ChatServer) -> None:
    opened = Opened(live, tmp_path, server, modes=AUTO, waivers=WAIVER)

    opened.guard.call("trail_event", cloud_event(opened.event))

    assert "EXP001" in [rule for rule, _, _ in opened.guard.findings()]
    assert opened.plans() == []


def test_a_plan_that_nothing_can_be_told_to_carry_out_waits_for_a_person_who_is_told(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server, modes=AUTO)
    del opened.guard.environment["SEAL"]

    counts = opened.guard.call("trail_event", cloud_event(opened.event))

    (record,) = opened.plans()
    (alert,) = [one for one in opened.told() if one.get("proposal")]
    assert (counts, record.state, alert["proposal"]["goes"]) == ({"decided": 1}, "proposed", "approve")
    assert [one["plan"] for one in opened.guard.lines("plan_not_set_going")] == [record.plan.id]


def test_a_plan_that_was_approved_and_called_for_in_vain_is_set_going_by_the_sweep(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    # given: no function is named, so that the call for it fails
    opened = Opened(live, tmp_path, server, modes=AUTO)

    opened.guard.call("trail_event", cloud_event(opened.event))
    (record,) = opened.plans()
    opened.cloud.clock.advance(121)

    # then: the sweep tries, tells that it cannot either, and does its other parts
    with pytest.raises(ConfigError, match="ENIGUARD_REMEDIATE"):
        opened.sweep()
    ((swept,), (failed,)) = opened.guard.lines("swept"), opened.guard.lines("sweep_step_failed")
    assert (record.state, failed["step"], swept["ended"]["plans"]) == ("approved", "plans", "failed")
    assert swept["ended"]["alerts"] == "done"


def test_how_a_plan_ended_is_told_once_to_whom_the_finding_was_told(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server, modes=AUTO)
    opened.guard.call("trail_event", cloud_event(opened.event))
    (record,) = opened.plans()

    stands = [opened.carry_out(record.plan.id) for _ in range(2)]

    outcomes = [one for one in opened.told() if one["kind"] == "outcome"]
    assert [one["state"] for one in stands] == ["applied", "applied"]
    assert opened.rules() == ["192.0.2.0/24"]
    assert [(one["ended"], one["finding"]["rule"]) for one in outcomes] == [("applied", "EXP001")]
    assert f"eniguard plans undo {record.plan.id}" in outcomes[0]["finding"]["advice"]


def test_a_plan_that_is_held_back_by_a_budget_pages_somebody(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    modes = f"{AUTO}\n  per_hour: {{rule: 1}}"
    opened = Opened(live, tmp_path, server, modes=modes)
    opened.guard.call("trail_event", cloud_event(opened.event))
    (first,) = opened.plans()
    opened.carry_out(first.plan.id)
    opened.cloud.clock.advance(60)
    opened.cloud.call(
        "ecs:AuthorizeSecurityGroup", opened.mallory, SecurityGroupId=opened.group, Permissions=[WORLD]
    )
    again = opened.cloud.trail.events[-1]
    opened.cloud.clock.advance(5)
    opened.guard.call("trail_event", cloud_event(again))

    opened.carry_out(next(one.plan.id for one in opened.plans() if one.plan.id != first.plan.id))

    told = [(one["kind"], one["finding"]["rule"], one.get("ended")) for one in opened.told()]
    assert ("outcome", "EXP001", "refused") in told
    assert ("first", "SELF009", None) in told
    assert opened.rules() == ["0.0.0.0/0", "192.0.2.0/24"]


def test_what_a_caller_says_of_its_program_keeps_nothing_from_being_put_back(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server, modes=AUTO)

    opened.guard.call("trail_event", cloud_event({**opened.event, "userAgent": "a" * 70_000}))

    (record,) = opened.plans()
    assert (record.state, record.plan.mode) == ("approved", "auto")


def test_a_plan_that_no_store_can_keep_holds_up_neither_its_finding_nor_what_is_behind_it(
    live: Live, tmp_path: Path, server: ChatServer
) -> None:
    opened = Opened(live, tmp_path, server, modes=AUTO)

    counts = opened.guard.call("trail_event", cloud_event({**opened.event, "sourceIpAddress": "a" * 40_000}))

    assert (counts, opened.plans()) == ({"decided": 1}, [])
    assert [one["rule"] for one in opened.guard.lines("plan_not_put_down")] == ["EXP001"]
    assert "EXP001" in [one["finding"]["rule"] for one in opened.told()]
