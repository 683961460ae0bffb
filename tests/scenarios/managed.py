"""Services with managed ENIs and groups: they come, are touched by others, and go."""

from __future__ import annotations

from tests.scenarios import deliveries
from tests.scenarios.stage import Stage
from tests.scenarios.world import CREATE, FIREWALL, GATEWAY, MODIFY, NAT, NLB, STRANGER, VPN, World

SSH = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}


def gateway(stage: Stage) -> None:
    """An API Gateway instance works in a customer's VPC, with the customer's group, and leaves."""
    world = World(stage)
    service = stage.service(GATEWAY, "connectuservpc")
    place = {"VSwitchId": world.vswitch, "SecurityGroupId": world.group}
    with stage.case("eni/gateway-comes", "API Gateway makes a managed ENI in the customer's group.", "oss"):
        eni = world.make(CREATE, "NetworkInterfaceId", service, **place)
        world.call("ecs:DescribeNetworkInterfaces", service, NetworkInterfaceId=[eni])
        world.call(MODIFY, service, NetworkInterfaceId=eni, NetworkInterfaceName="gateway")
    with stage.case("eni/gateway-read-by-account", "Reading a managed ENI is open to the account.", "lookup"):
        world.call("ecs:DescribeNetworkInterfaces", NetworkInterfaceId=[eni])
        world.call("ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=eni)
    with stage.case("eni/gateway-group-held", "A group cannot be deleted while the gateway's ENI is in it."):
        world.refused("ecs:DeleteSecurityGroup", SecurityGroupId=world.group)
    with stage.case("eni/gateway-vswitch-held", "A vSwitch cannot be deleted: a managed ENI is in it."):
        world.refused("vpc:DeleteVSwitch", VSwitchId=world.vswitch)
    path, said = "slr/gateway-outside-its-policy", "A role adds a rule, which its policy does not grant."
    with stage.case(path, said, "sls"), stage.assuming(contract_broken=True):
        world.call("ecs:AuthorizeSecurityGroup", service, SecurityGroupId=world.group, Permissions=[SSH])
    eip = world.make_eip()
    with stage.case(
        "slr/gateway-denied", "API Gateway is denied an EIP: its policy has none.", "eventbridge"
    ):
        world.refused("vpc:ReleaseEipAddress", service, AllocationId=eip)
    with stage.case("eni/gateway-goes", "API Gateway takes its ENI away.", "lookup"):
        world.call("ecs:DeleteNetworkInterface", service, NetworkInterfaceId=eni)
    own = world.make_eni(VSwitchId=(lone := world.make_vswitch("10.1.0.0/24")))
    with stage.case(
        "eni/vswitch-held-by-own", "A vSwitch cannot be deleted: an ENI of the account is in it."
    ):
        world.refused("vpc:DeleteVSwitch", VSwitchId=lone)
    world.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=own)


