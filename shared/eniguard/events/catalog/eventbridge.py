"""EventBridge calls on event rules and buses (fields: EventBridge 2020-04-01, SDK 8.7.0)."""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import EVENT_BUS, EVENT_RULE

_T = Shape.TEXT
_BUS = Where("EventBusName", EVENT_BUS, "group")
_RULE = Where("RuleName", EVENT_RULE)


def _rule_call(name: str, **parameters: Shape) -> Api:
    named = {"EventBusName": _T, "RuleName": _T, **parameters}
    return Api("eventbridge", name, True, named, (_RULE, _BUS), assumed=True)


APIS: tuple[Api, ...] = (
    _rule_call("EnableRule"),
    _rule_call("DisableRule"),
    _rule_call("DeleteRule"),
    _rule_call("UpdateRule", FilterPattern=_T, Status=_T),
    # Targets are sent as the JSON text of a list; what form events have is open (docs/sources.md, API).
    _rule_call("PutTargets", Targets=Shape.ENDPOINTS),
    _rule_call("DeleteTargets"),
    Api(
        "eventbridge",
        "DeleteEventBus",
        True,
        {"EventBusName": _T},
        (Where("EventBusName", EVENT_BUS),),
        assumed=True,
    ),
)
