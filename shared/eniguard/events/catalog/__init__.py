"""The API catalogue: every call the guard reads, and where its target ids stand."""

from __future__ import annotations

from eniguard.errors import ConfigError
from eniguard.events.catalog import (
    actiontrail,
    eip,
    eni,
    eventbridge,
    fc,
    instance,
    kms,
    oss,
    ram,
    security_group,
    sls,
    sts,
    tablestore,
    vpc,
)
from eniguard.events.catalog.shapes import Api, Part, Shape, Where
from eniguard.nearest import nearest

__all__ = ["APIS", "Api", "Part", "Shape", "Where", "api_of", "event_names", "known_action"]

#: Every catalogued API by its action (``ecs:DeleteNetworkInterface``).
APIS: dict[str, Api] = {
    api.action: api
    for api in (
        *eni.APIS,
        *security_group.APIS,
        *instance.APIS,
        *vpc.APIS,
        *eip.APIS,
        *ram.APIS,
        *actiontrail.APIS,
        *eventbridge.APIS,
        *fc.APIS,
        *sls.APIS,
        *oss.APIS,
        *tablestore.APIS,
        *kms.APIS,
        *sts.APIS,
    )
}

_BY_EVENT: dict[str, tuple[Api, ...]] = {}
for _api in APIS.values():
    _BY_EVENT[_api.name] = (*_BY_EVENT.get(_api.name, ()), _api)


def event_names() -> frozenset[str]:
    """The event names that can be a catalogued call."""
    return frozenset(_BY_EVENT)


def api_of(service: str | None, name: str) -> Api | None:
    """The catalogue entry of an event, or ``None`` if the call is not one the guard reads.

    ``service`` is ``serviceName`` as recorded (``Ecs``, ``Vpc`` …), compared without case.
    """
    product = (service or "").lower()
    for api in _BY_EVENT.get(name, ()):
        if api.any_service or api.product == product or product in api.also_recorded_as:
            return api
    return None


def known_action(action: str) -> Api:
    """The catalogue entry of an action.

    Raises
    ------
    ConfigError
        No such action; the message names the nearest one.
    """
    if action in APIS:
        return APIS[action]
    near = nearest(action, APIS)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ConfigError(f"unknown action {action!r}{hint}")
