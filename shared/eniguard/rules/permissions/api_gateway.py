"""The policy of API Gateway's service-linked role (document of that role, updated 2026-03-01)."""

from __future__ import annotations

from msgspec import Struct

from eniguard.rules.permissions.rows import API_GATEWAY_DOCUMENT


class PolicyTable(Struct, frozen=True, gc=False):
    """A service-linked role's policy as its document prints it.

    ``actions`` are allowed on any resource; ``conditioned`` are allowed only where ``ram:ServiceName`` is
    ``service``.
    """

    role: str
    policy: str
    service: str
    document: str
    actions: tuple[str, ...]
    conditioned: tuple[str, ...]


API_GATEWAY_POLICY = PolicyTable(
    role="AliyunServiceRoleForApiGatewayConnectUserVpc",
    policy="AliyunServiceRolePolicyForApiGatewayConnectUserVpc",
    service="connectuservpc.apigateway.aliyuncs.com",
    document=API_GATEWAY_DOCUMENT,
    actions=(
        "ecs:CreateNetworkInterface",
        "ecs:DescribeNetworkInterfaceAttribute",
        "ecs:DescribeNetworkInterfaces",
        "ecs:DeleteNetworkInterface",
        "ecs:DescribeSecurityGroups",
        "ecs:ModifyNetworkInterfaceAttribute",
        "ecs:AssignPrivateIpAddresses",
        "ecs:UnassignPrivateIpAddresses",
        "ecs:AssignIpv6Addresses",
        "ecs:UnassignIpv6Addresses",
        "vpc:DescribeVpcs",
        "vpc:DescribeVSwitches",
        "ecs:AttachNetworkInterface",
        "ecs:DetachNetworkInterface",
        "ecs:CreateNetworkInterfacePermission",
        "ecs:DescribeNetworkInterfacePermissions",
        "ecs:ListTagResources",
        "vpc:DescribeVSwitchAttributes",
        "vpc:DescribeVpcAttribute",
        "vpc:ModifyBypassToaAttribute",
    ),
    conditioned=("ram:DeleteServiceLinkedRole",),
)
