"""RunInstances and CreateInstance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.asks import Ask, AskRules, check_ask
from fakealiyun.ecs.models.attachments import attach
from fakealiyun.ecs.models.eni import Eni
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.models.instance_types import InstanceType
from fakealiyun.ecs.models.instances import Instance, InstanceStatus
from fakealiyun.ecs.models.quotas import check_slots
from fakealiyun.ecs.responses.eni_making import make, new_attributes, place, put_attributes
from fakealiyun.ecs.responses.group_use import named_groups, usable_groups
from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.managed import check_eni
from fakealiyun.services import Call, Fields, idempotent
from fakealiyun.vpc.models.networks import VSwitch
from fakealiyun.wire.parameters import Parameters
from fakealiyun.wire.tags import read_tags

#: Instances of one call (Amount).
_AMOUNT = range(1, 101)
_RULES = AskRules(range(1, 11), range(50), range(1))
#: Parameters that name what the fake does not have, and what that is.
_UNKNOWN = {"LaunchTemplateId": "launch templates", "LaunchTemplateName": "launch templates"}


def run_instances(call: Call) -> Fields:
    """Make instances that run; all that were asked for, or none."""
    return idempotent(call, lambda: _ran(call))


def create_instance(call: Call) -> Fields:
    """Make an instance that is stopped."""
    return idempotent(call, lambda: _created(call))


def _ran(call: Call) -> Fields:
    amount = call.parameters.integer("Amount")
    amount = 1 if amount is None else amount
    if amount not in _AMOUNT:
        raise exceptions.invalid_parameter("The parameter Amount must be 1 to 100.")
    made = _made(call, amount, "Running")
    ids = {"InstanceIdSet": [instance.id for instance in made]}
    return {"InstanceIdSets": ids, "OrderId": order_id(call), "TradePrice": 0.0}


def _created(call: Call) -> Fields:
    made = _made(call, 1, "Stopped")
    return {"InstanceId": made[0].id, "OrderId": order_id(call), "TradePrice": 0.0}


def order_id(call: Call) -> str:
    """The id of a new order, whose price is always zero."""
    return f"{call.cloud.ids.number('order'):015d}"


@dataclass(frozen=True)
class EniPlan:
    """One ENI of a new instance: a new one, or one that exists (``eni``)."""

    attributes: Mapping[str, object]
    vswitch: VSwitch
    groups: Sequence[Group]
    asks: tuple[Ask, ...]
    primary_ip: str | None
    eni: Eni | None = None


@dataclass(frozen=True)
class InstancePlan:
    """What a call wants: the type, the primary ENI and the others."""

    kind: InstanceType
    primary: EniPlan
    others: tuple[EniPlan, ...]


def _made(call: Call, amount: int, status: InstanceStatus) -> list[Instance]:
    """New instances, or none at all if one cannot be made or it is a dry run."""
    plan = _plan(call)
    made: list[Instance] = []
    try:
        for number in range(amount):
            instance = _instance(call, plan, status)
            made.append(instance)
            _equip(call, plan, instance, number)
        if call.parameters.flag("DryRun"):
            raise exceptions.assumed(
                call.cloud.assumptions.eni_codes["dry-run"], "It is a dry run, and it passes."
            )
    except ApiError:
        for instance in made:
            _undo(call, plan, instance)
        raise
    return made


def _plan(call: Call) -> InstancePlan:
    parameters = call.parameters
    for name, what in _UNKNOWN.items():
        if name in parameters:
            raise NotImplementedByTheFake(what)
    type_id = parameters.required("InstanceType")
    read_tags(parameters)
    unknown = call.cloud.assumptions.eni_codes["unknown-instance-type"]
    kind = call.region.ecs.instances.type_named(type_id, unknown)
    blocks = parameters.objects("NetworkInterface")
    primaries = [one for one in blocks if one.text("InstanceType") == "Primary"]
    if len(primaries) > 1 or (primaries and ("VSwitchId" in parameters or "SecurityGroupId" in parameters)):
        raise exceptions.network_interface("The primary ENI is given more than once.")
    primary = (
        _eni_plan(call, primaries[0], None) if primaries else _eni_plan(call, _top_level(parameters), None)
    )
    others = tuple(_eni_plan(call, one, primary) for one in blocks if one not in primaries)
    if 1 + len(others) > kind.enis:
        raise exceptions.network_interface(f"The instance type {kind.id} has at most {kind.enis} ENIs.")
    for one in (primary, *others):
        if one.eni is None:
            sizes: dict[int, int] = {ask.family: ask.address_number + (ask.family == 4) for ask in one.asks}
            check_slots(kind, sizes, call.cloud.assumptions)
    return InstancePlan(kind, primary, others)


def _top_level(parameters: Parameters) -> Parameters:
    """The parameters of the primary ENI that stand on their own, named as in ``NetworkInterface.N``."""
    values = {
        key: value
        for key, value in parameters.values.items()
        if key.split(".")[0]
        in ("VSwitchId", "SecurityGroupId", "SecurityGroupIds", "Ipv6Address", "Ipv6AddressCount")
    }
    if address := parameters.text("PrivateIpAddress"):
        values["PrimaryIpAddress"] = address
    return Parameters(values)


def _eni_plan(call: Call, parameters: Parameters, primary: EniPlan | None) -> EniPlan:
    """One ENI; one that is not the primary one takes vSwitch and groups from it when it names none."""
    existing = parameters.text("NetworkInterfaceId")
    if existing is not None and primary is not None:
        eni = call.region.ecs.enis.get(existing)
        check_eni(call, eni)
        return EniPlan({}, primary.vswitch, primary.groups, (), None, eni)
    asks = (
        Ask(4, (), parameters.integer("SecondaryPrivateIpAddressCount")),
        Ask(6, tuple(parameters.texts("Ipv6Address")), parameters.integer("Ipv6AddressCount")),
    )
    for ask in asks:
        check_ask(ask, _RULES, call.region.id, call.cloud.assumptions)
    address = parameters.text("PrimaryIpAddress")
    if primary is None or "VSwitchId" in parameters:
        vswitch = call.region.vpc.vswitch(parameters.required("VSwitchId"))
    else:
        vswitch = primary.vswitch
    if primary is not None and vswitch.vpc_id != primary.vswitch.vpc_id:
        raise exceptions.vpc_mismatch()
    if primary is not None and vswitch.zone_id != primary.vswitch.zone_id:
        raise exceptions.zone_mismatch()
    if primary is None or "SecurityGroupId" in parameters or "SecurityGroupIds" in parameters:
        groups = usable_groups(call, named_groups(parameters), vswitch.vpc_id)
    else:
        groups = list(primary.groups)
    return EniPlan(new_attributes(parameters), vswitch, groups, asks, address)


def _instance(call: Call, plan: InstancePlan, status: InstanceStatus) -> Instance:
    parameters, vswitch = call.parameters, plan.primary.vswitch
    instance_id = call.cloud.ids.next("i")
    bandwidth = parameters.integer("InternetMaxBandwidthOut") or 0
    instance = Instance(
        id=instance_id,
        type=plan.kind.id,
        status=status,
        vpc_id=vswitch.vpc_id,
        vswitch_id=vswitch.id,
        zone_id=vswitch.zone_id,
        created_at=call.cloud.clock.now(),
        name=parameters.text("InstanceName") or instance_id,
        description=parameters.text("Description") or "",
        host_name=parameters.text("HostName") or instance_id,
        image_id=parameters.text("ImageId") or "",
        charge_type=parameters.text("InstanceChargeType") or "PostPaid",
        key_pair=parameters.text("KeyPairName") or "",
        resource_group_id=parameters.text("ResourceGroupId") or "",
        bandwidth_in=parameters.integer("InternetMaxBandwidthIn") or 0,
        bandwidth_out=bandwidth,
        deletion_protection=parameters.flag("DeletionProtection") or False,
        tags=read_tags(parameters),
    )
    if bandwidth:
        # The block that is set aside for documents (RFC 5737); it starts again after 254 instances.
        instance.public_ip = str(
            IPv4Address("203.0.113.1") + (call.cloud.ids.number("public address") - 1) % 254
        )
    call.region.ecs.instances.add(instance)
    return instance


def _equip(call: Call, plan: InstancePlan, instance: Instance, number: int) -> None:
    """Give an instance, the ``number``-th of its call from 0, its ENIs."""
    enis = call.region.ecs.enis
    for one in (plan.primary, *plan.others):
        if one.eni is not None:
            now, rules = call.cloud.clock.now(), call.cloud.assumptions
            attach(enis, one.eni, instance, kind=plan.kind, trunk=None, now=now, rules=rules)
            continue
        placed = place(call, one.vswitch, one.groups, _counted_up(one.primary_ip, number), one.asks)
        eni = make(call, one.vswitch, one.groups, placed, "Primary" if one is plan.primary else "Secondary")
        put_attributes(eni, one.attributes)
        eni.resource_group_id = instance.resource_group_id
        eni.status = "InUse"
        enis.join_instance(eni, instance.id)


def _counted_up(address: str | None, number: int) -> str | None:
    """The address for the ``number``-th instance of a call: they have successive ones."""
    if address is None or not number:
        return address
    return str(IPv4Address(address) + number)


def _undo(call: Call, plan: InstancePlan, instance: Instance) -> None:
    enis = call.region.ecs.enis
    given = {one.eni.id for one in plan.others if one.eni is not None}
    for eni in enis.of_instance(instance.id):
        if eni.id in given:
            enis.leave_instance(eni)
            eni.status, eni.due = "Available", None
        else:
            enis.remove(eni)
    call.region.ecs.instances.remove(instance)
