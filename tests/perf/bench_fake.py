"""What a call to fakealiyun costs, next to the same call to moto, and with 100,000 ENIs next to 100.

Both fakes answer the official client of their cloud in this process: `DescribeNetworkInterfaces` of ECS and
of EC2, by ten ids out of a hundred network interfaces.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from unittest.mock import patch

from fakealiyun import Cloud, fake_aliyun

#: Budgets (issue "fakealiyun"): no dearer than moto; what a read by id costs does not depend on all there is.
MOTO_SHARE, SIZE_SHARE = 1.0, 1.5
FEW, MANY, READ = 100, 100_000, 10
#: Calls that one figure is the mean of.
CALLS = 100

Read = Callable[[], None]


def fakes_met(rounds: int) -> bool:
    """Measure, print, and say whether the budgets are met."""
    met = [_next_to_moto(rounds), _with_many(rounds)]
    return all(met)


def _next_to_moto(rounds: int) -> bool:
    seconds = _in_turn({"fakealiyun": _ecs, "moto": _ec2}, rounds)
    print(f"DescribeNetworkInterfaces by {READ} ids with the official clients, {FEW} network interfaces")
    for name, figure in seconds.items():
        print(_row(name, figure, seconds["moto"]))
    return _said(seconds["fakealiyun"] / seconds["moto"] <= MOTO_SHARE, f"share of moto <= {MOTO_SHARE}")


def _with_many(rounds: int) -> bool:
    scenes = {size: _scene(size) for size in (FEW, MANY)}
    met = True
    for title, made in (
        (f"DescribeNetworkInterfaces by {READ} ids, without HTTP", _by_id),
        ("AssignPrivateIpAddresses and back, without HTTP", _assigned),
    ):
        seconds = _in_turn({f"{n:,} ENIs": partial(nullcontext, made(*scenes[n])) for n in scenes}, rounds)
        few, many = seconds.values()
        print(title)
        for name, figure in seconds.items():
            print(_row(name, figure, few))
        met = _said(many / few <= SIZE_SHARE, f"share of {FEW} ENIs <= {SIZE_SHARE}") and met
    return met


def _in_turn(
    reads: Mapping[str, Callable[[], AbstractContextManager[Read]]], rounds: int
) -> dict[str, float]:
    """The median seconds of one call; each is measured once per round, so that all see the same machine.

    The fakes are entered anew each time, as only one of them can stand in front of ``requests``.
    """
    found: dict[str, list[float]] = {name: [] for name in reads}
    for _ in range(rounds):
        for name, entered in reads.items():
            with entered() as read:
                read()  # opens the session of the client
                start = time.perf_counter()
                for _ in range(CALLS):
                    read()
                found[name].append((time.perf_counter() - start) / CALLS)
    return {name: statistics.median(figures) for name, figures in found.items()}


@contextmanager
def _ecs() -> Iterator[Read]:
    from alibabacloud_ecs20140526 import models
    from alibabacloud_ecs20140526.client import Client
    from alibabacloud_tea_openapi.models import Config

    with fake_aliyun() as cloud:
        keys = cloud.account()
        request = models.DescribeNetworkInterfacesRequest(
            region_id=cloud.region_id, network_interface_id=enis_of(cloud, FEW)[:READ]
        )
        client = Client(
            Config(
                access_key_id=keys.access_key_id,
                access_key_secret=keys.access_key_secret,
                region_id=cloud.region_id,
            )
        )

        def read() -> None:
            answer = client.describe_network_interfaces(request)
            _expect(READ, len(answer.body.network_interface_sets.network_interface_set))

        yield read


@contextmanager
def _ec2() -> Iterator[Read]:
    import boto3
    from moto import mock_aws

    keys = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example"}
    with patch.dict(os.environ, keys), mock_aws():
        client = boto3.client("ec2", region_name="us-east-1")
        vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20")["Subnet"]["SubnetId"]
        enis = [
            client.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
            for _ in range(FEW)
        ]

        def read() -> None:
            answer = client.describe_network_interfaces(NetworkInterfaceIds=enis[:READ])
            _expect(READ, len(answer["NetworkInterfaces"]))

        yield read


def _scene(size: int) -> tuple[Cloud, list[str]]:
    cloud = Cloud()
    return cloud, enis_of(cloud, size)[-READ:]


def _by_id(cloud: Cloud, asked: list[str]) -> Read:
    keys = cloud.account()

    def read() -> None:
        answer = cloud.call("ecs:DescribeNetworkInterfaces", keys, NetworkInterfaceId=asked)
        _expect(READ, len(answer["NetworkInterfaceSets"]["NetworkInterfaceSet"]))

    return read


def _assigned(cloud: Cloud, asked: list[str]) -> Read:
    keys = cloud.account()
    eni = asked[-1]

    def assign() -> None:
        made = cloud.call(
            "ecs:AssignPrivateIpAddresses", keys, NetworkInterfaceId=eni, SecondaryPrivateIpAddressCount=1
        )
        addresses = made["AssignedPrivateIpAddressesSet"]["PrivateIpSet"]["PrivateIpAddress"]
        _expect(1, len(addresses))
        cloud.call("ecs:UnassignPrivateIpAddresses", keys, NetworkInterfaceId=eni, PrivateIpAddress=addresses)

    return assign


def enis_of(cloud: Cloud, number: int) -> list[str]:
    """Ids of new ENIs, spread over vSwitches and groups as their limits demand."""
    keys = cloud.account()
    vpc = cloud.call("vpc:CreateVpc", keys, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.clock.advance(60)
    enis: list[str] = []
    for net in range(-(-number // 5_000)):
        vswitch = cloud.call(
            "vpc:CreateVSwitch", keys, VpcId=vpc, ZoneId="cn-hangzhou-h", CidrBlock=f"10.{net}.0.0/16"
        )["VSwitchId"]
        cloud.clock.advance(60)
        group = cloud.call("ecs:CreateSecurityGroup", keys, VpcId=vpc)["SecurityGroupId"]
        for _ in range(min(5_000, number - len(enis))):
            made = cloud.call("ecs:CreateNetworkInterface", keys, VSwitchId=vswitch, SecurityGroupId=group)
            enis.append(made["NetworkInterfaceId"])
    return enis


def _expect(number: int, found: int) -> None:
    if found != number:
        raise RuntimeError(f"A fake answered with {found} network interfaces instead of {number}.")


def _row(name: str, seconds: float, reference: float) -> str:
    return f"  {name:<28} {seconds * 1000:>7.3f} ms  {seconds / reference:>5.2f}"


def _said(met: bool, budget: str) -> bool:
    print(f"  {'met' if met else 'NOT MET'}: {budget}\n")
    return met


if __name__ == "__main__":
    sys.exit(0 if fakes_met(rounds=5) else 1)
