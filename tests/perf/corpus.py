"""A seeded trail as ActionTrail writes it to OSS, and the state snapshot that belongs to it."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ACCOUNT = "1234567890123456"
REGION = "cn-hangzhou"
START = datetime(2026, 3, 1, tzinfo=timezone.utc)

EVENTS = 200_000
EVENTS_PER_OBJECT = 500
RELEVANT = 0.20
GROUPS, ENIS, VSWITCHES = 5_000, 9_000, 60
#: How many rules about other calls are added to see what they cost (`tests.perf.other_rules`).
OTHER_RULES = 100
#: One ENI and one group of so many are managed.
ONE_MANAGED_OF = 33

#: Calls that no rule concerns, as a busy account makes them.
OTHERS = (
    ("Ecs", "DescribeInstances"),
    ("Ecs", "DescribeDisks"),
    ("Ecs", "DescribeInstanceStatus"),
    ("Ecs", "StartInstance"),
    ("Oss", "GetObject"),
    ("Oss", "ListObjects"),
    ("Slb", "DescribeLoadBalancers"),
    ("Rds", "DescribeDBInstances"),
    ("Sts", "AssumeRole"),
    ("Kms", "Decrypt"),
    ("Sls", "GetLogs"),
    ("Cms", "DescribeMetricList"),
    ("Vpc", "DescribeRouteTables"),
    ("Fc", "InvokeFunction"),
)

#: Stands for the password of a new instance; it must never come out of a replay.
PASSWORD = "NotToBeShown-1"

Parameters = dict[str, Any]


class Trail:
    """Makes one event after the other; the same seed and regions give the same bytes."""

    def __init__(self, seed: int = 20260301, regions: Sequence[str] = (REGION,)) -> None:
        self._random = random.Random(seed)
        self._regions = regions
        self._number = 0
        # Weights are per 100 relevant events. They are those of a busy account: automation that opens and
        # closes security groups, a container platform that makes, attaches and drops ENIs, and few calls
        # about addresses and instances.
        makers: tuple[tuple[int, str, str, Callable[[], Parameters]], ...] = (
            (22, "Ecs", "AuthorizeSecurityGroup", self._rules),
            (10, "Ecs", "RevokeSecurityGroup", self._rules),
            (8, "Ecs", "ModifySecurityGroupRule", self._one_rule),
            (6, "Ecs", "CreateNetworkInterface", self._creation),
            (8, "Ecs", "AttachNetworkInterface", self._on_instance),
            (6, "Ecs", "DetachNetworkInterface", self._on_instance),
            (6, "Ecs", "DeleteNetworkInterface", self._eni),
            (5, "Ecs", "ModifyNetworkInterfaceAttribute", self._new_groups),
            (5, "Ecs", "JoinSecurityGroup", self._membership),
            (3, "Ecs", "LeaveSecurityGroup", self._membership),
            (7, "Ecs", "TagResources", self._tags),
            (5, "Vpc", "AssociateEipAddress", self._eip),
            (2, "Ecs", "AssignPrivateIpAddresses", self._prefixes),
            (2, "Ecs", "AssignPrivateIpAddresses", self._addresses),
            (3, "Ecs", "UnassignPrivateIpAddresses", self._prefixes),
            (2, "Ecs", "RunInstances", self._instances),
        )
        self._makers = [(service, name, make) for _, service, name, make in makers]
        self._weights = [weight for weight, *_ in makers]

    def events(self, count: int) -> Iterator[dict[str, Any]]:
        """Events in the order of their time, a few seconds apart at the most."""
        for _ in range(count):
            yield self._event()

    def _event(self) -> dict[str, Any]:
        region = self._regions[self._number // EVENTS_PER_OBJECT % len(self._regions)]
        self._number += 1
        relevant = self._random.random() < RELEVANT
        if relevant:
            service, name, make = self._random.choices(self._makers, self._weights)[0]
            parameters = make()
        else:
            service, name = self._random.choice(OTHERS)
            parameters = {"PageSize": 50, "PageNumber": self._below(9) + 1}
        event_id = f"{self._random.getrandbits(64):016X}-{self._number:08d}"
        event: dict[str, Any] = {
            "eventId": event_id,
            "responseElements": {"RequestId": event_id},
            "eventVersion": "1",
            "requestParameters": {
                **parameters,
                "RequestId": event_id,
                "RegionId": region,
                "AcsProduct": service,
                "SignatureType": "",
                "ClientPort": 1024 + self._below(60_000),
                "X-Acs-Client-Tls-Cipher-Suite": "TLS_AES_256_GCM_SHA384",
            },
            "eventSource": f"{service.lower()}.aliyuncs.com",
            "sourceIpAddress": f"203.0.113.{self._below(255)}",
            "userAgent": "AlibabaCloud (linux; amd64) Python/3.10.13 Core/0.4.6 example-agent/1.2.3",
            "eventRW": "Write" if relevant else "Read",
            "eventType": "ApiCall",
            "userIdentity": self._caller(),
            "serviceName": service,
            "additionalEventData": {"Scheme": "https"},
            "apiVersion": "2014-05-26",
            "requestId": event_id,
            "eventTime": (START + timedelta(seconds=self._number // 4)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "isGlobal": False,
            "acsRegion": region,
            "eventName": name,
        }
        if name == "CreateNetworkInterface":
            event["responseElements"]["NetworkInterfaceId"] = f"eni-new{self._number:07d}"
        if relevant and (code := self._refusal(parameters)):
            event["errorCode"] = code
            event["errorMessage"] = "The call was refused."
        return event

    def _refusal(self, parameters: Parameters) -> str | None:
        """What the platform answers: managed resources are refused, and one call in twenty for its state."""
        if _is_managed(parameters.get("NetworkInterfaceId", "")):
            return "InvalidOperation.EniServiceManaged"
        if _is_managed(parameters.get("SecurityGroupId", "")):
            return "InvalidOperation.ResourceManagedByCloudProduct"
        return "InvalidOperation.InvalidEniState" if self._random.random() < 0.05 else None

    def _caller(self) -> dict[str, Any]:
        kind = self._below(10)
        if kind < 6:
            user = self._below(40)
            return {
                "accessKeyId": f"LTAIexample{user:04d}",
                "accountId": ACCOUNT,
                "principalId": f"2000000000000{user:05d}",
                "type": "ram-user",
                "userName": f"user-{user}",
            }
        role = ("aliyunserviceroleforslb", "AliyunServiceRoleForNatgw", "deploy-role", "ci-role")[kind - 6]
        session = f"session-{self._below(50)}"
        return {
            "accessKeyId": f"STS.example{self._below(10_000):05d}",
            "sessionContext": {
                "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-03-01T00:00:00Z"}
            },
            "accountId": ACCOUNT,
            "principalId": f"300000000000000001:{session}",
            "type": "assumed-role",
            "userName": f"{role}:{session}",
        }

    def _below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def _group(self) -> str:
        return f"sg-bp1{self._below(GROUPS):08d}"

    def _eni(self) -> Parameters:
        return {"NetworkInterfaceId": f"eni-bp1{self._below(ENIS):08d}"}

    def _instance(self) -> str:
        return f"i-bp1{self._below(900):06d}"

    def _on_instance(self) -> Parameters:
        return {**self._eni(), "InstanceId": self._instance()}

    def _new_groups(self) -> Parameters:
        return {**self._eni(), "SecurityGroupId.1": self._group()}

    def _membership(self) -> Parameters:
        return {**self._eni(), "SecurityGroupId": self._group()}

    def _rules(self) -> Parameters:
        parameters: Parameters = {"SecurityGroupId": self._group()}
        for number in range(1, self._below(4) + 2):
            low = self._below(60_000)
            parameters |= {
                f"Permissions.{number}.IpProtocol": "tcp",
                f"Permissions.{number}.PortRange": f"{low}/{low + 10}",
                f"Permissions.{number}.SourceCidrIp": f"10.{self._below(256)}.{self._below(256)}.0/24",
                f"Permissions.{number}.Priority": "1",
            }
        return parameters

    def _one_rule(self) -> Parameters:
        rule = f"sgr-bp1{self._below(90_000):06d}"
        return {"SecurityGroupId": self._group(), "SecurityGroupRuleId": rule, "PortRange": "443/443"}

    def _prefixes(self) -> Parameters:
        """Prefixes of the ENI's own vSwitch, from the half of it that is reserved for them."""
        number = self._below(ENIS)
        parameters: Parameters = {"NetworkInterfaceId": f"eni-bp1{number:08d}"}
        for position in range(1, self._below(3) + 2):
            block = f"{128 + self._below(128)}.{self._below(16) * 16}/28"
            parameters[f"Ipv4Prefix.{position}"] = f"10.{number % VSWITCHES}.{block}"
        return parameters

    def _addresses(self) -> Parameters:
        number = self._below(ENIS)
        parameters: Parameters = {"NetworkInterfaceId": f"eni-bp1{number:08d}"}
        for position in range(1, self._below(2) + 2):
            host = f"{self._below(128)}.{self._below(254) + 1}"
            parameters[f"PrivateIpAddress.{position}"] = f"10.{number % VSWITCHES}.{host}"
        return parameters

    def _creation(self) -> Parameters:
        return {
            "VSwitchId": self._vswitch(),
            "SecurityGroupId": self._group(),
            "Tag.1.Key": "k",
        }

    def _vswitch(self) -> str:
        return f"vsw-bp1{self._below(VSWITCHES):04d}"

    def _instances(self) -> Parameters:
        """As the SDK sends it: some thirty keys, of which the rules read a few."""
        name = f"web-{self._below(1000):04d}"
        return {
            "VSwitchId": self._vswitch(),
            "SecurityGroupIds.1": self._group(),
            "SecurityGroupIds.2": self._group(),
            "ImageId": "ubuntu_22_04_x64_20G_alibase_20260101.vhd",
            "InstanceType": "ecs.g7.large",
            "InstanceName": name,
            "HostName": name,
            "Password": PASSWORD,
            "PasswordInherit": "false",
            "Amount": "1",
            "MinAmount": "1",
            "ZoneId": "cn-hangzhou-i",
            "IoOptimized": "optimized",
            "InstanceChargeType": "PostPaid",
            "InternetChargeType": "PayByTraffic",
            "InternetMaxBandwidthOut": "0",
            "SystemDisk.Category": "cloud_essd",
            "SystemDisk.PerformanceLevel": "PL1",
            "SystemDisk.Size": "40",
            "DataDisk.1.Category": "cloud_essd",
            "DataDisk.1.Size": "100",
            "DataDisk.1.DeleteWithInstance": "true",
            "Tag.1.Key": "team",
            "Tag.1.Value": f"team-{self._below(20)}",
            "UserData": "I2Nsb3VkLWNvbmZpZwo=",
            "RamRoleName": "example-role",
            "DeletionProtection": "false",
            "SpotStrategy": "NoSpot",
            "CreditSpecification": "Standard",
            "ClientToken": f"token-{self._number:08d}",
            "DryRun": "false",
        }

    def _tags(self) -> Parameters:
        return {"ResourceType": "eni", "ResourceId.1": self._eni()["NetworkInterfaceId"], "Tag.1.Key": "team"}

    def _eip(self) -> Parameters:
        return {
            "AllocationId": f"eip-bp1{self._below(500):06d}",
            "InstanceId": self._eni()["NetworkInterfaceId"],
            "InstanceType": "NetworkInterface",
        }


