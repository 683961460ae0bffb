from __future__ import annotations

from typing import Any

import pytest

from eniguard.errors import ConfigError
from eniguard.events.user_identity import Identity
from eniguard.model import Decision, Fix
from eniguard.rules.eni.cross_account import EniCrossAccountPermission
from eniguard.settings import ActorMatch, Actors, Policy, RuleSettings
from eniguard.testing import (
    ACCOUNT,
    ALICE,
    NAT_GATEWAY,
    Snapshot,
    call,
    decided,
    eni_item,
    findings,
    role,
    snapshot,
    undecided,
)

STRANGER = "2234567890123456"
RESPONSE = {
    "NetworkInterfacePermission": {"NetworkInterfacePermissionId": "eni-perm-1", "AccountId": int(STRANGER)}
}
STATE = snapshot(
    {
        "ecs:NetworkInterface": [
            eni_item("eni-own", False),
            eni_item("eni-kept", False, Tags={"Tag": [{"TagKey": "guard:ignore", "TagValue": ""}]}),
            eni_item("eni-nat", True, Description="NAT Gateway"),
            eni_item("eni-dim"),
        ]
    }
)


def judged(
    eni: str = "eni-own",
    *,
    by: Identity = ALICE,
    state: Snapshot | None = STATE,
    policy: Policy | None = None,
    response: dict[str, Any] | None = RESPONSE,
    account: str | int | None = STRANGER,
) -> Decision:
    named: dict[str, Any] = {} if account is None else {"AccountId": account}
    one = call(
        "ecs:CreateNetworkInterfacePermission",
        by,
        response=response,
        NetworkInterfaceId=eni,
        Permission="InstanceAttach",
        **named,
    )
    return decided(one, state=state, policy=policy or Policy(), only=["ENI012"])


def why_no_fix(decision: Decision) -> str:
    (note,) = [one.note for one in decision.findings[0].evidence if one.name == "fix"]
    return note or ""


@pytest.mark.parametrize("account", [STRANGER, int(STRANGER)])
def test_foreign_account_is_reported_with_the_permission_to_delete(account: str | int) -> None:
    decision = judged(account=account)

    assert findings(decision) == [("ENI012", "high", "eni-own")]
    assert decision.findings[0].fix == Fix(
        summary=f"Delete permission eni-perm-1, so that account {STRANGER} can no longer use eni-own",
        limit="approve",
        action="ecs:DeleteNetworkInterfacePermission",
        parameters={"NetworkInterfacePermissionId": "eni-perm-1"},
        undo={"NetworkInterfaceId": "eni-own", "AccountId": STRANGER, "Permission": "InstanceAttach"},
    )


@pytest.mark.parametrize(
    "policy",
    [
        Policy(accounts=(STRANGER,)),
        Policy(rules={"ENI012": RuleSettings(params={"accounts": [STRANGER]})}),
    ],
)
def test_account_of_ones_own_or_on_the_list_is_nothing(policy: Policy) -> None:
    assert findings(judged(policy=policy)) == []


def test_own_account_is_nothing() -> None:
    assert findings(judged(account=ACCOUNT)) == []


def test_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))

    assert findings(judged(policy=policy)) == [("ENI012", "high", "eni-own")]


def test_service_may_do_it() -> None:
    assert (findings(judged(by=NAT_GATEWAY)), undecided(judged(by=NAT_GATEWAY))) == ([], [])


def test_role_that_cannot_be_confirmed_is_undecided() -> None:
    decision = judged(by=role("AliyunServiceRoleForUnheardOf"))

    assert (findings(decision), undecided(decision)) == ([], ["ENI012"])


@pytest.mark.parametrize(
    ("eni", "severity", "why"),
    [
        ("eni-nat", "high", "the ENI is managed"),
        ("eni-kept", "high", "guard:ignore"),
        ("eni-dim", "medium", "not known whether the ENI is managed"),
        ("eni-elsewhere", "medium", "not known whether the ENI is managed"),
    ],
)
def test_no_fix_is_offered_where_it_could_do_harm(eni: str, severity: str, why: str) -> None:
    decision = judged(eni)

    assert findings(decision) == [("ENI012", severity, eni)]
    assert decision.findings[0].fix is None
    assert why in why_no_fix(decision)


def test_no_fix_is_offered_without_the_permissions_id() -> None:
    decision = judged(response=None)

    assert findings(decision) == [("ENI012", "high", "eni-own")]
    assert decision.findings[0].fix is None
    assert "does not carry" in why_no_fix(decision)


def test_event_without_the_account_is_undecided() -> None:
    decision = judged(account=None)

    assert (findings(decision), undecided(decision)) == ([], ["ENI012"])


def test_refused_call_is_nothing() -> None:
    one = call(
        "ecs:CreateNetworkInterfacePermission",
        error="Forbidden",
        NetworkInterfaceId="eni-own",
        AccountId=STRANGER,
    )

    assert findings(decided(one, state=STATE, only=["ENI012"])) == []


def test_list_of_accounts_must_hold_account_ids() -> None:
    with pytest.raises(ConfigError, match=r"rules\.ENI012\.params"):
        EniCrossAccountPermission(RuleSettings(params={"accounts": ["partner"]}))
