"""Wire in and out of Function Compute: the names of the path and of the body as parameters of one call."""

from __future__ import annotations

from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.fc.exceptions import already_exists, not_found, service_not_empty
from fakealiyun.fc.models import Function, Trigger
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.parameters import Parameters

#: What the fake keeps of a function as sent, and of a trigger (CreateFunction, CreateTrigger).
_TEXTS = ("runtime", "handler", "role")
_NUMBERS = ("memorySize", "timeout", "diskSize", "instanceConcurrency")
_MAPPINGS = ("environmentVariables", "logConfig")
_TRIGGER = ("description", "invocationRole", "qualifier", "sourceArn", "triggerConfig")
_ASYNC = ("maxAsyncRetryAttempts", "maxAsyncEventAgeInSeconds")
#: Where the calls go that succeeded, or failed for good.
_DESTINATIONS = ("onSuccess", "onFailure")


def create_function(call: Call) -> Fields:
    """CreateFunction; of the old API in a service that exists."""
    name, functions = _name(call), call.region.fc.functions
    service = call.parameters.text("serviceName")
    if service is not None and service not in call.region.fc.services:
        raise not_found("Service", service)
    if name in functions:
        raise already_exists("Function", name)
    functions[name] = Function(name, call.parameters.text("description") or "", _settings(call.parameters))
    return _shown(call, functions[name])


def get_function(call: Call) -> Fields:
    """GetFunction."""
    return _shown(call, _function(call))


def list_functions(call: Call) -> Fields:
    """ListFunctions, by name; all on one page."""
    prefix = call.parameters.text("prefix") or ""
    functions = call.region.fc.functions
    found = [functions[name] for name in sorted(functions) if "/" not in name and name.startswith(prefix)]
    return {"functions": [_shown(call, one) for one in found]}


def update_function(call: Call) -> Fields:
    """UpdateFunction: only what the call carries changes; code is not kept."""
    function = _function(call)
    function.description = call.parameters.text("description") or function.description
    function.settings.update(_settings(call.parameters))
    return _shown(call, function)


def delete_function(call: Call) -> Fields:
    """DeleteFunction, with its triggers."""
    del call.region.fc.functions[_function(call).name]
    return {}


def create_trigger(call: Call) -> Fields:
    """CreateTrigger."""
    function, name = _function(call), call.parameters.required("triggerName")
    if name in function.triggers:
        raise already_exists("Trigger", name)
    trigger = Trigger(name, call.parameters.required("triggerType"), call.cloud.clock.now())
    trigger.settings.update(_kept(call.parameters, _TRIGGER))
    function.triggers[name] = trigger
    return _shown_trigger(call, trigger)


def get_trigger(call: Call) -> Fields:
    """GetTrigger."""
    return _shown_trigger(call, _trigger(call))


def list_triggers(call: Call) -> Fields:
    """ListTriggers of a function, by name; all on one page."""
    triggers = _function(call).triggers
    return {"triggers": [_shown_trigger(call, triggers[name]) for name in sorted(triggers)]}


def update_trigger(call: Call) -> Fields:
    """UpdateTrigger: only what the call carries changes."""
    trigger = _trigger(call)
    trigger.settings.update(_kept(call.parameters, _TRIGGER))
    return _shown_trigger(call, trigger)


def delete_trigger(call: Call) -> Fields:
    """DeleteTrigger."""
    del _function(call).triggers[_trigger(call).name]
    return {}


def put_concurrency_config(call: Call) -> Fields:
    """PutConcurrencyConfig: 0 keeps a function from running."""
    function = _function(call)
    call.parameters.required("reservedConcurrency")
    function.reserved = call.parameters.integer("reservedConcurrency")
    return {"functionName": function.name, "reservedConcurrency": function.reserved}


def put_function_on_demand_config(call: Call) -> Fields:
    """PutFunctionOnDemandConfig of the old API: 0 keeps a function from running."""
    function = _function(call)
    call.parameters.required("maximumInstanceCount")
    function.on_demand = call.parameters.integer("maximumInstanceCount")
    return {"maximumInstanceCount": function.on_demand}


def put_provision_config(call: Call) -> Fields:
    """PutProvisionConfig."""
    function = _function(call)
    function.provisioned = call.parameters.integer("defaultTarget") or 0
    return {"functionName": function.name, "defaultTarget": function.provisioned}


def put_scaling_config(call: Call) -> Fields:
    """PutScalingConfig: the fake keeps the least instances of a function, and whether more may come."""
    function = _function(call)
    function.least = call.parameters.integer("minInstances") or 0
    function.scales = call.parameters.flag("enableOnDemandScaling") is not False
    return {"minInstances": function.least, "enableOnDemandScaling": function.scales}


def put_async_invoke_config(call: Call) -> Fields:
    """PutAsyncInvokeConfig, and its twin of the old API."""
    function = _function(call)
    places = [f"destinationConfig.{one}.destination" for one in _DESTINATIONS]
    function.async_config = _kept(call.parameters, (*_ASYNC, *places))
    return _shown_async(call, function)


def get_async_invoke_config(call: Call) -> Fields:
    """GetAsyncInvokeConfig."""
    function = _function(call)
    if function.async_config is None:
        raise not_found("AsyncConfig", function.name)
    return _shown_async(call, function)