def nat(stage: Stage) -> None:
    """NAT Gateway with a managed ENI in a managed group, and what others do to them."""
    world = World(stage)
    service = stage.service(NAT, "nat-gateway")
    with stage.case("sg/nat-makes-its-group", "NAT Gateway makes a group and a rule in it.", "lines"):
        group = world.make_group(service)
        world.call("ecs:AuthorizeSecurityGroup", service, SecurityGroupId=group, Permissions=[SSH])
    with stage.case("eni/nat-makes-its-eni", "NAT Gateway makes an ENI in its group.", "oss"):
        eni = world.make_eni(service, SecurityGroupId=group, Description="NAT Gateway ngw-bp1example0001")
    instance = world.make_instance()
    path = "eni/nat-eni-attach-refused"
    with stage.case(path, "The account tries to attach a managed ENI.", "eventbridge"):
        world.refused("ecs:AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=instance)
    with stage.case(
        "sg/nat-group-rule-json-text",
        "A refused rule whose parameters stand in requestParameterJson only.",
        "sls",
        change=deliveries.parameters_as_text,
    ):
        world.refused("ecs:AuthorizeSecurityGroup", SecurityGroupId=group, Permissions=[SSH])
    hostile = stage.role("Operators", session="AliyunServiceRoleForNatgw")
    with (
        stage.case("eni/hostile-session-name", "A session that is named like a service's role."),
        stage.assuming(contract_broken=True),
    ):
        world.call(MODIFY, hostile, NetworkInterfaceId=eni, NetworkInterfaceName="mine")
    with (
        stage.case("eni/nat-eni-renamed-by-root", "The root account changes a managed ENI.", "eventbridge"),
        stage.assuming(contract_broken=True),
    ):
        world.call(MODIFY, stage.account(), NetworkInterfaceId=eni, NetworkInterfaceName="mine")
    spare = world.make_eni()
    with (
        stage.case("sg/join-managed-succeeded", "An ENI of the account joins a managed group."),
        stage.assuming(contract_broken=True),
    ):
        world.call("ecs:JoinSecurityGroup", SecurityGroupId=group, NetworkInterfaceId=spare)
    with (
        stage.case("sg/peer-is-managed", "A rule of an ordinary group lets a managed group in.", "lines"),
    ):
        peer = {"IpProtocol": "TCP", "PortRange": "443/443", "SourceGroupId": group}
        world.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=world.group, Permissions=[peer])
    with (
        stage.case("sg/peer-is-managed-refused", "The same, if the platform refuses such rules."),
        stage.assuming(peer_of_managed_group_refused=True),
    ):
        peer = {"IpProtocol": "TCP", "PortRange": "444/444", "SourceGroupId": group}
        world.refused("ecs:AuthorizeSecurityGroup", SecurityGroupId=world.group, Permissions=[peer])
    peer = {"IpProtocol": "TCP", "PortRange": "443/443", "SourceGroupId": world.make_group()}
    with stage.case("sg/peer-is-own", "A rule of an ordinary group lets another ordinary group in."):
        world.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=world.group, Permissions=[peer])


def foreign_services(stage: Stage) -> None:
    """Services write to what is not theirs: what another service manages, and groups of the customer."""
    world = World(stage)
    service, other = stage.service(NAT, "nat-gateway"), stage.service(NLB, "nlb")
    group = world.make_group(service)
    eni = world.make_eni(service, SecurityGroupId=group)
    natted = world.make(
        "ecs:CreateSecurityGroup",
        "SecurityGroupId",
        service,
        VpcId=world.vpc,
        Description="Created by NAT Gateway ngw-bp1example0001",
    )
    renamed = {"NetworkInterfaceId": eni, "NetworkInterfaceName": "nlb"}
    with (
        stage.case("eni/foreign-service", "NLB changes an ENI of NAT Gateway."),
        stage.assuming(foreign_service_may_write=True),
    ):
        world.call(MODIFY, other, **renamed)
    with stage.case("eni/foreign-service-refused", "NLB is refused an ENI of NAT Gateway.", "eventbridge"):
        world.refused(MODIFY, other, **renamed)
    with (
        stage.case("sg/foreign-service", "NLB adds a rule to a group of NAT Gateway."),
        stage.assuming(foreign_service_may_write=True, contract_broken=True),
    ):
        world.call("ecs:AuthorizeSecurityGroup", other, SecurityGroupId=natted, Permissions=[SSH])
    with stage.case("sg/service-edits-own", "NAT Gateway takes a rule from its own group.", "eventbridge"):
        world.call("ecs:RevokeSecurityGroup", service, SecurityGroupId=natted, Permissions=[SSH])
    vpn, firewall = stage.service(VPN, "vpn"), stage.service(FIREWALL, "cloudfw")
    with stage.case(
        "sg/service-edits-customers", "VPN Gateway adds a rule to a group of the customer.", "sls"
    ):
        world.call("ecs:AuthorizeSecurityGroup", vpn, SecurityGroupId=world.group, Permissions=[SSH])
    with stage.case("sg/firewall-edits-customers", "Cloud Firewall does so, as its product documents."):
        rule = {**SSH, "PortRange": "3389/3389", "Policy": "drop"}
        world.call("ecs:AuthorizeSecurityGroup", firewall, SecurityGroupId=world.group, Permissions=[rule])
    asked = {"NetworkInterfaceId": eni, "InstanceId": world.make_instance()}
    with stage.case("eni/service-detaches-own", "NAT Gateway attaches and detaches its ENI.", "oss"):
        world.call("ecs:AttachNetworkInterface", service, **asked)
        world.call("ecs:DetachNetworkInterface", service, **asked)
    with stage.case(
        "eni/platform-deletes",
        "The platform itself deletes an ENI.",
        change=deliveries.by_the_platform,
        made="as a service event",
    ):
        world.call("ecs:DeleteNetworkInterface", service, NetworkInterfaceId=eni)


