"""Regions, quotas of the account, and monitoring data, of which the fake has none."""

from __future__ import annotations

from collections.abc import Mapping

from fakealiyun.ecs.models.regions import REGIONS
from fakealiyun.services import Call, Fields, Handler


def describe_regions(call: Call) -> Fields:
    """The regions."""
    regions = [
        {
            "RegionId": region,
            "LocalName": name,
            "RegionEndpoint": f"ecs.{region}.aliyuncs.com",
            "Status": "available",
        }
        for region, name in REGIONS.items()
    ]
    return {"Regions": {"Region": regions}}


def describe_account_attributes(call: Call) -> Fields:
    """The quotas that the fake has, all of them or those that are named."""
    names = call.parameters.texts("AttributeName")
    values = {
        "instance-network-type": "vpc",
        "max-elastic-network-interfaces": str(call.cloud.assumptions.enis_per_region),
    }
    items = [
        {"AttributeName": name, "AttributeValues": {"ValueItem": [{"Value": value}]}}
        for name, value in values.items()
        if not names or name in names
    ]
    return {"AccountAttributeItems": {"AccountAttributeItem": items}}


def describe_eni_monitor_data(call: Call) -> Fields:
    """No monitoring data, for an instance that exists."""
    parameters, ecs = call.parameters, call.region.ecs
    for name in ("StartTime", "EndTime"):
        parameters.required(name)
    ecs.instances.get(parameters.required("InstanceId"))
    if eni_id := parameters.text("EniId"):
        ecs.enis.get(eni_id)
    return {"TotalCount": 0, "MonitorData": {"EniMonitorData": []}}


HANDLERS: Mapping[str, Handler] = {
    "DescribeRegions": describe_regions,
    "DescribeAccountAttributes": describe_account_attributes,
    "DescribeEniMonitorData": describe_eni_monitor_data,
}
