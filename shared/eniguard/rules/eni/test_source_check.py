from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import ActorMatch, Actors, Policy
from eniguard.testing import (
    ALICE,
    NAT_GATEWAY,
    ROOT,
    Snapshot,
    call,
    decided,
    eni_item,
    findings,
    role,
    snapshot,
    undecided,
)

STATE = snapshot(
    {"ecs:NetworkInterface": [eni_item("eni-own", False), eni_item("eni-nat", True), eni_item("eni-dim")]}
)


def modified(
    eni: str = "eni-own",
    by: Identity = ALICE,
    *,
    state: Snapshot | None = STATE,
    check: Any = False,
    **more: Any,
) -> Decision:
    one = call(
        "ecs:ModifyNetworkInterfaceAttribute", by, NetworkInterfaceId=eni, SourceDestCheck=check, **more
    )
    return decided(one, state=state, only=["ENI013"])


@pytest.mark.parametrize("by", [ALICE, ROOT, role("ci", "AliyunServiceRoleForNatgw")])
@pytest.mark.parametrize("check", [False, "false", "False"])
def test_switching_the_check_off_is_reported(by: Identity, check: Any) -> None:
    decision = modified(by=by, check=check)

    assert findings(decision) == [("ENI013", "medium", "eni-own")]
    assert decision.findings[0].subject.managed is False


@pytest.mark.parametrize("check", [True, "true", None])
def test_leaving_the_check_on_is_nothing(check: Any) -> None:
    assert findings(modified(check=check)) == []


def test_managed_eni_is_another_rules_affair() -> None:
    assert (findings(modified("eni-nat")), undecided(modified("eni-nat"))) == ([], [])


@pytest.mark.parametrize("eni", ["eni-dim", "eni-elsewhere"])
def test_eni_that_may_be_managed_is_reported_one_step_lower(eni: str) -> None:
    decision = modified(eni)

    assert findings(decision) == [("ENI013", "low", eni)]
    assert decision.findings[0].inventory == "unknown"


def test_service_is_not_looked_at() -> None:
    assert findings(modified(by=NAT_GATEWAY)) == []


def test_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))
    one = call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId="eni-own", SourceDestCheck=False)

    assert findings(decided(one, state=STATE, policy=policy, only=["ENI013"])) == [
        ("ENI013", "medium", "eni-own")
    ]


def test_role_that_cannot_be_confirmed_is_undecided() -> None:
    assert undecided(modified(by=role("AliyunServiceRoleForUnheardOf"))) == ["ENI013"]


@pytest.mark.parametrize(
    ("response", "subject"),
    [({"NetworkInterfaceId": "eni-new"}, "eni-new"), (None, "(not named in the response)")],
)
def test_eni_that_is_made_without_the_check_is_reported(
    response: dict[str, Any] | None, subject: str
) -> None:
    one = call("ecs:CreateNetworkInterface", response=response, VSwitchId="vsw-1", SourceDestCheck="false")

    assert findings(decided(one, only=["ENI013"])) == [("ENI013", "medium", subject)]


def test_eni_that_is_made_with_the_check_is_nothing() -> None:
    one = call("ecs:CreateNetworkInterface", response={"NetworkInterfaceId": "eni-new"}, VSwitchId="vsw-1")

    assert findings(decided(one, only=["ENI013"])) == []
