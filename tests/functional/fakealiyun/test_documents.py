"""The two permission tables walked row by row (seeds 000, 001, 004), and RAM beside them (seed 003).

The rows stand in ``managed_rows`` once more, from the documents: a table of the fake that loses a row, gains
one or turns an answer fails here.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fakealiyun import ApiError, Assumptions, Cloud
from fakealiyun.documents import ENI_TABLE, GROUP_TABLE
from tests.functional.fakealiyun.managed_rows import ENI_ROWS, GROUP_ROWS, OWNER, Parameters, Scene

OTHER = "other.example.aliyuncs.com"
GATEWAY = "connectuservpc.apigateway.aliyuncs.com"

ENI_REFUSED = ("InvalidOperation.EniServiceManaged", 403)
GROUP_REFUSED = ("InvalidOperation.ResourceManagedByCloudProduct", 403)

ROWS = [
    *(pytest.param(action, *row, ENI_REFUSED, id=f"eni-{action}") for action, row in ENI_ROWS.items()),
    *(pytest.param(action, *row, GROUP_REFUSED, id=f"group-{action}") for action, row in GROUP_ROWS.items()),
]
EACH_ROW = pytest.mark.parametrize(("action", "account_may", "prepared", "refusal"), ROWS)


def test_the_tables_have_the_rows_of_the_documents() -> None:
    assert {action: row.account for action, row in ENI_TABLE.items()} == {
        action: may for action, (may, _) in ENI_ROWS.items()
    }
    assert {action: row.account for action, row in GROUP_TABLE.items()} == {
        action: may for action, (may, _) in GROUP_ROWS.items()
    }
    assert all(row.service for row in (*ENI_TABLE.values(), *GROUP_TABLE.values()))


@EACH_ROW
def test_the_account_may_do_what_the_tables_say_and_is_refused_the_rest(
    action: str, account_may: bool, prepared: Callable[[Scene], Parameters], refusal: tuple[str, int]
) -> None:
    scene = Scene()
    parameters = prepared(scene)
    before = scene.cloud.snapshot()["resources"]
    assert scene.tried(scene.alice, action, parameters) == (None if account_may else refusal)
    root = scene.tried(scene.cloud.account(), action, parameters)
    assert root == (None if account_may else refusal)
    if not account_may:
        assert scene.cloud.snapshot()["resources"] == before
        assert scene.cloud.trail.events[-1]["errorCode"] == refusal[0]


@EACH_ROW
def test_the_service_that_made_it_may_do_everything(
    action: str, account_may: bool, prepared: Callable[[Scene], Parameters], refusal: tuple[str, int]
) -> None:
    scene = Scene()
    parameters = prepared(scene)
    assert scene.tried(scene.owner, action, parameters) is None


@EACH_ROW
def test_another_service_is_treated_as_the_account_unless_assumed_otherwise(
    action: str, account_may: bool, prepared: Callable[[Scene], Parameters], refusal: tuple[str, int]
) -> None:
    scene = Scene()
    stranger = scene.cloud.service(OTHER)
    parameters = prepared(scene)
    assert scene.tried(stranger, action, parameters) == (None if account_may else refusal)
    open_scene = Scene(assumptions=Assumptions(foreign_service_may_write=True))
    stranger = open_scene.cloud.service(OTHER)
    assert open_scene.tried(stranger, action, prepared(open_scene)) is None


@EACH_ROW
def test_a_broken_contract_lets_the_account_do_everything(
    action: str, account_may: bool, prepared: Callable[[Scene], Parameters], refusal: tuple[str, int]
) -> None:
    scene = Scene(assumptions=Assumptions(contract_broken=True))
    assert scene.tried(scene.alice, action, prepared(scene)) is None


@EACH_ROW
def test_on_ordinary_resources_the_account_may_do_everything(
    action: str, account_may: bool, prepared: Callable[[Scene], Parameters], refusal: tuple[str, int]
) -> None:
    scene = Scene()
    scene.owner = scene.alice  # whatever the scene has its service make, the account makes
    assert scene.tried(scene.alice, action, prepared(scene)) is None


@pytest.mark.parametrize("action", ["ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"])
def test_a_managed_eni_neither_joins_nor_leaves_a_group_for_the_account(action: str) -> None:
    scene = Scene()
    more = scene.make("ecs:CreateSecurityGroup", "SecurityGroupId", VpcId=scene.vpc)
    asked = {"NetworkInterfaceId": scene.managed_eni(), "SecurityGroupId": more}
    if action == "ecs:LeaveSecurityGroup":
        scene.own("ecs:JoinSecurityGroup", **asked)
    assert scene.tried(scene.alice, action, asked) == ENI_REFUSED
    assert scene.tried(scene.owner, action, asked) is None


def test_what_a_service_makes_says_so() -> None:
    scene = Scene()
    eni, group = scene.managed_eni(), scene.managed_group()
    (shown,) = scene.cloud.call("ecs:DescribeNetworkInterfaces", scene.alice, NetworkInterfaceId=[eni])[
        "NetworkInterfaceSets"
    ]["NetworkInterfaceSet"]
    assert shown["ServiceManaged"] is True
    assert OWNER in shown["Description"]
    (managed,) = scene.cloud.call("ecs:DescribeSecurityGroups", scene.alice, ServiceManaged=True)[
        "SecurityGroups"
    ]["SecurityGroup"]
    assert (managed["SecurityGroupId"], managed["ServiceManaged"]) == (group, True)
    assert managed["ServiceID"] == shown["ServiceID"]


def test_what_the_account_makes_is_not_managed() -> None:
    scene = Scene()
    eni = scene.eni()
    (shown,) = scene.cloud.call("ecs:DescribeNetworkInterfaces", scene.alice, NetworkInterfaceId=[eni])[
        "NetworkInterfaceSets"
    ]["NetworkInterfaceSet"]
    assert shown["ServiceManaged"] is False


# -- RAM beside the tables: the policy of API Gateway ------------------------------------------------

#: Rows of either table that the policy of API Gateway has (seed 003).
GRANTED = {
    "ecs:CreateNetworkInterface",
    "ecs:DeleteNetworkInterface",
    "ecs:AttachNetworkInterface",
    "ecs:DetachNetworkInterface",
    "ecs:DescribeNetworkInterfaces",
    "ecs:ModifyNetworkInterfaceAttribute",
    "ecs:AssignPrivateIpAddresses",
    "ecs:UnassignPrivateIpAddresses",
    "ecs:AssignIpv6Addresses",
    "ecs:UnassignIpv6Addresses",
    "ecs:DescribeSecurityGroups",
}


@pytest.mark.parametrize("action", sorted({*ENI_ROWS, *GROUP_ROWS, "ecs:CreateSecurityGroup"} - GRANTED))
def test_ram_denies_api_gateway_what_its_policy_lacks_although_the_tables_say_yes(action: str) -> None:
    cloud = Cloud()
    with pytest.raises(ApiError) as caught:
        cloud.call(action, cloud.service(GATEWAY))
    assert (caught.value.code, caught.value.status) == ("Forbidden.RAM", 403)


@pytest.mark.parametrize("action", sorted(GRANTED & {*ENI_ROWS}))
def test_api_gateway_works_on_its_enis_as_the_table_says(action: str) -> None:
    scene = Scene(GATEWAY)
    _, prepared = ENI_ROWS[action]
    assert scene.tried(scene.owner, action, prepared(scene)) is None


def test_api_gateway_puts_its_enis_into_a_group_of_the_account() -> None:
    scene = Scene(GATEWAY)
    eni = scene.managed_eni()
    assert scene.tried(scene.alice, "ecs:DeleteNetworkInterface", {"NetworkInterfaceId": eni}) == ENI_REFUSED
    assert (
        scene.tried(scene.alice, "ecs:ModifySecurityGroupAttribute", {"SecurityGroupId": scene.group}) is None
    )