def open_writes(stage: Stage) -> None:
    """Writes that no table forbids: permissions, the source check, tags, queues, IPv6 bandwidth."""
    world = World(stage)
    service = stage.service("owner.example.aliyuncs.com", "owner")
    own, managed = world.make_eni(Ipv6AddressCount=1), world.make_eni(service, Ipv6AddressCount=1)
    permit = {"Permission": "InstanceAttach"}
    with stage.case("eni/permission-for-stranger", "An ENI is opened to another account.", "eventbridge"):
        given = world.call(
            "ecs:CreateNetworkInterfacePermission", NetworkInterfaceId=own, AccountId=STRANGER, **permit
        )
    with stage.case("eni/permission-for-itself", "The same permission for the account itself."):
        world.call(
            "ecs:CreateNetworkInterfacePermission",
            NetworkInterfaceId=own,
            AccountId=stage.account_id,
            **permit,
        )
    with stage.case("eni/permission-taken-back", "Permissions are read, and one is taken back.", "lines"):
        world.call("ecs:DescribeNetworkInterfacePermissions", NetworkInterfaceId=own)
        permission = given["NetworkInterfacePermission"]["NetworkInterfacePermissionId"]
        world.call("ecs:DeleteNetworkInterfacePermission", NetworkInterfacePermissionId=permission)
    with stage.case(
        "eni/source-check-off",
        "The source/destination check is switched off; the caller is a JSON text.",
        "sls",
        change=deliveries.identity_as_text,
    ):
        world.call(MODIFY, NetworkInterfaceId=own, SourceDestCheck=False)
    with stage.case("eni/source-check-on", "The check is switched on again."):
        world.call(MODIFY, NetworkInterfaceId=own, SourceDestCheck=True)
    with stage.case("eni/tags-on-both", "A tag for a managed and an ordinary ENI in one call.", "lines"):
        both = {"ResourceType": "eni", "ResourceId": [managed, own]}
        world.call("ecs:TagResources", **both, Tag=[{"Key": "team", "Value": "network"}])
        world.call("ecs:UntagResources", **both, TagKey=["team"])
    with stage.case("eni/queues", "Network QoS is set on a managed and an ordinary ENI.", "oss"):
        for eni in (managed, own):
            asked = {"NetworkInterfaceId": eni, "QoS": {"QoSQueueName": "Low"}, "QoSQueueName": "Low"}
            world.call("ecs:EnableNetworkInterfaceQoS", **asked)
            world.call("ecs:DisableNetworkInterfaceQoS", **asked)
    world.call("vpc:CreateIpv6Gateway", VpcId=world.vpc)
    theirs, ours = world.address_of(managed), world.address_of(own)
    stage.call("vpc:AllocateIpv6InternetBandwidth", service, Ipv6AddressId=theirs, Bandwidth=5)
    with stage.case("eni/bandwidth-of-own", "IPv6 bandwidth of an ENI of the account.", "lines"):
        world.call("vpc:AllocateIpv6InternetBandwidth", Ipv6AddressId=ours, Bandwidth=5)
        world.call("vpc:ModifyIpv6InternetBandwidth", Ipv6AddressId=ours, Bandwidth=10)
        world.call("vpc:DeleteIpv6InternetBandwidth", Ipv6AddressId=ours)
    with stage.case("eni/bandwidth-of-managed", "The one write that the account may make.", "eventbridge"):
        world.call("vpc:ModifyIpv6InternetBandwidth", Ipv6AddressId=theirs, Bandwidth=10)


