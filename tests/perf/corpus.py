"""A seeded trail as ActionTrail writes it to OSS, and the state snapshot that belongs to it."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
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
MANAGED = 0.03

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

Parameters = dict[str, Any]


class Trail:
    """Makes one event after the other; the same seed gives the same bytes."""

    def __init__(self, seed: int = 20260301) -> None:
        self._random = random.Random(seed)
        self._number = 0
        self._makers: tuple[tuple[str, str, Callable[[], Parameters]], ...] = (
            ("Ecs", "AuthorizeSecurityGroup", self._rules),
            ("Ecs", "AuthorizeSecurityGroup", self._rules),
            ("Ecs", "RevokeSecurityGroup", self._rules),
            ("Ecs", "ModifySecurityGroupRule", self._one_rule),
            ("Ecs", "AssignPrivateIpAddresses", self._prefixes),
            ("Ecs", "AssignPrivateIpAddresses", self._prefixes),
            ("Ecs", "UnassignPrivateIpAddresses", self._prefixes),
            (
                "Ecs",
                "AttachNetworkInterface",
                lambda: {**self._eni(), "InstanceId": f"i-bp1{self._below(900):06d}"},
            ),
            ("Ecs", "DetachNetworkInterface", self._eni),
            ("Ecs", "DeleteNetworkInterface", self._eni),
            (
                "Ecs",
                "ModifyNetworkInterfaceAttribute",
                lambda: {**self._eni(), "SecurityGroupId.1": self._group()},
            ),
            ("Ecs", "CreateNetworkInterface", self._creation),
            ("Ecs", "JoinSecurityGroup", lambda: {**self._eni(), "SecurityGroupId": self._group()}),
            ("Ecs", "TagResources", self._tags),
            ("Vpc", "AssociateEipAddress", self._eip),
        )

    def events(self, count: int) -> Iterator[dict[str, Any]]:
        """Events in the order of their time, a few seconds apart at the most."""
        for _ in range(count):
            yield self._event()

    def _event(self) -> dict[str, Any]:
        self._number += 1
        relevant = self._random.random() < RELEVANT
        if relevant:
            service, name, make = self._random.choice(self._makers)
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
                "RegionId": REGION,
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
            "acsRegion": REGION,
            "eventName": name,
        }
        if name == "CreateNetworkInterface":
            event["responseElements"]["NetworkInterfaceId"] = f"eni-new{self._number:07d}"
        if relevant and self._random.random() < 0.05:
            event["errorCode"] = "InvalidOperation.InvalidEniState"
            event["errorMessage"] = "The specified ENI is in the wrong state."
        return event

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
        parameters = self._eni()
        for number in range(1, self._below(3) + 2):
            parameters[f"Ipv4Prefix.{number}"] = (
                f"10.{self._below(VSWITCHES)}.{self._below(256)}.{self._below(16) * 16}/28"
            )
        return parameters

    def _creation(self) -> Parameters:
        return {
            "VSwitchId": f"vsw-bp1{self._below(VSWITCHES):04d}",
            "SecurityGroupId": self._group(),
            "Tag.1.Key": "k",
        }

    def _tags(self) -> Parameters:
        return {"ResourceType": "eni", "ResourceId.1": self._eni()["NetworkInterfaceId"], "Tag.1.Key": "team"}

    def _eip(self) -> Parameters:
        return {
            "AllocationId": f"eip-bp1{self._below(500):06d}",
            "InstanceId": self._eni()["NetworkInterfaceId"],
            "InstanceType": "NetworkInterface",
        }


def write_trail(folder: Path, events: int = EVENTS) -> None:
    """Write the trail as gzip objects that hold a JSON array each, in the layout of a trail in OSS."""
    trail = Trail().events(events)
    for number in range(0, events, EVENTS_PER_OBJECT):
        batch = [next(trail) for _ in range(min(EVENTS_PER_OBJECT, events - number))]
        path = folder / "AliyunLogs" / "Actiontrail" / REGION / "2026" / "03" / "01"
        path.mkdir(parents=True, exist_ok=True)
        data = json.dumps(batch, separators=(",", ":")).encode()
        (path / f"Actiontrail_{REGION}_{number:08d}.gz").write_bytes(gzip.compress(data, 6, mtime=0))


def write_state(path: Path) -> None:
    """Write the snapshot of the account that the trail is about."""
    chance = random.Random(7)
    state = {
        "schema": 1,
        "captured_at": "2026-02-28T20:00:00Z",
        "account_id": ACCOUNT,
        "region": REGION,
        "resources": {
            "ecs:NetworkInterface": [_eni(number, chance) for number in range(ENIS)],
            "ecs:SecurityGroup": [
                {
                    "SecurityGroupId": f"sg-bp1{number:08d}",
                    "SecurityGroupType": "normal",
                    "ServiceManaged": chance.random() < MANAGED,
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


def _eni(number: int, chance: random.Random) -> dict[str, Any]:
    managed = chance.random() < MANAGED
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
