"""An incident: somebody deletes an ENI that a cloud service manages."""

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


def play(there: Running, log: Path, seconds: float) -> str:
    """Let alice delete an ENI of API Gateway, and wait for the finding; the line with it."""
    before = log.stat().st_size
    cloud = _Cloud(there.cloud)
    root = cloud.keys(account="root")
    vpc = cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.pass_time(60)
    vswitch = cloud.call(
        "vpc:CreateVSwitch", root, VpcId=vpc, ZoneId="cn-hangzhou-h", CidrBlock="10.0.1.0/24"
    )["VSwitchId"]
    cloud.pass_time(60)
    group = cloud.call("ecs:CreateSecurityGroup", root, VpcId=vpc)["SecurityGroupId"]
    gateway = cloud.keys(service=_SERVICE)
    eni = cloud.call("ecs:CreateNetworkInterface", gateway, VSwitchId=vswitch, SecurityGroupId=group)[
        "NetworkInterfaceId"
    ]
    click.echo(f"API Gateway made {eni}", err=True)
    answer = cloud.call("ecs:DeleteNetworkInterface", cloud.keys(account="alice"), NetworkInterfaceId=eni)
    click.echo(f"alice deletes it and is refused: {answer.get('Code')}", err=True)
    if answer.get("Code") != _REFUSED:
        raise click.ClickException(f"the fake cloud answered {json.dumps(answer)}")
    return _finding(log, before, eni, seconds)


def _finding(log: Path, before: int, eni: str, seconds: float) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with log.open("rb") as lines:
            lines.seek(before)
            for line in lines.read().decode("utf-8", "replace").splitlines():
                if '"ENI001"' in line and eni in line and '"finding"' in line:
                    return line.partition(_PRINTED)[2]
        time.sleep(0.1)
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
    raise click.ClickException(
        f"there is no ENI001 about {eni} after {seconds:g} s; {log} ends with:\n{tail}"
    )