def _is_managed(resource_id: str) -> bool:
    """Whether an ENI or a group of the snapshot is managed: one of each ``ONE_MANAGED_OF``."""
    return resource_id.startswith(("eni-bp1", "sg-bp1")) and int(resource_id[-8:]) % ONE_MANAGED_OF == 0


def write_trail(folder: Path, events: int = EVENTS, regions: Sequence[str] = (REGION,)) -> None:
    """Write the trail as gzip objects that hold a JSON array each, in the layout of a trail in OSS.

    The regions take turns, one object each.
    """
    trail = Trail(regions=regions).events(events)
    for number in range(0, events, EVENTS_PER_OBJECT):
        batch = [next(trail) for _ in range(min(EVENTS_PER_OBJECT, events - number))]
        region = batch[0]["acsRegion"]
        path = folder / "AliyunLogs" / "Actiontrail" / region / "2026" / "03" / "01"
        path.mkdir(parents=True, exist_ok=True)
        data = json.dumps(batch, separators=(",", ":")).encode()
        (path / f"Actiontrail_{region}_{number:08d}.gz").write_bytes(gzip.compress(data, 6, mtime=0))


def write_state(path: Path) -> None:
    """Write the snapshot of the account that the trail is about."""
    state = {
        "schema": 1,
        "captured_at": "2026-02-28T20:00:00Z",
        "account_id": ACCOUNT,
        "region": REGION,
        "resources": {
            "ecs:NetworkInterface": [_eni(number) for number in range(ENIS)],
            "ecs:SecurityGroup": [
                {
                    "SecurityGroupId": f"sg-bp1{number:08d}",
                    "SecurityGroupType": "normal",
                    "ServiceManaged": _is_managed(f"sg-bp1{number:08d}"),
                    "Description": "",
                }
                for number in range(GROUPS)
            ],
            "vpc:VSwitch": [
                {
                    "VSwitchId": f"vsw-bp1{number:04d}",
                    "VpcId": "vpc-bp10001",
                    "CidrBlock": f"10.{number}.0.0/16",
                }
                for number in range(VSWITCHES)
            ],
            "vpc:CidrReservation": [
                {
                    "VSwitchCidrReservationId": f"vcr-bp1{number:04d}",
                    "VSwitchId": f"vsw-bp1{number:04d}",
                    "IpVersion": "IPv4",
                    "VSwitchCidrReservationCidr": f"10.{number}.128.0/17",
                    "Status": "Assigned",
                }
                for number in range(VSWITCHES)
            ],
        },
    }
    path.write_text(json.dumps(state), encoding="utf-8")


def _eni(number: int) -> dict[str, Any]:
    managed = _is_managed(f"eni-bp1{number:08d}")
    vswitch = number % VSWITCHES
    host = number // VSWITCHES
    return {
        "NetworkInterfaceId": f"eni-bp1{number:08d}",
        "ServiceManaged": managed,
        "Description": "Created by nat.aliyuncs.com" if managed else "",
        "Status": "Available",
        "Type": "Secondary",
        "VSwitchId": f"vsw-bp1{vswitch:04d}",
        "VpcId": "vpc-bp10001",
        "PrivateIpAddress": f"10.{vswitch}.{host // 200}.{10 + host % 200}",
        "SecurityGroupIds": {"SecurityGroupId": [f"sg-bp1{number % GROUPS:08d}"]},
    }
