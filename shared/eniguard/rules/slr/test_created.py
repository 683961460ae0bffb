from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.events.catalog.ram import CREATES_ROLE_ON_THE_WAY
from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import ActorMatch, Actors, Policy, RuleSettings
from eniguard.testing import ALICE, NAT_GATEWAY, call, decided, findings, role

NAT = "nat.aliyuncs.com"
NAT_ROLE = "AliyunServiceRoleForNatgw"
PRIVATELINK = "privatelink.aliyuncs.com"
APPROVED = Policy(actors=Actors(approved_services=("NAT.aliyuncs.com", "alb.aliyuncs.com")))


def created(
    service: str | None,
    by: Identity = ALICE,
    *,
    policy: Policy = APPROVED,
    name: str | None = None,
    **more: Any,
) -> Decision:
    parameters: dict[str, Any] = more if service is None else {"ServiceName": service, **more}
    response: dict[str, Any] = {} if name is None else {"Role": {"RoleName": name}}
    made = call("ram:CreateServiceLinkedRole", by, response=response, **parameters)
    return decided(made, policy=policy, only=["SLR001"])


def test_created_role_is_noted_with_its_service() -> None:
    decision = created(NAT, name=NAT_ROLE, policy=Policy())

    assert findings(decision) == [("SLR001", "info", NAT_ROLE)]
    assert decision.findings[0].subject.owner_service == NAT


def test_role_of_a_service_that_nobody_approved_is_raised() -> None:
    decision = created("polardb.aliyuncs.com", name="AliyunServiceRoleForPolarDB")

    assert findings(decision) == [("SLR001", "medium", "AliyunServiceRoleForPolarDB")]
    assert "not on the list" in decision.findings[0].summary


def test_approved_service_stays_a_note_in_any_case() -> None:
    assert findings(created(NAT, name=NAT_ROLE)) == [("SLR001", "info", NAT_ROLE)]


def test_an_empty_list_approves_nothing() -> None:
    nothing = Policy(actors=Actors(approved_services=()))

    assert findings(created(NAT, name=NAT_ROLE, policy=nothing)) == [("SLR001", "medium", NAT_ROLE)]


@pytest.mark.parametrize(
    ("service", "more", "subject"),
    [
        (NAT, {}, NAT_ROLE),
        (NAT, {"CustomSuffix": "blue"}, f"{NAT_ROLE}_blue"),
        ("new.example.com", {}, "(of new.example.com)"),
        (None, {}, "(not named)"),
    ],
)
def test_role_is_told_from_the_request_when_the_response_is_missing(
    service: str | None, more: dict[str, Any], subject: str
) -> None:
    decision = created(service, policy=Policy(), **more)

    assert findings(decision) == [("SLR001", "info", subject)]


def test_service_that_is_not_recorded_lowers_what_the_list_would_say() -> None:
    decision = created(None)

    assert findings(decision) == [("SLR001", "low", "(not named)")]
    assert decision.findings[0].inventory == "unknown"


def test_service_is_told_from_the_role_that_the_response_names() -> None:
    assert findings(created(None, name=NAT_ROLE)) == [("SLR001", "info", NAT_ROLE)]


@pytest.mark.parametrize(
    "creator",
    ["AliyunServiceRoleForFnF", "aliyunserviceroleformaxcomputenetwork", "AliyunServiceRoleForRMQMigration"],
)
def test_privatelink_role_made_by_a_service_that_needs_it_stays_a_note(creator: str) -> None:
    decision = created(PRIVATELINK, role(creator), name="AliyunServiceRoleForPrivatelink")

    assert findings(decision) == [("SLR001", "info", "AliyunServiceRoleForPrivatelink")]
    assert ("created-by", creator) in [(one.name, one.value) for one in decision.findings[0].evidence]


@pytest.mark.parametrize(
    "creator", [NAT_GATEWAY, role("ops", "AliyunServiceRoleForFnF"), role("AliyunServiceRoleForFnE")]
)
def test_privatelink_role_made_by_anybody_else_needs_approval(creator: Identity) -> None:
    decision = created(PRIVATELINK, creator, name="AliyunServiceRoleForPrivatelink")

    assert findings(decision) == [("SLR001", "medium", "AliyunServiceRoleForPrivatelink")]


