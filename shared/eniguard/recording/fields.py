"""What is done with each field of an event or an API item, by its name on the wire.

A field that is not listed is left out of a recording. Containers are listed as `KEEP`: only what stands in
them is looked at, field by field.
"""

from __future__ import annotations

from enum import Enum


class Treatment(Enum):
    """What becomes of a text."""

    KEEP = "words of the API, numbers, times, services"
    ID = "id of a resource"
    NAME = "name that somebody chose"
    BUS = "name of an event bus; every account has one called default"
    ROLE = "name of a role; those of services stay"
    POLICY = "name of a policy; those of services stay"
    PRINCIPAL = "role as Resource Management writes it, NAME@role.ALIAS.onaliyunservice.com"
    ACCOUNT = "id or login name of an account"
    ADDRESS = "address, block or port range"
    DESCRIPTION = "free text, of which the service that it names stays"
    DOCUMENT = "RAM policy as JSON"
    NAMED = "name or ARN"
    FUNCTION = "function, service/function, or an ARN"
    TASK = "task/acs-service-role/SERVICE/ROLE/ID"
    ENDPOINT = "where an event target is"


_T = Treatment

#: The fields of events that are recorded as they are; the caller and the parameters have rules of their own.
EVENT_FIELDS = (
    "eventId",
    "eventName",
    "serviceName",
    "eventType",
    "eventTime",
    "acsRegion",
    "requestId",
    "errorCode",
)

_BY_TREATMENT: dict[Treatment, tuple[str, ...]] = {
    _T.KEEP: (
        # Parameters and their parts.
        "All",
        "Bandwidth",
        "BindedInstanceType",
        "DeleteOnRelease",
        "DryRun",
        "EventRW",
        "Force",
        "InnerAccessPolicy",
        "InstanceType",
        "IpPrefixNumber",
        "IpProtocol",
        "IpVersion",
        "Ipv4PrefixCount",
        "Ipv6AddressCount",
        "Ipv6PrefixCount",
        "NetworkCardIndex",
        "NicType",
        "Permission",
        "Policy",
        "PolicyType",
        "PortRange",
        "PrincipalType",
        "Priority",
        "ProductName",
        "ResourceType",
        "SecondaryPrivateIpAddressCount",
        "SecurityGroupType",
        "ServiceManaged",
        "ServiceName",
        "SetAsDefault",
        "SourceDestCheck",
        "SourcePortRange",
        "Status",
        "TrailRegion",
        "VSwitchCidrReservationMask",
        "VersionId",
        "maximumInstanceCount",
        "reservedConcurrency",
        "ttl",
        # Containers of parameters and responses.
        "AddEntry",
        "AddPrefixListEntry",
        "AssignedPrivateIpAddressesSet",
        "AuthorizePermissions",
        "Entry",
        "InstanceIdSets",
        "Ipv4PrefixSet",
        "Ipv4PrefixSets",
        "Ipv6PrefixSet",
        "Ipv6PrefixSets",
        "Ipv6Set",
        "Ipv6Sets",
        "NetworkInterface",
        "NetworkInterfacePermission",
        "Permissions",
        "PrefixListEntries",
        "PrivateIpSet",
        "PrivateIpSets",
        "Reason",
        "RemoveEntry",
        "RemovePrefixListEntry",
        "Resources",
        "RevokePermissions",
        "Role",
        "RoleUsage",
        "RoleUsages",
        "Tag",
        "Tags",
        "Targets",
        # Items of describe calls; ServiceID is the number of a service, the same for everybody.
        "AssignedCidrCount",
        "AssociatedInstanceType",
        "AttachmentCount",
        "Attachment",
        "AvailableCidrCount",
        "CreateTime",
        "CreationTime",
        "DefaultPolicyVersion",
        "DefaultVersion",
        "Direction",
        "EnabledIpv6",
        "EniIpv6AddressQuantity",
        "EniPrivateIpAddressQuantity",
        "EniQuantity",
        "Entries",
        "InstanceTypeId",
        "Ipv6InternetBandwidth",
        "IsServiceLinkedRole",
        "ServiceID",
        "Type",
        "UpdateDate",
        "VpcAttributes",
    ),
    _T.ID: (
        "AllocationId",
        "AssociatedInstanceId",
        "BindedInstanceId",
        "DestGroupId",
        "DestPrefixListId",
        "EipSegmentInstanceId",
        "InstanceId",
        "InstanceIdSet",
        "InstanceIds",
        "InternetBandwidthId",
        "Ipv6AddressId",
        "Ipv6GatewayId",
        "Ipv6InternetBandwidthId",
        "NetworkInterfaceId",
        "NetworkInterfacePermissionId",
        "PortRangeListId",
        "PrefixListId",
        "ResourceId",
        "SecurityGroupId",
        "SecurityGroupIds",
        "SecurityGroupRuleId",
        "SegmentInstanceId",
        "SourceGroupId",
        "SourcePrefixListId",
        "TrunkNetworkInstanceId",
        "VSwitchCidrReservationId",
        "VSwitchId",
        "VpcId",
    ),
    _T.NAME: (
        "CustomSuffix",
        "FilterPattern",
        "InstanceName",
        "LogstoreName",
        "Name",
        "NetworkInterfaceName",
        "ProjectName",
        "RoleSessionName",
        "RuleName",
        "SecurityGroupName",
        "TableName",
        "VSwitchCidrReservationName",
        "instanceName",
        "logstore",
        "logstoreName",
        "project",
        "projectName",
        "tableName",
        "triggerName",
    ),
    _T.BUS: ("EventBusName",),
    _T.ROLE: ("RoleName",),
    _T.POLICY: ("PolicyName",),
    _T.PRINCIPAL: ("PrincipalName",),
    _T.ACCOUNT: (
        "AccountId",
        "DestGroupOwnerAccount",
        "DestGroupOwnerId",
        "SourceGroupOwnerAccount",
        "SourceGroupOwnerId",
    ),
    _T.ADDRESS: (
        "Cidr",
        "CidrBlock",
        "DestCidrIp",
        "Ipv4Prefix",
        "Ipv4Prefixes",
        "Ipv6Address",
        "Ipv6CidrBlock",
        "Ipv6DestCidrIp",
        "Ipv6Prefix",
        "Ipv6SourceCidrIp",
        "PrimaryIpAddress",
        "PrivateIpAddress",
        "SourceCidrIp",
        "VSwitchCidrReservationCidr",
    ),
    _T.DESCRIPTION: (
        "Description",
        "Message",
        "NewDescription",
        "VSwitchCidrReservationDescription",
    ),
    _T.DOCUMENT: ("AssumeRolePolicyDocument", "NewAssumeRolePolicyDocument", "PolicyDocument"),
    _T.NAMED: (
        "ACS::OSS::Bucket",
        "BucketName",
        "OssBucketName",
        "Resource",
        "RoleArn",
        "SecretName",
        "SlsProjectArn",
        "bucket",
        "bucketName",
    ),
    _T.FUNCTION: ("ACS::FC::Function", "FunctionName", "functionName", "serviceName"),
    _T.TASK: ("DeletionTaskId",),
    _T.ENDPOINT: ("Endpoint",),
}

FIELDS: dict[str, Treatment] = {
    name: treatment for treatment, names in _BY_TREATMENT.items() for name in names
}
