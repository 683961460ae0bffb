"""Every catalogued action that no other scenario makes: on what the account has, and those the fake lacks."""

from __future__ import annotations

import json

from tests.scenarios.deliveries import renamed
from tests.scenarios.managed import SSH
from tests.scenarios.stage import Stage
from tests.scenarios.world import CREATE, MODIFY, World

OUT = {"IpProtocol": "TCP", "PortRange": "443/443", "DestCidrIp": "198.51.100.0/24"}


def everyday(stage: Stage) -> None:
    """What an account does every day with ENIs, groups and lists of its own."""
    world = World(stage)
    with stage.case("calls/eni-life", "An ENI is made, renamed, and given addresses, which it loses.", "oss"):
        eni = world.make_eni()
        named = {"NetworkInterfaceId": eni}
        world.call(MODIFY, **named, NetworkInterfaceName="web")
        world.call("ecs:AssignPrivateIpAddresses", **named, PrivateIpAddress=["10.0.2.9"])
        world.call("ecs:UnassignPrivateIpAddresses", **named, PrivateIpAddress=["10.0.2.9"])
        six = f"{world.ipv6_stem}::9"
        world.call("ecs:AssignIpv6Addresses", **named, Ipv6Address=[six])
        world.call("ecs:UnassignIpv6Addresses", **named, Ipv6Address=[six])
        world.call("ecs:DeleteNetworkInterface", **named)
    with stage.case("calls/eni-with-prefix", "A new ENI with a prefix from the reserved block.", "oss"):
        place = {"VSwitchId": world.vswitch, "SecurityGroupId": world.group}
        world.call(CREATE, **place, Ipv4Prefix=["10.0.128.16/28"])
    with stage.case("calls/group-life", "A group with its rules, from its creation to its end.", "lines"):
        group = {"SecurityGroupId": world.make_group()}
        world.call("ecs:AuthorizeSecurityGroup", **group, Permissions=[SSH])
        world.call("ecs:AuthorizeSecurityGroupEgress", **group, Permissions=[OUT])
        found = world.call("ecs:DescribeSecurityGroupAttribute", **group)["Permissions"]["Permission"]
        rules = {one["Direction"]: one["SecurityGroupRuleId"] for one in found}
        ingress, egress = rules["ingress"], rules["egress"]
        world.call("ecs:ModifySecurityGroupRule", **group, SecurityGroupRuleId=ingress, Description="ssh")
        world.call("ecs:ModifySecurityGroupEgressRule", **group, SecurityGroupRuleId=egress, Priority="2")
        world.call("ecs:ModifySecurityGroupPolicy", **group, InnerAccessPolicy="Drop")
        world.call("ecs:ModifySecurityGroupAttribute", **group, SecurityGroupName="web")
        world.call("ecs:DescribeSecurityGroups", **group)
        world.call("ecs:DescribeSecurityGroupReferences", SecurityGroupId=[group["SecurityGroupId"]])
        world.call("ecs:RevokeSecurityGroup", **group, SecurityGroupRuleId=[ingress])
        world.call("ecs:RevokeSecurityGroupEgress", **group, SecurityGroupRuleId=[egress])
        world.call("ecs:DeleteSecurityGroup", **group)
    with stage.case("calls/lists", "A prefix list and a port list come and go.", "sls"):
        entry = {"Cidr": "192.0.2.0/24", "Description": "office"}
        asked = {"PrefixListName": "offices", "MaxEntries": 5, "AddressFamily": "IPv4", "Entry": [entry]}
        prefixes = world.make("ecs:CreatePrefixList", "PrefixListId", **asked)
        world.call("ecs:ModifyPrefixList", PrefixListId=prefixes, PrefixListName="office")
        world.call("ecs:DeletePrefixList", PrefixListId=prefixes)
        asked = {"PortRangeListName": "web", "MaxEntries": 5, "Entry": [{"PortRange": "443/443"}]}
        ports = world.make("ecs:CreatePortRangeList", "PortRangeListId", **asked)
        world.call("ecs:ModifyPortRangeList", PortRangeListId=ports, PortRangeListName="https")
        world.call("ecs:DeletePortRangeList", PortRangeListId=ports)


