"""What makes two findings the same news."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from eniguard.alerts.fingerprint import fingerprint
from eniguard.model import Actor, Evidence, Resource
from tests.unit.alerts.made import ALICE, finding

ROLE = Actor("account", "assumed-role", "300000000000000001:first", "ci:first", "ci", "first")


@pytest.mark.parametrize(
    "same",
    [
        {"event": "event-2", "event_time": "2026-03-01T13:00:00Z"},
        {"severity": "info", "inventory": "partial", "summary": "other words"},
        {"actor": replace(ALICE, source_ip="203.0.113.9", user_agent="other")},
        {"action": "ecs:AttachNetworkInterface"},
        {"owner": "nat.aliyuncs.com", "tags": {"a": "b"}, "waived_by": "w"},
    ],
)
def test_another_call_by_the_same_caller_on_the_same_thing_is_the_same_news(same: dict[str, Any]) -> None:
    assert fingerprint(finding(**same)) == fingerprint(finding())


@pytest.mark.parametrize(
    "other",
    [
        {"rule": "ENI014"},
        {"subject": "eni-2"},
        {"account_id": "1"},
        {"region": "cn-beijing"},
        {"actor": replace(ALICE, principal_id="2")},
        {"actor": None},
        {"code": "Forbidden"},
        {"code": None},
        {"resources": (Resource("ecs:Instance", "eni-1"),)},
    ],
)
def test_another_rule_thing_caller_place_or_code_is_other_news(other: dict[str, Any]) -> None:
    assert fingerprint(finding(**other)) != fingerprint(finding())


def test_role_is_one_caller_whatever_its_sessions_are_called() -> None:
    other = replace(ROLE, principal_id="300000000000000001:second", session="second", name="ci:second")

    assert fingerprint(finding(actor=ROLE)) == fingerprint(finding(actor=other))


def test_caller_without_an_id_is_told_by_its_name() -> None:
    alice, bob = replace(ALICE, principal_id=None), replace(ALICE, principal_id=None, name="bob")

    assert fingerprint(finding(actor=alice)) != fingerprint(finding(actor=bob))


@pytest.mark.parametrize("rule", ["PFX014", "ENI002", "SG003"])
def test_one_incident_has_one_fingerprint_for_all_its_codes(rule: str) -> None:
    assert fingerprint(finding(rule, code="A")) == fingerprint(finding(rule, code="B"))


def test_parts_do_not_run_into_each_other() -> None:
    one = finding(account_id="12", region="3")

    assert fingerprint(one) != fingerprint(replace(one, account_id="1", region="23"))


def test_code_is_that_of_the_evidence_alone() -> None:
    one = finding(evidence=(Evidence("opened", "TCP 22"), Evidence("error-code", "A")))

    assert fingerprint(one) == fingerprint(finding(code="A"))


def test_fingerprint_is_the_same_in_every_process_and_version() -> None:
    assert fingerprint(finding()) == "947c896fc6f1eabdac0be35bd9df75c4"
