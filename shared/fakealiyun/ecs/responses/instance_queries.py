"""The describe calls on instances and instance types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.instance_types import InstanceType
from fakealiyun.ecs.models.instances import Instance
from fakealiyun.ecs.responses.instance_items import instance_attribute_item, instance_item, instance_type_item
from fakealiyun.errors import NotImplementedByTheFake
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.paging import Sizes, asks_by_token, by_number, by_token
from fakealiyun.wire.parameters import Parameters
from fakealiyun.wire.tags import carries

_PAGE = Sizes(default=10, most=100)
_TYPE_PAGE = Sizes(default=1600, most=1600)

#: Filters by something that the instances of the fake do not have.
_UNKNOWN_FILTERS = (
    "DeviceAvailable",
    "EipAddresses",
    "Filter",
    "HpcClusterId",
    "HttpEndpoint",
    "HttpTokens",
    "InnerIpAddresses",
    "LockReason",
    "RdmaIpAddresses",
)
_UNKNOWN_TYPE_FILTERS = (
    "GPUSpec",
    "GpuSpecs",
    "LocalStorageCategories",
    "LocalStorageCategory",
    "MaximumCpuSpeedFrequency",
    "MaximumCpuTurboFrequency",
    "MinimumBaselineCredit",
    "MinimumCpuSpeedFrequency",
    "MinimumCpuTurboFrequency",
    "MinimumDiskQuantity",
    "MinimumInitialCredit",
    "MinimumInstanceBandwidthRx",
    "MinimumInstanceBandwidthTx",
    "MinimumInstancePpsRx",
    "MinimumInstancePpsTx",
    "MinimumLocalStorageAmount",
    "MinimumLocalStorageCapacity",
    "MinimumQueuePairNumber",
    "NvmeSupport",
    "PhysicalProcessorModel",
    "PhysicalProcessorModels",
)


def describe_instances(call: Call) -> Fields:
    """Instances by id and the main published filters."""
    parameters, instances = call.parameters, call.region.ecs.instances
    _refuse(parameters, _UNKNOWN_FILTERS)
    ids = parameters.json_texts("InstanceIds")
    candidates = instances.named(ids) if ids else instances.all()
    found = [one for one in candidates if _passes(call, one)]
    if asks_by_token(parameters):
        page = by_token(parameters, found, _PAGE)
        shown, fields = page.items, page.fields
    else:
        numbered = by_number(parameters, found, _PAGE)
        shown, fields = numbered.items, {**numbered.fields, "NextToken": ""}
    return {**fields, "Instances": {"Instance": [instance_item(call.region, one) for one in shown]}}


def _refuse(parameters: Parameters, names: tuple[str, ...]) -> None:
    for name in names:
        if name in parameters:
            raise NotImplementedByTheFake(f"the filter {name}")


def _passes(call: Call, instance: Instance) -> bool:
    parameters, enis = call.parameters, call.region.ecs.enis
    for name, value_of in _EXACT.items():
        value = parameters.text(name)
        if value is not None and value_of(instance) != value:
            return False
    name_pattern = parameters.text("InstanceName")
    if name_pattern is not None and not fnmatchcase(instance.name, name_pattern):
        return False
    family = parameters.text("InstanceTypeFamily")
    if family is not None and call.region.ecs.instances.type_of(instance).family != family:
        return False
    if not carries(instance.tags, parameters.objects("Tag")):
        return False
    attached = enis.of_instance(instance.id)
    group_id = parameters.text("SecurityGroupId")
    if group_id is not None and group_id not in attached[0].groups:
        return False
    private_ips = parameters.json_texts("PrivateIpAddresses")
    if private_ips and attached[0].primary_ip not in private_ips:
        return False
    public_ips = parameters.json_texts("PublicIpAddresses")
    if public_ips and instance.public_ip not in public_ips:
        return False
    ipv6 = parameters.texts("Ipv6Address")
    return not ipv6 or any(text in eni.ipv6 for text in ipv6 for eni in attached)


#: Filters that an instance passes when it has just that value.
_EXACT: dict[str, Callable[[Instance], str | None]] = {
    "VpcId": lambda instance: instance.vpc_id,
    "VSwitchId": lambda instance: instance.vswitch_id,
    "ZoneId": lambda instance: instance.zone_id,
    "Status": lambda instance: instance.status,
    "InstanceType": lambda instance: instance.type,
    "InstanceNetworkType": lambda instance: "vpc",
    "InstanceChargeType": lambda instance: instance.charge_type,
    "InternetChargeType": lambda instance: "PayByTraffic",
    "ImageId": lambda instance: instance.image_id,
    "KeyPairName": lambda instance: instance.key_pair,
    "ResourceGroupId": lambda instance: instance.resource_group_id,
}


def describe_instance_attribute(call: Call) -> Fields:
    """One instance with its attributes."""
    instance = call.region.ecs.instances.get(call.parameters.required("InstanceId"))
    return instance_attribute_item(call.region, instance)


def describe_instance_types(call: Call) -> Fields:
    """Instance types and how many ENIs and addresses they carry."""
    parameters = call.parameters
    _refuse(parameters, _UNKNOWN_TYPE_FILTERS)
    ids = parameters.texts("InstanceTypes")
    types = call.region.ecs.instances.types
    candidates = [types[one] for one in dict.fromkeys(ids) if one in types] if ids else list(types.values())
    found = [kind for kind in candidates if _type_passes(parameters, kind)]
    page = by_token(parameters, found, _TYPE_PAGE)
    shown = [instance_type_item(kind) for kind in page.items]
    return {"NextToken": page.next_token, "InstanceTypes": {"InstanceType": shown}}


def _type_passes(parameters: Parameters, kind: InstanceType) -> bool:
    item = instance_type_item(kind)
    for field in _BOUNDED:
        least, most = _number(parameters, f"Minimum{field}"), _number(parameters, f"Maximum{field}")
        if (least is not None and item[field] < least) or (most is not None and item[field] > most):
            return False
    for field, names in _NAMED.items():
        wanted = {text for name in names for text in (parameters.text(name), *parameters.texts(name)) if text}
        if wanted and item[field] not in wanted:
            return False
    return True


#: Figures of an instance type that a call can bound.
_BOUNDED = (
    "CpuCoreCount",
    "MemorySize",
    "GPUAmount",
    "EniQuantity",
    "EniPrivateIpAddressQuantity",
    "EniIpv6AddressQuantity",
    "EriQuantity",
    "PrimaryEniQueueNumber",
    "SecondaryEniQueueNumber",
)
#: Words of an instance type, by the parameters that name them: one, or a list of several.
_NAMED = {
    "InstanceTypeFamily": ("InstanceTypeFamily", "InstanceTypeFamilies"),
    "InstanceFamilyLevel": ("InstanceFamilyLevel",),
    "InstanceCategory": ("InstanceCategory", "InstanceCategories"),
    "CpuArchitecture": ("CpuArchitecture", "CpuArchitectures"),
}


def _number(parameters: Parameters, name: str) -> float | None:
    text = parameters.text(name)
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise exceptions.invalid_parameter(f"The parameter {name} is not a number.") from None


HANDLERS: Mapping[str, Handler] = {
    "DescribeInstances": describe_instances,
    "DescribeInstanceAttribute": describe_instance_attribute,
    "DescribeInstanceTypes": describe_instance_types,
}
