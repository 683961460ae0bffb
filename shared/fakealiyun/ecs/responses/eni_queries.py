"""The describe calls on ENIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.eni import Eni
from fakealiyun.ecs.responses.eni_items import attribute_item, eni_item
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.paging import Sizes, asks_by_token, by_number, by_token
from fakealiyun.wire.parameters import Parameters
from fakealiyun.wire.tags import carries

Filter = Callable[[Eni], bool]

#: Ids of one call (NetworkInterfaceId.N).
_MOST_IDS = 100
_TOKEN_PAGE = Sizes(default=10, least=10, most=500, clamped=True)
_NUMBERED_PAGE = Sizes(default=10, least=1, most=500, clamped=True)


def describe_network_interfaces(call: Call) -> Fields:
    """ENIs by id, instance, group, vSwitch, address, tag and the other published filters."""
    parameters = call.parameters
    filters = _filters(parameters)
    enis = _candidates(call)
    if filters:
        enis = [eni for eni in enis if all(passes(eni) for passes in filters)]
    if asks_by_token(parameters):
        page = by_token(parameters, enis, _TOKEN_PAGE)
        shown, fields = page.items, page.fields
    else:
        numbered = by_number(parameters, enis, _NUMBERED_PAGE)
        shown, fields = numbered.items, {**numbered.fields, "NextToken": ""}
    return {
        **fields,
        "NetworkInterfaceSets": {"NetworkInterfaceSet": [eni_item(call.region, eni) for eni in shown]},
    }


def describe_network_interface_attribute(call: Call) -> Fields:
    """One ENI with all its attributes."""
    eni = call.region.ecs.enis.get(call.parameters.required("NetworkInterfaceId"))
    return attribute_item(call.region, eni)


def _candidates(call: Call) -> Sequence[Eni]:
    """The ENIs among which the filters search: no more than an index can tell."""
    enis, parameters = call.region.ecs.enis, call.parameters
    ids = parameters.texts("NetworkInterfaceId")
    if len(ids) > _MOST_IDS:
        raise exceptions.invalid_parameter(
            f"The parameter NetworkInterfaceId.n holds more than {_MOST_IDS} ids."
        )
    if ids:
        return enis.named(ids)
    if instance_id := parameters.text("InstanceId"):
        return enis.of_instance(instance_id)
    if group_id := parameters.text("SecurityGroupId"):
        return enis.in_group(group_id)
    if vswitch_id := parameters.text("VSwitchId"):
        return enis.in_vswitch(vswitch_id)
    return enis.all()


def _filters(parameters: Parameters) -> list[Filter]:
    """A test for each filter that the call has."""
    wanted: list[Filter] = []
    for name, value_of in _EXACT.items():
        value = parameters.text(name)
        if value is not None:
            wanted.append(_equals(value_of, value))
    managed = parameters.flag("ServiceManaged")
    if managed is not None:
        wanted.append(lambda eni: (eni.service is not None) is managed)
    group_id = parameters.text("SecurityGroupId")
    if group_id is not None:  # finds secondary ENIs only, says the API; DescribeInstances finds the others
        wanted.append(lambda eni: eni.type != "Primary" and group_id in eni.groups)
    private_ips = set(parameters.texts("PrivateIpAddress"))
    if private_ips:
        wanted.append(lambda eni: not private_ips.isdisjoint(eni.ipv4))
    ipv6 = set(parameters.texts("Ipv6Address"))
    if ipv6:
        wanted.append(lambda eni: not ipv6.isdisjoint(eni.ipv6))
    tags = parameters.objects("Tag")
    if tags:
        wanted.append(lambda eni: carries(eni.tags, tags))
    return wanted


def _equals(value_of: Callable[[Eni], str | None], value: str) -> Filter:
    return lambda eni: value_of(eni) == value


#: Filters that an ENI passes when it has just that value.
_EXACT: dict[str, Callable[[Eni], str | None]] = {
    "InstanceId": lambda eni: eni.instance_id,
    "Type": lambda eni: eni.type,
    "Status": lambda eni: eni.status,
    "VpcId": lambda eni: eni.vpc_id,
    "VSwitchId": lambda eni: eni.vswitch_id,
    "PrimaryIpAddress": lambda eni: eni.primary_ip,
    "NetworkInterfaceName": lambda eni: eni.name,
    "ResourceGroupId": lambda eni: eni.resource_group_id,
}

HANDLERS: Mapping[str, Handler] = {
    "DescribeNetworkInterfaces": describe_network_interfaces,
    "DescribeNetworkInterfaceAttribute": describe_network_interface_attribute,
}