def test_role_of_a_service_that_guard_yml_calls_a_controller_needs_approval() -> None:
    controllers = (ActorMatch(role="AliyunServiceRoleForFnF"),)
    policy = Policy(actors=Actors(controllers=controllers, approved_services=()))

    decision = created(PRIVATELINK, role("AliyunServiceRoleForFnF"), policy=policy)

    assert findings(decision) == [("SLR001", "medium", "AliyunServiceRoleForPrivatelink")]


def test_a_service_that_may_create_one_role_may_not_create_another() -> None:
    decision = created("polardb.aliyuncs.com", role("AliyunServiceRoleForFnF"))

    assert findings(decision) == [("SLR001", "medium", "AliyunServiceRoleForPolarDB")]


@pytest.mark.parametrize("name", CREATES_ROLE_ON_THE_WAY)
def test_product_calls_that_create_a_role_on_the_way_are_noted(name: str) -> None:
    decision = decided(call(f"ram:{name}"), only=["SLR001"])

    assert findings(decision) == [("SLR001", "info", "(not named)")]


def test_guard_yml_has_the_last_word_on_severity() -> None:
    policy = Policy(rules={"SLR001": RuleSettings(severity="low")}, actors=APPROVED.actors)

    assert findings(created("polardb.aliyuncs.com", policy=policy))[0][1] == "low"


def test_role_that_was_not_created_is_not_noted() -> None:
    denied = call("ram:CreateServiceLinkedRole", error="NoPermission", ServiceName=NAT)
    refused = call("ram:CreateServiceLinkedRole", error="EntityAlreadyExists.Role", ServiceName=NAT)

    assert findings(decided(denied, only=["SLR001"])) == []
    assert findings(decided(refused, only=["SLR001"])) == []


def denied(service: str | None, error: str = "NoPermission") -> Decision:
    parameters: dict[str, Any] = {} if service is None else {"ServiceName": service}
    return decided(call("ram:CreateServiceLinkedRole", error=error, **parameters), only=["SLR011"])


def test_denied_creation_comes_with_the_policy_to_attach() -> None:
    decision = denied("connectuservpc.apigateway.aliyuncs.com")

    assert findings(decision) == [("SLR011", "low", "AliyunServiceRoleForApiGatewayConnectUserVpc")]
    advice = decision.findings[0].advice
    assert json.loads(advice[advice.index("{") :]) == {
        "Version": "1",
        "Statement": [
            {
                "Action": "ram:CreateServiceLinkedRole",
                "Resource": "*",
                "Effect": "Allow",
                "Condition": {"StringEquals": {"ram:ServiceName": "connectuservpc.apigateway.aliyuncs.com"}},
            }
        ],
    }


@pytest.mark.parametrize(
    "service",
    [
        None,
        "",
        "*",
        "NAT.aliyuncs.com",
        'nat.aliyuncs.com"}}}',
        "nat.aliyuncs.com\n",
        "nat aliyuncs com",
        "n" * 129,
    ],
)
def test_name_that_is_no_service_name_is_kept_out_of_the_statement(service: str | None) -> None:
    decision = denied(service)

    assert len(decision.findings) == 1
    advice = decision.findings[0].advice
    assert "{" not in advice
    assert "ram:ServiceName" in advice


@pytest.mark.parametrize("error", ["InvalidAccessKeyId.NotFound", "InvalidSecurityToken.Expired"])
def test_creation_without_valid_credentials_is_not_about_rights(error: str) -> None:
    decision = denied("nat.aliyuncs.com", error)

    assert (decision.outcome, findings(decision)) == ("denied", [])


def test_other_refusals_of_a_creation_are_not_about_rights() -> None:
    assert findings(denied("nat.aliyuncs.com", "EntityAlreadyExists.Role")) == []
    assert findings(denied("nat.aliyuncs.com", "Throttling.User")) == []
