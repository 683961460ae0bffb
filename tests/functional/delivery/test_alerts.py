"""Findings of the functions on their way to people: through the chats' own protocol, each once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eniguard.delivery.sweep import SweepDelivery
from fakealiyun.chats.serving import ChatServer, fake_chats
from tests.functional.cloud.conftest import Live
from tests.functional.delivery.scene import Guard, cloud_event, event

POLICY = """
alerts: {{group_minutes: 30, internal_hosts: [localhost], ca_file: {ca_file}}}
sinks:
  - name: oncall
    kind: dingtalk
    url: env:ROBOT
    secret: env:ROBOT_SIGN
    language: zh
    time_zone: Asia/Shanghai
  - {{name: archive, kind: webhook, url: "env:ARCHIVE", secret: "env:ARCHIVE_SIGN"}}
routes:
  - {{match: {{families: [ENI]}}, sinks: [oncall], continue: true}}
  - {{sinks: [archive]}}
waivers:
  - id: known
    match: {{resources: [eni-bp1waived0001]}}
    owner: jane@example.com
    reason: it goes
    expires: 2026-12-31
"""


class Told:
    """A guard with two sinks: a robot of DingTalk and an archive."""

    def __init__(self, live: Live, folder: Path, server: ChatServer) -> None:
        self.guard = Guard(live, folder, policy=POLICY.format(ca_file=server.ca_file))
        self.chats = server.chats
        self.guard.environment |= {
            "ROBOT": server.url("dingtalk"),
            "ROBOT_SIGN": server.secret("dingtalk") or "",
            "ARCHIVE": server.url("webhook"),
            "ARCHIVE_SIGN": server.secret("webhook") or "",
        }

    def of(self, robot: str) -> list[Any]:
        return [one.body for one in self.chats.robot(robot).received]

    def sweep(self) -> None:
        guard = self.guard
        sweep = SweepDelivery(
            guard.environment, clock=guard.live.now, sleep=guard.live.sleep, stream=guard.log
        )
        sweep.handle(b"{}", guard.context("sweep"))


@pytest.fixture
def told(live: Live, tmp_path: Path) -> Iterator[Told]:
    with fake_chats(clock=live.cloud.clock) as server:
        yield Told(live, tmp_path, server)


def test_a_finding_reaches_each_sink_of_its_route_once_whatever_ways_its_event_comes_by(told: Told) -> None:
    recorded = event()

    told.guard.call("trail_event", cloud_event(recorded))
    told.guard.call("trail_event", cloud_event(recorded))
    told.guard.call("trail_log", told.guard.rows(recorded))
    told.sweep()

    (message,), (archived,) = told.of("dingtalk"), told.of("webhook")
    assert "ENI001" in json.dumps(message)
    assert "托管弹性网卡" in json.dumps(message, ensure_ascii=False)
    assert [one["finding"]["rule"] for one in archived["data"]["alerts"]] == ["ENI001"]


def test_a_loop_of_retries_is_one_message_and_one_summary_with_the_number(told: Told) -> None:
    loop = [event(number) for number in range(1, 1001)]

    told.guard.call("trail_log", told.guard.rows(*loop))
    told.guard.cloud.clock.advance(1801)
    told.sweep()
    told.guard.cloud.clock.advance(1801)
    told.sweep()

    by_rule: dict[str, list[int]] = {}
    for body in told.of("webhook"):
        for one in body["data"]["alerts"]:
            by_rule.setdefault(one["finding"]["rule"], []).append(one["count"])
    assert by_rule["ENI001"] == [1, 1000]


def test_what_is_waived_is_decided_and_told_to_nobody(told: Told) -> None:
    waived = event(requestParameters={"NetworkInterfaceId": "eni-bp1waived0001"})

    told.guard.call("trail_event", cloud_event(waived))

    assert [line["waiver"] for line in told.guard.lines("waived")] == ["known"]
    assert [rule for rule, _, _ in told.guard.findings()] == ["ENI001"]
    assert told.of("dingtalk") == told.of("webhook") == []


def test_a_sink_that_is_down_costs_no_decision_is_told_of_and_gets_all_of_it_later(told: Told) -> None:
    told.chats.fail("dingtalk", status=503, times=None)

    counts = told.guard.call("trail_event", cloud_event(event()))
    for _ in range(3):
        told.guard.cloud.clock.advance(600)
        told.sweep()
    told.chats.heal()
    told.guard.cloud.clock.advance(600)
    told.sweep()

    assert counts == {"decided": 1}
    assert len(told.of("dingtalk")) == 1
    rules = [one["finding"]["rule"] for body in told.of("webhook") for one in body["data"]["alerts"]]
    assert rules.count("ENI001") == 1
    assert "SELF008" in rules


def test_no_line_of_the_log_holds_an_address_or_a_secret_of_a_sink(told: Told) -> None:
    told.chats.fail("dingtalk", status=503, times=None)

    told.guard.call("trail_event", cloud_event(event()))

    log = told.guard.log.getvalue()
    token = told.guard.environment["ROBOT"].partition("access_token=")[2]
    assert "oncall" in log
    assert token
    assert not [one for one in (token, told.guard.environment["ROBOT_SIGN"]) if one in log]


def test_nobody_is_told_offline(told: Told) -> None:
    told.guard.environment["ENIGUARD_OFFLINE"] = "1"

    told.guard.call("trail_event", cloud_event(event()))

    assert told.guard.findings()
    assert told.of("dingtalk") == told.of("webhook") == []
