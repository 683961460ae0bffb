"""Calls with the newest ECS client."""

from __future__ import annotations

from typing import Any

from alibabacloud_ecs20140526 import models as ecs
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_tea_openapi.models import Config

from fakealiyun import Keys

REGION = "cn-hangzhou"


def config(keys: Keys, **options: Any) -> Config:
    return Config(
        access_key_id=keys.access_key_id,
        access_key_secret=keys.access_key_secret,
        security_token=keys.token,
        region_id=REGION,
        **options,
    )


def read_enis(client: Ecs, **filters: Any) -> list[Any]:
    answer = client.describe_network_interfaces(
        ecs.DescribeNetworkInterfacesRequest(region_id=REGION, **filters)
    )
    found: list[Any] = answer.body.network_interface_sets.network_interface_set
    return found


def delete_eni(client: Ecs, eni: str | None) -> None:
    client.delete_network_interface(
        ecs.DeleteNetworkInterfaceRequest(region_id=REGION, network_interface_id=eni)
    )
