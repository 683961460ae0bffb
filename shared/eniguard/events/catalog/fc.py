"""Function Compute calls that change or starve a function (2023-03-30, SDK 4.8.3; 2021-04-06, SDK 2.0.12).

Both versions take the names of services and functions in the path of the URL. How events spell them is open
(docs/sources.md, API): they are read under the names of the path and of the old API, else among the resources
that the event refers to. Only 2021-04-06 has services.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import FUNCTION, FUNCTION_SERVICE

_FUNCTION = ("functionName", "FunctionName")
_SERVICE = ("serviceName", "ServiceName")
_REFERRED = "ACS::FC::Function"
_NAMES: dict[str, Shape] = {
    **dict.fromkeys((*_FUNCTION, *_SERVICE), Shape.TEXT),
    _REFERRED: Shape.TEXTS,
}
_TARGETS = (
    *(Where(name, FUNCTION) for name in (*_FUNCTION, _REFERRED)),
    *(Where(name, FUNCTION_SERVICE, "group") for name in _SERVICE),
)


def _function_call(name: str, **parameters: Shape) -> Api:
    return Api(
        "fc", name, True, {**_NAMES, **parameters}, _TARGETS, assumed=True, also_recorded_as=("fc-open",)
    )


APIS: tuple[Api, ...] = (
    _function_call("UpdateFunction"),
    _function_call("DeleteFunction"),
    _function_call("DisableFunctionInvocation"),
    _function_call("UpdateTrigger", triggerName=Shape.TEXT),
    _function_call("DeleteTrigger", triggerName=Shape.TEXT),
    _function_call("PutAsyncInvokeConfig"),
    _function_call("DeleteAsyncInvokeConfig"),
    _function_call("PutFunctionAsyncInvokeConfig"),
    _function_call("DeleteFunctionAsyncInvokeConfig"),
    _function_call("PutConcurrencyConfig", reservedConcurrency=Shape.INTEGER),
    _function_call("PutFunctionOnDemandConfig", maximumInstanceCount=Shape.INTEGER),
    _function_call("PutProvisionConfig"),
    _function_call("PutScalingConfig"),
    _function_call("UpdateService"),
    _function_call("DeleteService"),
)
