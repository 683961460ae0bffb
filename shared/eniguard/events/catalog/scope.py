"""Calls that look as if they belonged into the catalogue, and why they do not."""

from __future__ import annotations

#: Action to reason. A test holds the catalogue and this list against the published write APIs.
OUT_OF_SCOPE: dict[str, str] = {
    "actiontrail:CreateTrail": "changes the audit trail, not a network resource",
    "actiontrail:LookupEvents": "reads the audit trail",
    "ecs:AttachNetworkInterfacePermissions": "named in role policies only; no published API",
    "ecs:DetachNetworkInterfacePermissions": "named in role policies only; no published API",
    "ecs:JoinResourceGroup": "moves a resource between resource groups; no ENI, group or prefix changes",
    "ecs:AttachClassicLinkVpc": "the classic network has no ENIs",
    "vpc:TagResources": "tags VPC resources; no rule reads their tags",
    "vpc:UnTagResources": "tags VPC resources; no rule reads their tags",
    "vpc:ModifyVSwitchAttribute": "changes a name or a description",
    "vpc:ModifyEipAddressAttribute": "changes bandwidth or a name; the binding stays",
    "vpc:AddCommonBandwidthPackageIp": "shares bandwidth; the binding of the EIP stays",
    "vpc:RemoveCommonBandwidthPackageIp": "shares bandwidth; the binding of the EIP stays",
}
