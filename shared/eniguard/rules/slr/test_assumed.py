from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import ActorMatch, Actors, Policy
from eniguard.testing import ACCOUNT, ALICE, NAT_GATEWAY, ROOT, call, decided, findings, role, undecided

SLR = "AliyunServiceRoleForNatgw"
OLDER = "AliyunNASManageENIRole"


def arn(name: str, account: str = ACCOUNT) -> str:
    return f"acs:ram::{account}:role/{name}"


def assumed(
    name: str,
    by: Identity = ALICE,
    *,
    error: str | None = None,
    type: str = "ApiCall",
    account: str = ACCOUNT,
) -> Decision:
    named: dict[str, Any] = {"RoleArn": arn(name, account), "RoleSessionName": "debug"}
    return decided(call("sts:AssumeRole", by, error=error, type=type, **named), only=["SLR007"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (SLR, SLR),
        (SLR.lower(), SLR),
        (f"{SLR.lower()}_blue", f"{SLR.lower()}_blue"),
        (OLDER.lower(), OLDER),
        ("aliyunservicerolefornothingknown", "aliyunservicerolefornothingknown"),
    ],
)
def test_service_role_assumed_by_a_user_is_reported(name: str, shown: str) -> None:
    decision = assumed(name)

    assert findings(decision) == [("SLR007", "high", shown)]
    evidence = {one.name: one.value for one in decision.findings[0].evidence}
    assert evidence == {"role-account": ACCOUNT, "session": "debug"}


@pytest.mark.parametrize("caller", [ALICE, ROOT, role("ops", SLR), role("My" + SLR)])
def test_everybody_of_the_account_counts(caller: Identity) -> None:
    assert findings(assumed(SLR, caller)) == [("SLR007", "high", SLR)]


def test_controller_is_not_let_off() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(role="example-node-role"),)))
    one = call("sts:AssumeRole", role("example-node-role"), RoleArn=arn(SLR), RoleSessionName="x")

    assert findings(decided(one, policy=policy, only=["SLR007"])) == [("SLR007", "high", SLR)]


@pytest.mark.parametrize(
    "name", ["ops", "aliyunexampledefaultrole", "MyAliyunServiceRoleForNatgw", "AliyunNASManageENIRole_mine"]
)
def test_other_roles_are_nobodys_business(name: str) -> None:
    decision = assumed(name)

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize(
    "text", [None, "", "ops", f"acs:ram::{ACCOUNT}:role/", f"acs:ram::{ACCOUNT}:user/{SLR}"]
)
def test_call_that_names_no_role_is_not_reported(text: str | None) -> None:
    named: dict[str, Any] = {} if text is None else {"RoleArn": text}
    decision = decided(call("sts:AssumeRole", **named), only=["SLR007"])

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize(
    ("caller", "type"),
    [
        (NAT_GATEWAY, "ApiCall"),
        (Identity("system", None, ACCOUNT, "actiontrail.aliyuncs.com"), "ApiCall"),
        (Identity("service", None, ACCOUNT, "actiontrail.aliyuncs.com"), "ApiCall"),
        (Identity("unheard-of", None, ACCOUNT, "x"), "AliyunServiceEvent"),
    ],
)
def test_service_takes_its_own_role(caller: Identity, type: str) -> None:
    decision = assumed(SLR, caller, type=type)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_user_named_like_a_service_is_a_user() -> None:
    caller = Identity("ram-user", "200000000000000009", ACCOUNT, "nat.aliyuncs.com")

    assert findings(assumed(SLR, caller)) == [("SLR007", "high", SLR)]


@pytest.mark.parametrize(
    "caller", [role("AliyunServiceRoleForSomethingNew"), Identity("unheard-of", "1", ACCOUNT, "x")]
)
def test_caller_who_may_be_a_service_leaves_it_undecided(caller: Identity) -> None:
    decision = assumed(SLR, caller)

    assert (findings(decision), undecided(decision)) == ([], ["SLR007"])


def test_call_that_was_denied_gave_nobody_the_role() -> None:
    assert findings(assumed(SLR, error="NoPermission")) == []


def test_role_of_another_account_is_said_to_be_there() -> None:
    decision = assumed(OLDER, account="2000000000000001")

    assert findings(decision) == [("SLR007", "high", OLDER)]
    assert "of account 2000000000000001" in decision.findings[0].summary
    assert "of account" not in assumed(OLDER).findings[0].summary
