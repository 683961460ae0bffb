"""A small network in a fake cloud, for the tests with real clients."""

from __future__ import annotations

from dataclasses import dataclass

from fakealiyun import Cloud, Keys

#: The service of the document on service-linked roles (seed 003).
API_GATEWAY = "connectuservpc.apigateway.aliyuncs.com"


@dataclass(frozen=True)
class Scene:
    """Ids of a VPC with a vSwitch, a basic security group and two ENIs: API Gateway's and the account's."""

    vpc: str
    vswitch: str
    group: str
    managed: str
    ordinary: str


def scene(cloud: Cloud) -> Scene:
    """Build the network; time passes until everything is there."""
    keys = cloud.account()
    vpc = cloud.call("vpc:CreateVpc", keys, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.clock.advance(60)
    vswitch = cloud.call(
        "vpc:CreateVSwitch", keys, VpcId=vpc, ZoneId="cn-hangzhou-h", CidrBlock="10.0.1.0/24"
    )["VSwitchId"]
    cloud.clock.advance(60)
    group = cloud.call("ecs:CreateSecurityGroup", keys, VpcId=vpc, SecurityGroupName="web")["SecurityGroupId"]

    def eni(caller: Keys, address: str) -> str:
        made = cloud.call(
            "ecs:CreateNetworkInterface",
            caller,
            VSwitchId=vswitch,
            SecurityGroupId=group,
            PrimaryIpAddress=address,
            Tag=[{"Key": "team", "Value": "netz ü&+"}],
        )
        return str(made["NetworkInterfaceId"])

    managed = eni(cloud.service(API_GATEWAY), "10.0.1.10")
    ordinary = eni(keys, "10.0.1.11")
    cloud.clock.advance(60)
    return Scene(vpc, vswitch, group, managed, ordinary)
