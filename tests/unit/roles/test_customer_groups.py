from __future__ import annotations

import pytest

from eniguard.roles import may_edit_customer_group


@pytest.mark.parametrize(
    ("service", "role", "action", "may"),
    [
        ("cloudfw.aliyuncs.com", "AliyunServiceRoleForCloudFW", "ecs:RevokeSecurityGroup", True),
        (None, "aliyunserviceroleforwafonecs", "ecs:ModifySecurityGroupRule", True),
        ("csas.aliyuncs.com", "AliyunServiceRoleForCsas_blue", "ecs:AuthorizeSecurityGroup", True),
        ("cloudfw.aliyuncs.com", "example-firewall-role", "ecs:AuthorizeSecurityGroup", True),
        ("fc.aliyuncs.com", "AliyunServiceRoleForFC", "ecs:AuthorizeSecurityGroupEgress", True),
        ("fc.aliyuncs.com", "AliyunServiceRoleForFC", "ecs:AuthorizeSecurityGroup", False),
        ("nat.aliyuncs.com", "AliyunServiceRoleForNatgw", "ecs:AuthorizeSecurityGroup", False),
        ("cloudfw.aliyuncs.com", "AliyunServiceRoleForNatgw", "ecs:AuthorizeSecurityGroup", False),
        (None, "AliyunServiceRoleForSomethingNew", "ecs:AuthorizeSecurityGroup", False),
        ("nat.aliyuncs.com", "example-role", "ecs:AuthorizeSecurityGroup", False),
    ],
)
def test_only_documented_editors_may_change_a_customers_group(
    service: str | None, role: str, action: str, may: bool
) -> None:
    assert may_edit_customer_group(service, role, action) is may