def machines(stage: Stage) -> None:
    """What an account does every day with instances, EIPs and networks of its own."""
    world = World(stage)
    place = {"VSwitchId": world.vswitch, "SecurityGroupId": world.group, "ImageId": "image-example"}
    with stage.case("calls/instance-life", "Instances are made, changed and deleted.", "oss"):
        one = world.make_instance()
        two = world.make("ecs:CreateInstance", "InstanceId", InstanceType="ecs.g7.large", **place)
        world.call("ecs:ModifyInstanceAttribute", InstanceId=one, InstanceName="web")
        world.call("ecs:StopInstance", InstanceId=one)
        world.call("ecs:ModifyInstanceSpec", InstanceId=one, InstanceType="ecs.g7.xlarge")
        world.call("ecs:DeleteInstance", InstanceId=one)
        world.call("ecs:DeleteInstances", InstanceId=[two], Force=True)
    prepaid = world.make_instance(InstanceChargeType="PrePaid", Period=1, PeriodUnit="Month")
    world.call("ecs:StopInstance", InstanceId=prepaid)
    with stage.case("calls/prepaid-instance", "A prepaid instance gets another type.", "eventbridge"):
        asked = {"InstanceId": prepaid, "InstanceType": "ecs.g7.xlarge"}
        world.call("ecs:ModifyPrepayInstanceSpec", **asked)
    eni = world.make_eni()
    for product in ("vpc", "ecs"):
        with stage.case(f"calls/eip-by-{product}", f"An EIP by the calls of {product}.", "lines"):
            eip = {"AllocationId": world.make(f"{product}:AllocateEipAddress", "AllocationId")}
            bound = {**eip, "InstanceId": eni, "InstanceType": "NetworkInterface"}
            world.call(f"{product}:AssociateEipAddress", **bound)
            world.call(f"{product}:UnassociateEipAddress", **bound)
            world.call(f"{product}:ReleaseEipAddress", **eip)
    eip_id = world.make_eip()
    with stage.case("calls/bypass-toa", "The address of the client is passed on.", "eventbridge"):
        world.call("vpc:ModifyBypassToaAttribute", AllocationId=eip_id)
    several = {"BindedInstanceId": world.make_eni(), "BindedInstanceType": "NetworkInterface"}
    with stage.case("calls/eips-at-once", "Several EIPs for one ENI; InstanceIds are the EIPs."):
        world.call("vpc:AssociateEipAddressBatch", **several, InstanceIds=[eip_id])
    with stage.case(
        "calls/reservation-life", "A block of a vSwitch is reserved, renamed and given up.", "oss"
    ):
        block = {"VSwitchCidrReservationId": world.reserve("10.0.150.0/24")}
        asked = {**block, "VSwitchCidrReservationName": "pods"}
        world.call("vpc:ModifyVSwitchCidrReservationAttribute", **asked)
        world.call("vpc:DeleteVSwitchCidrReservation", **block)
    with stage.case("calls/network-life", "A vSwitch and a VPC come and go.", "sls"):
        vpc = world.make("vpc:CreateVpc", "VpcId", CidrBlock="172.16.0.0/12")
        asked = {"VpcId": vpc, "CidrBlock": "172.16.1.0/24", "ZoneId": "cn-hangzhou-h"}
        vswitch = world.make("vpc:CreateVSwitch", "VSwitchId", **asked)
        world.call("vpc:DeleteVSwitch", VSwitchId=vswitch)
        world.call("vpc:DeleteVpc", VpcId=vpc)


#: The service, the name and the parameters of a call that the fake does not have.
Missing = tuple[str, str, dict[str, str]]
VPC_LIST = {"PrefixListId": "vpl-bp1example0001"}


