"""Helpers for testing rules: build a call and a snapshot, and decide.

They are public, so that rules of your own are tested the way the packaged ones are::

    refused = call("ecs:DeleteNetworkInterface", error=ENI_MANAGED, NetworkInterfaceId="eni-1")
    decision = decided(refused, only=["ENI001"])
    assert findings(decision) == [("ENI001", "info", "eni-1")]
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from eniguard.events.calls import Call, call_of, caller_of
from eniguard.events.catalog import known_action
from eniguard.events.times import parsed
from eniguard.events.user_identity import Identity
from eniguard.model import Decision, Sweep
from eniguard.replay.sequence import CallSequence
from eniguard.rule_modules import registry_of
from eniguard.rules.sweep import swept as _swept
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.sources import InRounds
from eniguard.sources.journal import Journal
from eniguard.sources.local import LocalSource
from eniguard.sources.snapshot import Snapshot

__all__ = [
    "ACCOUNT",
    "ALICE",
    "API_GATEWAY",
    "MORNING",
    "NAT_GATEWAY",
    "NOON",
    "REGION",
    "ROOT",
    "Snapshot",
    "call",
    "decided",
    "decided_in_order",
    "eni_item",
    "findings",
    "group_item",
    "role",
    "snapshot",
    "swept",
    "undecided",
]

ACCOUNT = "1234567890123456"
REGION = "cn-hangzhou"
#: When calls are made, and when snapshots are taken, unless a test says otherwise.
NOON = "2026-03-01T12:00:00Z"
MORNING = "2026-03-01T08:00:00Z"

ALICE = Identity("ram-user", "200000000000000001", ACCOUNT, "alice")
ROOT = Identity("root-account", ACCOUNT, ACCOUNT, "root")
_numbers = count(1)


def role(name: str, session: str = "session") -> Identity:
    """The identity of a caller that assumed a role, as ActionTrail records it."""
    return Identity("assumed-role", f"300000000000000001:{session}", ACCOUNT, f"{name}:{session}")


API_GATEWAY = role("AliyunServiceRoleForApiGatewayConnectUserVpc")
NAT_GATEWAY = role("AliyunServiceRoleForNatgw")


def call(
    action: str,
    by: Identity = ALICE,
    *,
    error: str | None = None,
    response: Mapping[str, Any] | None = None,
    region: str = REGION,
    time: str = NOON,
    event_id: str | None = None,
    type: str = "ApiCall",
    **parameters: Any,
) -> Call:
    """A recorded call.

    Parameters
    ----------
    action
        As in ``ecs:DeleteNetworkInterface``.
    by
        The caller.
    error
        The error code; ``None`` for a call that succeeded.
    response
        ``responseElements``.
    region, time, event_id, type
        The fields of the event; the id is a new one by default.
    parameters
        ``requestParameters``; keys with dots are given as ``**{"Ipv4Prefix.1": "10.0.0.16/28"}``.
    """
    api = known_action(action)
    return call_of(
        api,
        event_id=event_id or f"00000000-0000-4000-8000-{next(_numbers):012d}",
        type=type,
        time=time,
        at=parsed(time)[1],
        region=region,
        account_id=ACCOUNT,
        request_id=None,
        error_code=error,
        caller=caller_of(by, "203.0.113.7", "example-agent"),
        recorded=parameters,
        response=response or {},
        forgeable=False,
    )


def eni_item(eni_id: str, managed: bool | None = None, **fields: Any) -> dict[str, Any]:
    """An ENI as DescribeNetworkInterfaces returns it; without ``managed`` the item does not say."""
    said = {} if managed is None else {"ServiceManaged": managed}
    return {"NetworkInterfaceId": eni_id, **said, **fields}


def group_item(group_id: str, managed: bool | None = None, **fields: Any) -> dict[str, Any]:
    """A security group as DescribeSecurityGroups returns it; without ``managed`` the item does not say."""
    said = {} if managed is None else {"ServiceManaged": managed}
    return {"SecurityGroupId": group_id, **said, **fields}


def snapshot(
    resources: Mapping[str, Sequence[Mapping[str, Any]]], *, captured_at: str = MORNING, region: str = REGION
) -> Snapshot:
    """A state snapshot: API items by kind (``{"ecs:NetworkInterface": [{"NetworkInterfaceId": …}]}``)."""
    file = {
        "schema": 1,
        "captured_at": captured_at,
        "account_id": ACCOUNT,
        "region": region,
        "resources": resources,
    }
    return Snapshot(json.dumps(file).encode(), path="state.json")


def decided(
    one: Call,
    *,
    state: Snapshot | None = None,
    policy: Policy = DEFAULT_POLICY,
    only: Iterable[str] | None = None,
) -> Decision:
    """The decision on one call that stands alone."""
    return decided_in_order([one], state=state, policy=policy, only=only)[0]


def decided_in_order(
    calls: Iterable[Call],
    *,
    state: Snapshot | None = None,
    policy: Policy = DEFAULT_POLICY,
    only: Iterable[str] | None = None,
) -> list[Decision]:
    """The decisions on calls in order, each seeing what the earlier ones did.

    Facts are asked for in rounds, as a function does: what a rule does not say it needs, it does not get.
    """
    sequence = CallSequence(policy, registry_of(policy, only=only), source=_in_rounds)
    return [sequence.decide(one, state).decision for one in calls]


def _in_rounds(state: Snapshot | None, journal: Journal) -> InRounds:
    return InRounds(LocalSource(state, journal))


def swept(
    state: Snapshot,
    *,
    policy: Policy = DEFAULT_POLICY,
    only: Iterable[str] | None = None,
    now: str = NOON,
) -> Sweep:
    """What the sweep says of a state snapshot at a time (``2026-03-01T12:00:00Z``)."""
    view = state.view(policy.actors.service_ids)
    return _swept(registry_of(policy, only=only).sweeps, view, parsed(now)[1])


def findings(decision: Decision | Sweep) -> list[tuple[str, str, str]]:
    """The findings of a decision or a sweep as (rule, severity, id of the subject)."""
    return [(finding.rule, finding.severity, finding.subject.id) for finding in decision.findings]


def undecided(decision: Decision | Sweep) -> list[str]:
    """The codes of the rules that could not be decided."""
    return [one.rule for one in decision.undecided]
