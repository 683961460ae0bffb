"""Calls a served fake with alibabacloud_ecs20140526 4.1.9; test_old_sdk.py runs it in its own environment.

Reads ``{"endpoint": …, "keys": {…}}`` from standard input and prints what came of it as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config
from Tea.exceptions import TeaException

REGION = "cn-hangzhou"


def main() -> None:
    """Make the calls."""
    given = json.load(sys.stdin)
    keys = given["keys"]
    config = Config(
        access_key_id=keys["access_key_id"],
        access_key_secret=keys["access_key_secret"],
        security_token=keys["token"],
        region_id=REGION,
        endpoint=given["endpoint"],
        protocol="http",
        read_timeout=500,
    )
    json.dump(came_of(Client(config), given), sys.stdout)


def came_of(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    """Read two ENIs by id; delete the managed one, an absent one and the other; read without an answer."""
    managed, ordinary = given["managed"], given["ordinary"]
    found = client.describe_network_interfaces(
        models.DescribeNetworkInterfacesRequest(region_id=REGION, network_interface_id=[managed, ordinary])
    ).body.network_interface_sets.network_interface_set
    return {
        "found": {eni.network_interface_id: [eni.service_managed, eni.private_ip_address] for eni in found},
        "managed": refusal(client, managed),
        "absent": refusal(client, "eni-bp1absent"),
        "deleted": refusal(client, ordinary),
        "unanswered": unanswered(client, managed),
    }


def refusal(client: Client, eni: str) -> list[Any] | None:
    """Code and status of the refusal to delete an ENI; ``None`` when it was deleted."""
    try:
        client.delete_network_interface(
            models.DeleteNetworkInterfaceRequest(region_id=REGION, network_interface_id=eni)
        )
    except TeaException as error:
        return [error.code, error.data["statusCode"], hasattr(error, "status_code")]
    return None


def unanswered(client: Client, eni: str) -> str | None:
    """The kind of error of a read that gets no answer."""
    try:
        client.describe_network_interface_attribute(
            models.DescribeNetworkInterfaceAttributeRequest(region_id=REGION, network_interface_id=eni)
        )
    except TeaException as error:
        return type(error).__name__
    return None


if __name__ == "__main__":
    main()
