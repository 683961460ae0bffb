"""eniguard and fakealiyun derived the documents apart from each other: what they say has to be the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eniguard.rules.permissions import API_GATEWAY_POLICY, ENI_TABLE, SG_TABLE
from eniguard.rules.permissions.eni import DOCUMENTS_ENI_CODE
from eniguard.rules.pfx.eni_limit import MOST_BY_API
from eniguard.rules.pfx.parameters import FEWEST, MOST
from eniguard.rules.pfx.region import PREFIX_REGIONS
from eniguard.rules.pfx.request import FAMILIES
from eniguard.rules.qta.group_addresses import AdvancedGroupAddresses, BasicGroupAddresses
from fakealiyun import documents
from fakealiyun.documents.roles import published_policy, roles_by_service
from fakealiyun.documents.tables import ALSO_REFUSE_MANAGED_ENIS

FAKES = {"eni": documents.ENI_TABLE, "sg": documents.GROUP_TABLE}
ROWS = [pytest.param(row, id=f"{row.table}-{row.number:02d}-{row.api}") for row in (*ENI_TABLE, *SG_TABLE)]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_the_same_in_both(row: Any) -> None:
    rows = list(FAKES[row.table].values())
    fake = rows[row.number - 1]

    assert (fake.product, fake.api) == (row.product, row.api)
    assert (fake.account, fake.service) == (row.account, row.service)


@pytest.mark.parametrize(("table", "ours", "number"), [("eni", ENI_TABLE, 15), ("sg", SG_TABLE, 19)])
def test_neither_has_a_row_more(table: str, ours: tuple[Any, ...], number: int) -> None:
    assert len(ours) == len(FAKES[table]) == number


def test_the_same_calls_beside_the_table_refuse_managed_enis() -> None:
    assert ALSO_REFUSE_MANAGED_ENIS == DOCUMENTS_ENI_CODE


def statements() -> list[Mapping[str, Any]]:
    policy = published_policy(API_GATEWAY_POLICY.role)
    assert policy is not None
    return list(policy["Statement"])


def listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def test_the_policy_of_api_gateway_is_the_same_in_both() -> None:
    free = [action for one in statements() if "Condition" not in one for action in listed(one["Action"])]
    tied = [one for one in statements() if "Condition" in one]

    assert sorted(free) == sorted(API_GATEWAY_POLICY.actions)
    assert len(free) == 20
    assert [action for one in tied for action in listed(one["Action"])] == list(
        API_GATEWAY_POLICY.conditioned
    )
    assert [one["Condition"] for one in tied] == [
        {"StringEquals": {"ram:ServiceName": API_GATEWAY_POLICY.service}}
    ]
    assert roles_by_service()[API_GATEWAY_POLICY.service] == API_GATEWAY_POLICY.role


def test_the_limits_of_prefixes_are_the_same_in_both() -> None:
    assert documents.PREFIX_REGIONS == PREFIX_REGIONS
    assert {one.number: one.length for one in FAMILIES} == documents.PREFIX_LENGTHS
    assert (documents.PREFIXES_PER_CALL.start, documents.PREFIXES_PER_CALL[-1]) == (FEWEST, MOST)
    assert documents.MOST_PREFIXES_BY_API == MOST_BY_API


def test_the_quotas_of_groups_are_the_same_in_both() -> None:
    assert BasicGroupAddresses.Params().quota == documents.BASIC_GROUP_QUOTA
    assert AdvancedGroupAddresses.Params().quota == documents.ADVANCED_GROUP_QUOTA
