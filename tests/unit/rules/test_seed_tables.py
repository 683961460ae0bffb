"""The permission tables say what the source documents say, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from eniguard.events.catalog import APIS
from eniguard.roles import policy_of
from eniguard.rules.permissions import (
    API_GATEWAY_POLICY,
    DOCUMENTS_ENI_CODE,
    ENI_TABLE,
    SG_REFERENCES,
    SG_TABLE,
    UNDOCUMENTED_ENI_TAG_WRITES,
    UNDOCUMENTED_ENI_WRITES,
    Row,
    account_forbidden,
    eni_row,
    sg_row,
)
from eniguard.rules.permissions.derive import RecordedTable, recorded

RECORDED = recorded(Path(__file__).parents[2] / "data" / "seed_rows.json")


@pytest.mark.parametrize(
    ("table", "documented", "size"),
    [(ENI_TABLE, RECORDED.managed_enis, 15), (SG_TABLE, RECORDED.managed_security_groups, 19)],
    ids=["managed ENIs", "managed security groups"],
)
def test_table_has_the_rows_of_its_document_in_order(
    table: tuple[Row, ...], documented: RecordedTable, size: int
) -> None:
    assert len(table) == size
    assert [row.number for row in table] == list(range(1, size + 1))
    assert [(row.api, row.account, row.service) for row in table] == list(documented.rows)


def test_api_gateway_policy_is_that_of_its_document() -> None:
    documented, table = RECORDED.api_gateway_policy, API_GATEWAY_POLICY

    assert (len(table.actions), len(table.conditioned)) == (20, 1)
    for part in ("role", "policy", "service", "actions", "conditioned"):
        assert getattr(table, part) == getattr(documented, part)


def test_role_catalogue_holds_the_same_api_gateway_policy() -> None:
    policy = policy_of(API_GATEWAY_POLICY.role)

    assert policy is not None
    assert policy.complete
    assert policy.actions == {
        a.lower() for a in (*API_GATEWAY_POLICY.actions, *API_GATEWAY_POLICY.conditioned)
    }
    assert policy.role.policy == API_GATEWAY_POLICY.policy
    assert policy.role.service == policy.deletes_own_role_service == API_GATEWAY_POLICY.service


def test_every_version_of_each_document_is_on_record() -> None:
    tables = (RECORDED.managed_enis, RECORDED.managed_security_groups, RECORDED.api_gateway_policy)

    assert [len(table.sha256) for table in tables] == [1, 2, 1]


def test_six_rows_of_the_eni_table_are_vpc_calls() -> None:
    assert {row.api for row in ENI_TABLE if row.product == "vpc"} == {
        "AssociateEipAddress",
        "UnassociateEipAddress",
        "AssociateEipAddressBatch",
        "AllocateIpv6InternetBandwidth",
        "ModifyIpv6InternetBandwidth",
        "DeleteIpv6InternetBandwidth",
    }


def test_ipv6_bandwidth_is_the_only_eni_write_open_to_the_account() -> None:
    open_to_account = [row.action for row in ENI_TABLE if row.account and APIS[row.action].write]

    assert open_to_account == ["vpc:ModifyIpv6InternetBandwidth"]


def test_corrections_stand_beside_their_rows() -> None:
    corrected = {row.api for row in (*ENI_TABLE, *SG_TABLE) if row.corrected is not None}

    assert corrected == {row.api for row in ENI_TABLE if row.product == "vpc"} | {
        "ModifySecurityGroupRule",
        "ModifySecurityGroupEgressRule",
    }


@pytest.mark.parametrize("product", ["vpc", "ecs"])
@pytest.mark.parametrize("api", ["AssociateEipAddress", "UnassociateEipAddress"])
def test_ecs_twin_of_an_eip_call_has_the_row_of_its_original(product: str, api: str) -> None:
    row = eni_row(f"{product}:{api}")

    assert row is not None
    assert row.action == f"vpc:{api}"


def test_action_outside_a_table_has_no_row() -> None:
    assert eni_row("ecs:JoinSecurityGroup") is None
    assert eni_row("ecs:AssociateEipAddressBatch") is None
    assert sg_row("ecs:DeleteNetworkInterface") is None
    assert sg_row("deletesecuritygroup") is None


def test_row_of_an_action_depends_on_the_table() -> None:
    used, changed = (
        sg_row("ecs:ModifyNetworkInterfaceAttribute"),
        eni_row("ecs:ModifyNetworkInterfaceAttribute"),
    )

    assert used is not None
    assert changed is not None
    assert (used.number, changed.number) == (16, 3)


def test_no_rows_are_forbidden_to_the_account_and_nothing_else_is() -> None:
    twins = {"ecs:AssociateEipAddress", "ecs:UnassociateEipAddress"}

    assert account_forbidden("eni") == {row.action for row in ENI_TABLE if not row.account} | twins
    assert account_forbidden("sg") == {row.action for row in SG_TABLE if not row.account}
    assert (len(account_forbidden("eni") - twins), len(account_forbidden("sg"))) == (13, 16)


def test_five_calls_put_something_into_a_group() -> None:
    assert {
        "ecs:CreateNetworkInterface",
        "ecs:ModifyNetworkInterfaceAttribute",
        "ecs:RunInstances",
        "ecs:CreateInstance",
        "ecs:ModifyInstanceAttribute",
    } == SG_REFERENCES


def test_every_row_and_every_unlisted_write_is_catalogued() -> None:
    unlisted = DOCUMENTS_ENI_CODE | UNDOCUMENTED_ENI_WRITES | UNDOCUMENTED_ENI_TAG_WRITES

    assert {row.action for row in (*ENI_TABLE, *SG_TABLE)} <= set(APIS)
    assert all(APIS[action].write for action in unlisted)
    assert not any(eni_row(action) for action in unlisted)