def list_async_invoke_configs(call: Call) -> Fields:
    """ListAsyncInvokeConfigs, of one function or of all; all on one page."""
    functions, asked = call.region.fc.functions, call.parameters.text("functionName")
    found = [functions[name] for name in sorted(functions) if asked in (None, name) and "/" not in name]
    return {"configs": [_shown_async(call, one) for one in found if one.async_config is not None]}


def delete_async_invoke_config(call: Call) -> Fields:
    """DeleteAsyncInvokeConfig, and its twin of the old API."""
    _function(call).async_config = None
    return {}


def disable_function_invocation(call: Call) -> Fields:
    """DisableFunctionInvocation."""
    _function(call).invocable = False
    return {"success": True}


def create_service(call: Call) -> Fields:
    """CreateService of the old API."""
    name, services = call.parameters.required("serviceName"), call.region.fc.services
    if name in services:
        raise already_exists("Service", name)
    services[name] = call.parameters.text("description") or ""
    return {"serviceName": name}


def update_service(call: Call) -> Fields:
    """UpdateService of the old API: of role, network and logs the fake keeps the description."""
    name, services = _service(call), call.region.fc.services
    services[name] = call.parameters.text("description") or services[name]
    return {"serviceName": name}


def delete_service(call: Call) -> Fields:
    """DeleteService of the old API, once it is empty."""
    name = _service(call)
    if any(one.startswith(f"{name}/") for one in call.region.fc.functions):
        raise service_not_empty(name)
    del call.region.fc.services[name]
    return {}


def _name(call: Call) -> str:
    name, service = call.parameters.required("functionName"), call.parameters.text("serviceName")
    return name if service is None else f"{service}/{name}"


def _function(call: Call) -> Function:
    name = _name(call)
    function = call.region.fc.functions.get(name)
    if function is None:
        raise not_found("Function", name)
    return function


def _trigger(call: Call) -> Trigger:
    name = call.parameters.required("triggerName")
    trigger = _function(call).triggers.get(name)
    if trigger is None:
        raise not_found("Trigger", name)
    return trigger


def _service(call: Call) -> str:
    name = call.parameters.required("serviceName")
    if name not in call.region.fc.services:
        raise not_found("Service", name)
    return name


def _kept(parameters: Parameters, names: tuple[str, ...]) -> dict[str, str]:
    return {name: parameters.values[name] for name in names if name in parameters.values}


def _settings(parameters: Parameters) -> dict[str, Any]:
    settings: dict[str, Any] = dict(_kept(parameters, _TEXTS))
    settings.update({name: parameters.integer(name) for name in _NUMBERS if name in parameters.values})
    for name in _MAPPINGS:
        if mapping := parameters.below(name).values:
            settings[name] = mapping
    return settings


def _arn(call: Call, name: str) -> str:
    return f"acs:fc:{call.region.id}:{call.region.account.id}:functions/{name}"


def _shown(call: Call, function: Function) -> Fields:
    name = function.name.rpartition("/")[2]
    shown = {"functionName": name, "functionArn": _arn(call, name), "description": function.description}
    return {**shown, **function.settings}


def _shown_trigger(call: Call, trigger: Trigger) -> Fields:
    return {
        "triggerName": trigger.name,
        "triggerType": trigger.type,
        "createdTime": text_of(trigger.created_at),
        "targetArn": _arn(call, _name(call)),
        **trigger.settings,
    }


def _shown_async(call: Call, function: Function) -> Fields:
    kept = function.async_config or {}
    destinations = {
        one: {"destination": kept[f"destinationConfig.{one}.destination"]}
        for one in _DESTINATIONS
        if f"destinationConfig.{one}.destination" in kept
    }
    return {
        "functionArn": _arn(call, function.name),
        **{name: int(kept[name]) for name in _ASYNC if name in kept},
        "destinationConfig": destinations,
    }


_BOTH: dict[str, Handler] = {
    "CreateFunction": create_function,
    "GetFunction": get_function,
    "UpdateFunction": update_function,
    "DeleteFunction": delete_function,
    "CreateTrigger": create_trigger,
    "GetTrigger": get_trigger,
    "ListTriggers": list_triggers,
    "UpdateTrigger": update_trigger,
    "DeleteTrigger": delete_trigger,
    "PutProvisionConfig": put_provision_config,
}
HANDLERS: dict[str, Handler] = {
    **_BOTH,
    "ListFunctions": list_functions,
    "GetAsyncInvokeConfig": get_async_invoke_config,
    "ListAsyncInvokeConfigs": list_async_invoke_configs,
    "PutConcurrencyConfig": put_concurrency_config,
    "PutScalingConfig": put_scaling_config,
    "PutAsyncInvokeConfig": put_async_invoke_config,
    "DeleteAsyncInvokeConfig": delete_async_invoke_config,
    "DisableFunctionInvocation": disable_function_invocation,
}
OLD_HANDLERS: dict[str, Handler] = {
    **_BOTH,
    "CreateService": create_service,
    "UpdateService": update_service,
    "DeleteService": delete_service,
    "PutFunctionOnDemandConfig": put_function_on_demand_config,
    "PutFunctionAsyncInvokeConfig": put_async_invoke_config,
    "DeleteFunctionAsyncInvokeConfig": delete_async_invoke_config,
}
