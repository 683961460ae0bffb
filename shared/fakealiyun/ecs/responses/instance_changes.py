"""Calls that change, start, stop and delete instances."""

from __future__ import annotations

from collections.abc import Mapping

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.attachments import check_type_change, release
from fakealiyun.ecs.models.instances import Instance
from fakealiyun.ecs.models.quotas import check_room
from fakealiyun.ecs.responses.group_use import replaced_groups
from fakealiyun.ecs.responses.instance_making import order_id
from fakealiyun.errors import MissingParameter
from fakealiyun.services import Call, Fields, Handler, idempotent

#: Instances of one DeleteInstances call.
_MOST_DELETED = 100


def modify_instance_attribute(call: Call) -> Fields:
    """Change attributes of an instance; groups that are named replace those of its primary ENI."""
    ecs, parameters = call.region.ecs, call.parameters
    protected = parameters.flag("DeletionProtection")
    instance = ecs.instances.get(parameters.required("InstanceId"))
    primary = ecs.enis.of_instance(instance.id)[0]
    group_ids = list(dict.fromkeys(parameters.texts("SecurityGroupIds")))
    groups = replaced_groups(call, primary.groups, group_ids, instance.vpc_id) if group_ids else []
    check_room(ecs.enis, [group for group in groups if group.id not in primary.groups], primary.total_size)
    if group_ids:
        ecs.enis.put_in_groups(primary, group_ids)
    for attribute, parameter in _TEXTS.items():
        text = parameters.text(parameter)
        if text is not None:
            setattr(instance, attribute, text)
    if protected is not None:
        instance.deletion_protection = protected
    return {}


#: Attributes of an instance that a call renames.
_TEXTS = {"name": "InstanceName", "description": "Description", "host_name": "HostName"}


def modify_instance_spec(call: Call) -> Fields:
    """Change the type or the bandwidth of a pay-as-you-go instance; for its type it has to be stopped."""
    return idempotent(call, lambda: _changed(call, optional=True))


def modify_prepay_instance_spec(call: Call) -> Fields:
    """Change the type of a subscription instance, which has to be stopped."""
    return idempotent(call, lambda: {**_changed(call, optional=False), "OrderId": order_id(call)})


def _changed(call: Call, *, optional: bool) -> Fields:
    ecs, parameters = call.region.ecs, call.parameters
    instance_id = parameters.required("InstanceId")
    type_id = parameters.text("InstanceType") if optional else parameters.required("InstanceType")
    inward, outward = (parameters.integer(f"InternetMaxBandwidth{way}") for way in ("In", "Out"))
    instance = ecs.instances.get(instance_id)
    if type_id is not None:
        _change_type(call, instance, type_id)
    instance.bandwidth_in = instance.bandwidth_in if inward is None else inward
    instance.bandwidth_out = instance.bandwidth_out if outward is None else outward
    return {}


def _change_type(call: Call, instance: Instance, type_id: str) -> None:
    unknown = call.cloud.assumptions.eni_codes["unknown-instance-type"]
    kind = call.region.ecs.instances.type_named(type_id, unknown)
    if instance.status != "Stopped":
        raise exceptions.wrong_instance_status(instance.id, instance.status)
    check_type_change(call.region.ecs.enis, instance, kind, call.cloud.assumptions)
    instance.type = kind.id


def start_instance(call: Call) -> Fields:
    """Let a stopped instance run."""
    instance = call.region.ecs.instances.get(call.parameters.required("InstanceId"))
    if instance.status != "Stopped":
        raise exceptions.wrong_instance_status(instance.id, instance.status)
    _stop_at_dry_run(call)
    instance.status, instance.stopped_mode = "Running", "Not-applicable"
    return {}


def stop_instance(call: Call) -> Fields:
    """Stop a running instance."""
    instance = call.region.ecs.instances.get(call.parameters.required("InstanceId"))
    if instance.status != "Running":
        raise exceptions.wrong_instance_status(instance.id, instance.status)
    _stop_at_dry_run(call)
    instance.status, instance.stopped_mode = "Stopped", call.parameters.text("StoppedMode") or "KeepCharging"
    return {}


def delete_instance(call: Call) -> Fields:
    """Delete an instance with its primary ENI and those that are released with it."""
    _delete(call, [call.region.ecs.instances.get(call.parameters.required("InstanceId"))])
    return {}


def delete_instances(call: Call) -> Fields:
    """Delete several instances, or none when one of them cannot be deleted."""
    ids = call.parameters.texts("InstanceId")
    if not ids:
        raise MissingParameter("InstanceId.1")
    if len(ids) > _MOST_DELETED:
        raise exceptions.invalid_parameter(f"The parameter InstanceId.n holds more than {_MOST_DELETED} ids.")

    def deleted() -> Fields:
        _delete(call, [call.region.ecs.instances.get(one) for one in dict.fromkeys(ids)])
        return {}

    return idempotent(call, deleted)


def _delete(call: Call, instances: list[Instance]) -> None:
    for instance in instances:
        if instance.deletion_protection:
            code = call.cloud.assumptions.eni_codes["deletion-protection"]
            raise exceptions.assumed(code, f"The instance {instance.id} is protected from deletion.")
        if instance.status != "Stopped" and not call.parameters.flag("Force"):
            raise exceptions.wrong_instance_status(instance.id, instance.status)
    _stop_at_dry_run(call)
    for instance in instances:
        release(call.region.ecs.enis, instance)
        call.region.ecs.instances.remove(instance)
        call.region.vpc.eips.forget(instance.id, call.cloud.clock.now())


def _stop_at_dry_run(call: Call) -> None:
    if call.parameters.flag("DryRun"):
        raise exceptions.assumed(
            call.cloud.assumptions.eni_codes["dry-run"], "It is a dry run, and it passes."
        )


HANDLERS: Mapping[str, Handler] = {
    "ModifyInstanceAttribute": modify_instance_attribute,
    "ModifyInstanceSpec": modify_instance_spec,
    "ModifyPrepayInstanceSpec": modify_prepay_instance_spec,
    "StartInstance": start_instance,
    "StopInstance": stop_instance,
    "DeleteInstance": delete_instance,
    "DeleteInstances": delete_instances,
}
