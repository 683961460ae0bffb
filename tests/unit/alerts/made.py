"""Findings as the rules make them, for the tests of alerts."""

from __future__ import annotations

from typing import Any

from eniguard.model import Actor, Evidence, Finding, Resource, finding_id
from eniguard.testing import ACCOUNT, NOON, REGION

ALICE = Actor("account", "ram-user", "200000000000000001", "alice")


def finding(
    rule: str = "ENI001", subject: str = "eni-1", event: str | None = "event-1", **fields: Any
) -> Finding:
    """A finding on an ENI; ``code`` is its error code, ``owner`` the service that owns its subject."""
    code, owner = fields.pop("code", "InvalidOperation.EniServiceManaged"), fields.pop("owner", None)
    made: dict[str, Any] = {
        "finding_id": finding_id(event or "sweep", rule, "ecs:NetworkInterface", subject),
        "rule": rule,
        "name": "a-name",
        "severity": "low",
        "trigger": "sweep" if event is None else "event",
        "event_id": event,
        "event_time": NOON,
        "region": REGION,
        "account_id": ACCOUNT,
        "action": "ecs:DeleteNetworkInterface",
        "outcome": "refused",
        "actor": ALICE,
        "resources": (Resource("ecs:NetworkInterface", subject, True, owner),),
        "inventory": "known",
        "summary": "a summary",
        "evidence": () if code is None else (Evidence("error-code", code),),
        "advice": "advice",
        "fix": None,
        "references": (),
    }
    return Finding(**{**made, **fields})