def vpc_calls(stage: Stage) -> None:
    """EIPs and bandwidth of managed ENIs, by calls of VPC that do not name the ENI."""
    world = World(stage)
    service = stage.service("owner.example.aliyuncs.com", "owner")
    group = world.make_group()
    managed, own = world.make_eni(service, Ipv6AddressCount=1), world.make_eni(SecurityGroupId=group)
    theirs, ours = world.make_eip(), world.make_eip()
    bound = {"InstanceType": "NetworkInterface"}
    stage.call("vpc:AssociateEipAddress", service, AllocationId=theirs, InstanceId=managed, **bound)
    unbind = "vpc:UnassociateEipAddress"
    with (
        stage.case(
            "eni/eip-of-managed-own-code",
            "VPC refuses with a code of its own; field names in PascalCase.",
            "lines",
            change=deliveries.in_pascal_case,
        ),
        stage.assuming(vpc_managed=("OperationDenied.ServiceManaged", 403)),
    ):
        world.refused(unbind, AllocationId=theirs)
    with stage.case("eni/eip-of-nothing", "VPC refuses to unbind an EIP that is bound to nothing."):
        world.refused(unbind, AllocationId=ours)
    world.call("vpc:AssociateEipAddress", AllocationId=ours, InstanceId=own, **bound)
    with stage.case("eni/eip-released-while-bound", "An EIP of an ordinary ENI cannot be released.", "sls"):
        world.refused("vpc:ReleaseEipAddress", AllocationId=ours)
    with stage.case("sg/own-group-in-use", "An ordinary group cannot be deleted: an ENI is in it."):
        world.refused("ecs:DeleteSecurityGroup", SecurityGroupId=group)
    world.call("vpc:CreateIpv6Gateway", VpcId=world.vpc)
    address = world.address_of(managed)
    given = stage.call("vpc:AllocateIpv6InternetBandwidth", service, Ipv6AddressId=address, Bandwidth=5)
    with (
        stage.case("eni/bandwidth-by-its-id", "The bandwidth of a managed ENI is given up, by its own id."),
        stage.assuming(contract_broken=True),
    ):
        bandwidth = given["InternetBandwidthId"]
        world.call("vpc:DeleteIpv6InternetBandwidth", Ipv6InternetBandwidthId=bandwidth)


def unknown(stage: Stage) -> None:
    """Little is known: nothing listed, a snapshot from afterwards, a role that nobody confirms, no answer."""
    world = World(stage)
    service = stage.service(NAT, "nat-gateway")
    delete = "ecs:DeleteNetworkInterface"
    before = stage.snapshot()
    stage.clock.advance(60)
    managed, own = world.make_eni(service), world.make_eni()
    path, said = "eni/delete-unlisted-refused", "The code alone proves it managed; whose it is, is not known."
    with stage.case(path, said, state=before):
        world.refused(delete, NetworkInterfaceId=managed)
    group = {"SecurityGroupId": world.make_group(service)}
    with stage.case("sg/rule-of-unlisted-refused", "The same for a group that no state lists.", state=before):
        world.refused("ecs:AuthorizeSecurityGroup", **group, Permissions=[SSH])
    with stage.case("eni/delete-unlisted", "Nobody knows whether it was managed.", state=before):
        world.call(delete, NetworkInterfaceId=own)
    with (
        stage.case("eni/snapshot-after", "The state shows it managed after the call.", state="after"),
        stage.assuming(contract_broken=True),
    ):
        world.call(MODIFY, NetworkInterfaceId=managed, NetworkInterfaceName="mine")
    another = world.make_eni()
    with stage.case("eni/delete-own", "An ordinary ENI is the account's own."):
        world.call(delete, NetworkInterfaceId=another)
    with stage.case("eni/denied-by-ram", "A call on a managed ENI that RAM denies.", "lookup"):
        bob = stage.account("bob", policy={"Version": "1", "Statement": []})
        world.refused(delete, bob, NetworkInterfaceId=managed)
    with stage.case(
        "eni/throttled",
        "The same call, throttled.",
        "lookup",
        change=deliveries.throttled,
        made="as if it had been throttled",
    ):
        world.refused(delete, NetworkInterfaceId=managed)
    with stage.case(
        "eni/pascal-case", "Field names in PascalCase.", "lines", change=deliveries.in_pascal_case
    ):
        world.refused(delete, NetworkInterfaceId=managed)