def _on_addresses(instance: str) -> tuple[Missing, ...]:
    held = {"InstanceId": instance}
    floating = {"HaVipId": "havip-bp1example0001", **held}
    segment = "eipsg-bp1example0001"
    return (
        ("Vpc", "AllocateEipAddressPro", {"Bandwidth": "5"}),
        ("Vpc", "AllocateEipSegmentAddress", {"EipMask": "28"}),
        ("Vpc", "ReleaseEipSegmentAddress", {"SegmentInstanceId": segment}),
        ("Vpc", "TransformEipSegmentToPublicIpAddressPool", {"InstanceId": segment}),
        ("Vpc", "ModifyEipForwardMode", {"InstanceId": "eip-bp1example0001", "Mode": "NAT"}),
        ("Ecs", "AllocatePublicIpAddress", held),
        ("Ecs", "ReleasePublicIpAddress", held),
        ("Ecs", "ConvertNatPublicIpToEip", held),
        ("Ecs", "ModifyInstanceNetworkSpec", {**held, "InternetMaxBandwidthOut": "5"}),
        ("Vpc", "AssociateHaVip", floating),
        ("Vpc", "UnassociateHaVip", floating),
        ("Ecs", "AssociateHaVip", floating),
        ("Ecs", "UnassociateHaVip", floating),
        ("Vpc", "ReleaseIpv6Address", {"Ipv6AddressId": "ipv6-bp1example0001"}),
    )


def _on_networks(world: World) -> tuple[Missing, ...]:
    listed = {"PrefixListName": "offices", "PrefixListEntries.1.Cidr": "192.0.2.0/24"}
    table = {"ResourceType": "vpcRouteTable", "ResourceId": "vtb-bp1example0001"}
    prefix = {"NatGatewayId": "ngw-bp1example0001", "Ipv4Prefix": "10.0.128.32/28"}
    return (
        ("Vpc", "AllocateIpv6Address", {"VSwitchId": world.vswitch}),
        ("Vpc", "CreateVpcPrefixList", listed),
        ("Vpc", "RetryVpcPrefixListAssociation", {**VPC_LIST, **table}),
        ("Vpc", "DeleteVpcPrefixList", VPC_LIST),
        ("Vpc", "CreateNatGateway", {"VpcId": world.vpc, "VSwitchId": world.vswitch}),
        ("Vpc", "CreateNatIp", prefix),
        ("Vpc", "DeleteNatIp", prefix),
    )


def not_implemented(stage: Stage) -> None:
    """Calls that the fake does not have, written by hand from those it has."""
    world = World(stage)
    instance = world.make_instance()
    role = {"ServiceName": "arms.aliyuncs.com"}
    rules = {"SecurityGroupId": world.group, "AuthorizePermissions": json.dumps([SSH])}
    missing: tuple[Missing, ...] = (
        ("Ecs", "ConfigureSecurityGroupPermissions", rules),
        ("Ecs", "ModifyInstanceVpcAttribute", {"InstanceId": instance, "VSwitchId": world.vswitch}),
        ("Vpc", "ModifyVpcPrefixList", {**VPC_LIST, "PrefixListName": "offices"}),
        ("ResourceManager", "CreateServiceLinkedRoleForProduct", role),
        ("DBS", "InitializeDbsServiceLinkedRole", {}),
        ("Slr", "CreateSlrRole", role),
        ("Sas", "CreateSlrAndSlsProject", {}),
        ("ARMS", "OpenArmsDefaultSLR", {}),
        ("xtrace", "OpenXtraceDefaultSLR", {}),
        *_on_addresses(instance),
        *_on_networks(world),
    )
    names = [name for _, name, _ in missing]
    for service, name, parameters in missing:
        twin = f"-{service.lower()}" if names.count(name) > 1 else ""
        path, said = f"calls/not-implemented-{name}{twin}", f"{name}, which the fake cloud does not have."
        change = renamed(service, name, **parameters)
        with stage.case(path, said, change=change, made="hand-written"):
            world.call("ecs:ModifyInstanceAttribute", InstanceId=instance, InstanceName="web")
