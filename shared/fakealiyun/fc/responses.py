"""Wire in and out of Function Compute: the names of the path and of the body as parameters of one call."""

from __future__ import annotations

from fakealiyun.fc.exceptions import already_exists, not_found, service_not_empty
from fakealiyun.fc.models import Function
from fakealiyun.services import Call, Fields, Handler


def create_function(call: Call) -> Fields:
    """CreateFunction; of the old API in a service that exists."""
    name, functions = _name(call), call.region.fc.functions
    service = call.parameters.text("serviceName")
    if service is not None and service not in call.region.fc.services:
        raise not_found("Service", service)
    if name in functions:
        raise already_exists("Function", name)
    functions[name] = Function(name, call.parameters.text("description") or "")
    return _shown(functions[name])


def get_function(call: Call) -> Fields:
    """GetFunction."""
    return _shown(_function(call))


def update_function(call: Call) -> Fields:
    """UpdateFunction: of code and configuration the fake keeps the description."""
    function = _function(call)
    function.description = call.parameters.text("description") or function.description
    return _shown(function)


def delete_function(call: Call) -> Fields:
    """DeleteFunction, with its triggers."""
    del call.region.fc.functions[_function(call).name]
    return {}


def create_trigger(call: Call) -> Fields:
    """CreateTrigger."""
    function, name = _function(call), call.parameters.required("triggerName")
    if name in function.triggers:
        raise already_exists("Trigger", name)
    function.triggers[name] = call.parameters.required("triggerType")
    return {"triggerName": name}


def update_trigger(call: Call) -> Fields:
    """UpdateTrigger: its configuration, which the fake does not keep."""
    return {"triggerName": _trigger(call)}


def delete_trigger(call: Call) -> Fields:
    """DeleteTrigger."""
    del _function(call).triggers[_trigger(call)]
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
    names = ("maxAsyncRetryAttempts", "maxAsyncEventAgeInSeconds")
    given = {name: call.parameters.text(name) for name in names}
    _function(call).async_config = {name: value for name, value in given.items() if value is not None}
    return {}


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


def _trigger(call: Call) -> str:
    function, name = _function(call), call.parameters.required("triggerName")
    if name not in function.triggers:
        raise not_found("Trigger", name)
    return name


def _service(call: Call) -> str:
    name = call.parameters.required("serviceName")
    if name not in call.region.fc.services:
        raise not_found("Service", name)
    return name


def _shown(function: Function) -> Fields:
    return {"functionName": function.name.rpartition("/")[2], "description": function.description}


_BOTH: dict[str, Handler] = {
    "CreateFunction": create_function,
    "GetFunction": get_function,
    "UpdateFunction": update_function,
    "DeleteFunction": delete_function,
    "CreateTrigger": create_trigger,
    "UpdateTrigger": update_trigger,
    "DeleteTrigger": delete_trigger,
    "PutProvisionConfig": put_provision_config,
}
HANDLERS: dict[str, Handler] = {
    **_BOTH,
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
