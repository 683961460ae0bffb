"""Two incidents: somebody deletes an ENI that a cloud service manages, and opens a group to the world."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
import requests

from local.processes import Running

#: The service whose ENIs nobody else may touch (the document on service-linked roles).
_SERVICE = "connectuservpc.apigateway.aliyuncs.com"
_REFUSED = "InvalidOperation.EniServiceManaged"
_VERSIONS = {"ecs": "2014-05-26", "vpc": "2016-04-28"}
_WORLD = {
    "Permissions.1.IpProtocol": "TCP",
    "Permissions.1.PortRange": "22/22",
    "Permissions.1.SourceCidrIp": "0.0.0.0/0",
}
_SECONDS = 30
#: What stands between the name of a function and what it printed.
_PRINTED = " | "


class _Cloud:
    """Calls of the fake cloud's APIs."""

    def __init__(self, address: str) -> None:
        self._address = address

    def keys(self, **whose: str) -> dict[str, str]:
        answer = requests.get(f"{self._address}/_fakealiyun/keys", whose, timeout=_SECONDS)
        answer.raise_for_status()
        found: dict[str, str] = answer.json()
        return found

    def pass_time(self, seconds: int) -> None:
        clock = {"advance": seconds}
        requests.post(f"{self._address}/_fakealiyun/clock", json=clock, timeout=_SECONDS).raise_for_status()

    def call(self, action: str, keys: dict[str, str], **parameters: str) -> dict[str, Any]:
        product, name = action.split(":")
        query = {
            "Action": name,
            "Version": _VERSIONS[product],
            "AccessKeyId": keys["access_key_id"],
            "SecurityToken": keys.get("token") or "",
            "RegionId": "cn-hangzhou",
            **parameters,
        }
        found: dict[str, Any] = requests.get(
            f"{self._address}/{product}/cn-hangzhou/", query, timeout=_SECONDS
        ).json()
        return found


class _Log:
    """What the functions print from now on."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path = path
        self._before = path.stat().st_size
        self._seconds = seconds

    def wait(self, what: str, *texts: str) -> str:
        """The first line of JSON with some texts in it."""
        until = time.monotonic() + self._seconds
        while time.monotonic() < until:
            with self._path.open("rb") as lines:
                lines.seek(self._before)
                for line in lines.read().decode("utf-8", "replace").splitlines():
                    if all(text in line for text in texts):
                        return line.partition(_PRINTED)[2]
            time.sleep(0.1)
        tail = "\n".join(self._path.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
        raise click.ClickException(
            f"there is no {what} after {self._seconds:g} s; {self._path} ends with:\n{tail}"
        )


def play(there: Running, log: Path, seconds: float) -> list[str]:
    """Let alice delete an ENI of API Gateway and open a group; the lines about what becomes of it."""
    lines, cloud = _Log(log, seconds), _Cloud(there.cloud)
    root, alice = cloud.keys(account="root"), cloud.keys(account="alice")
    vpc = cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.pass_time(60)
    vswitch = cloud.call(
        "vpc:CreateVSwitch", root, VpcId=vpc, ZoneId="cn-hangzhou-h", CidrBlock="10.0.1.0/24"
    )["VSwitchId"]
    cloud.pass_time(60)
    tag = {"Tag.1.Key": "env", "Tag.1.Value": "sandbox"}
    group = cloud.call("ecs:CreateSecurityGroup", root, VpcId=vpc, **tag)["SecurityGroupId"]
    other = cloud.call("ecs:CreateSecurityGroup", root, VpcId=vpc)["SecurityGroupId"]
    gateway = cloud.keys(service=_SERVICE)
    eni = cloud.call("ecs:CreateNetworkInterface", gateway, VSwitchId=vswitch, SecurityGroupId=other)[
        "NetworkInterfaceId"
    ]
    click.echo(f"API Gateway made {eni}", err=True)
    answer = cloud.call("ecs:DeleteNetworkInterface", alice, NetworkInterfaceId=eni)
    click.echo(f"alice deletes it and is refused: {answer.get('Code')}", err=True)
    if answer.get("Code") != _REFUSED:
        raise click.ClickException(f"the fake cloud answered {json.dumps(answer)}")
    found = [lines.wait(f"ENI001 about {eni}", '"ENI001"', eni, '"finding"')]
    cloud.call("ecs:AuthorizeSecurityGroup", alice, SecurityGroupId=group, **_WORLD)
    click.echo(f"alice opens port 22 of {group} to the world", err=True)
    finding = json.loads(lines.wait(f"EXP001 about {group}", '"EXP001"', group, '"finding"'))
    proposed = lines.wait("plan", '"plan_proposed"', str(finding["finding_id"]))
    found.append(proposed)
    plan = json.loads(proposed)
    # Under another policy it may be that nobody lets it be carried out.
    if plan["mode"] == "auto" and any("remediate" in name for name in there.functions):
        found.append(lines.wait("outcome of the plan", '"kind":"plan"', str(plan["plan"])))
        rules = cloud.call("ecs:DescribeSecurityGroupAttribute", alice, SecurityGroupId=group)
        click.echo(f"rules of {group} now: {len(rules['Permissions']['Permission'])}", err=True)
    return found
