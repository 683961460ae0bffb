"""Wire in and out of EventBridge. Targets are sent as the JSON text of a list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from fakealiyun.eventbridge.exceptions import refused
from fakealiyun.eventbridge.models import DEFAULT_BUS, EventRule
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.paging import Sizes, TokenPage, by_token
from fakealiyun.wire.parameters import Parameters

Item = TypeVar("Item")

#: Rules of one bus (EventBridge, limits).
_MOST_RULES = 50
#: Items on a page: 10 unless told, 100 at most (ListRules).
_PAGES = Sizes()
_DONE = {"Code": "Success", "Success": True}


def create_event_bus(call: Call) -> Fields:
    """CreateEventBus."""
    name = call.parameters.required("EventBusName")
    if name in call.region.eventbridge.buses:
        raise refused(call, "bus-exists", f"The event bus {name} exists.")
    call.region.eventbridge.buses[name] = call.parameters.text("Description") or ""
    return {**_DONE, "Data": {"EventBusARN": f"{_arn(call)}/{name}"}}


def delete_event_bus(call: Call) -> Fields:
    """DeleteEventBus: with its rules; the default bus stays."""
    name = _bus(call)
    if name == DEFAULT_BUS:
        raise refused(call, "default-bus", "The default event bus cannot be deleted.")
    state = call.region.eventbridge
    del state.buses[name]
    state.rules = {key: rule for key, rule in state.rules.items() if key[0] != name}
    return _DONE


def create_rule(call: Call) -> Fields:
    """CreateRule: enabled, unless told otherwise."""
    bus, name, rules = _bus(call), call.parameters.required("RuleName"), call.region.eventbridge.rules
    if (bus, name) in rules:
        raise refused(call, "rule-exists", f"The event rule {name} exists.")
    if sum(key[0] == bus for key in rules) >= _MOST_RULES:
        raise refused(call, "too-many", f"{bus} has {_MOST_RULES} rules.")
    rule = EventRule(bus, name, call.parameters.required("FilterPattern"))
    _configure(call, rule)
    rule.targets.update(_targets(call, "EventTargets"))
    rules[bus, name] = rule
    return {**_DONE, "Data": {"RuleARN": f"{_arn(call)}/{bus}/rule/{name}"}}


def get_rule(call: Call) -> Fields:
    """GetRule."""
    return {**_DONE, "Data": _shown(call, _rule(call))}


def list_rules(call: Call) -> Fields:
    """ListRules of a bus, by name; ``Limit`` on a page."""
    bus, prefix = _bus(call), call.parameters.text("RuleNamePrefix") or ""
    rules = call.region.eventbridge.rules
    found = [rules[key] for key in sorted(rules) if key[0] == bus and key[1].startswith(prefix)]
    page = _page(call, found)
    return {**_DONE, "Data": {"Rules": [_shown(call, rule) for rule in page.items], **_more(page)}}


def list_targets(call: Call) -> Fields:
    """ListTargets of a rule, in the order they were put; ``Limit`` on a page."""
    rule = _rule(call)
    page = _page(call, list(rule.targets.values()))
    named = {"EventBusName": rule.bus, "RuleName": rule.name}
    return {**_DONE, "Data": {"Targets": [{**one, **named} for one in page.items], **_more(page)}}


def list_event_buses(call: Call) -> Fields:
    """ListEventBuses, by name; ``Limit`` on a page."""
    page = _page(call, sorted(call.region.eventbridge.buses.items()))
    buses = [{"EventBusName": name, "Description": text} for name, text in page.items]
    return {**_DONE, "Data": {"EventBuses": buses, **_more(page)}}


def enable_rule(call: Call) -> Fields:
    """EnableRule."""
    _rule(call).enabled = True
    return _DONE


def disable_rule(call: Call) -> Fields:
    """DisableRule."""
    _rule(call).enabled = False
    return _DONE


def update_rule(call: Call) -> Fields:
    """UpdateRule: only what the call carries changes."""
    _configure(call, _rule(call))
    return _DONE


def delete_rule(call: Call) -> Fields:
    """DeleteRule."""
    rule = _rule(call)
    del call.region.eventbridge.rules[rule.bus, rule.name]
    return _DONE


def put_targets(call: Call) -> Fields:
    """PutTargets: new targets, and others for ids that are there."""
    _rule(call).targets.update(_targets(call, "Targets"))
    return _DONE


def delete_targets(call: Call) -> Fields:
    """DeleteTargets, by their ids."""
    rule = _rule(call)
    for one in call.parameters.json_texts("TargetIds"):
        rule.targets.pop(one, None)
    return _DONE


def _configure(call: Call, rule: EventRule) -> None:
    status = call.parameters.text("Status")
    if status not in (None, "ENABLE", "DISABLE"):
        raise refused(call, "parameter", "Status is neither ENABLE nor DISABLE.")
    rule.pattern = call.parameters.text("FilterPattern") or rule.pattern
    rule.description = call.parameters.text("Description") or rule.description
    rule.enabled = rule.enabled if status is None else status == "ENABLE"


def _shown(call: Call, rule: EventRule) -> dict[str, Any]:
    return {
        "EventBusName": rule.bus,
        "RuleName": rule.name,
        "RuleARN": f"{_arn(call)}/{rule.bus}/rule/{rule.name}",
        "Description": rule.description,
        "FilterPattern": rule.pattern,
        "Status": "ENABLE" if rule.enabled else "DISABLE",
        "Targets": list(rule.targets.values()),
    }


def _page(call: Call, items: Sequence[Item]) -> TokenPage[Item]:
    values = dict(call.parameters.values)
    values["MaxResults"] = values.pop("Limit", "")
    return by_token(Parameters(values), items, _PAGES)


def _more(page: TokenPage[Any]) -> dict[str, object]:
    more = {"NextToken": page.next_token} if page.next_token else {}
    return {**more, "Total": page.total}


def _targets(call: Call, name: str) -> dict[str, dict[str, Any]]:
    try:
        listed = json.loads(call.parameters.text(name) or "[]")
        return {str(one["Id"]): {**one, "Endpoint": str(one["Endpoint"])} for one in listed}
    except (ValueError, KeyError, TypeError):
        raise refused(call, "parameter", f"{name} is no list of targets.") from None


def _bus(call: Call) -> str:
    name = call.parameters.required("EventBusName")
    if name not in call.region.eventbridge.buses:
        raise refused(call, "bus-not-found", f"The event bus {name} does not exist.")
    return name


def _rule(call: Call) -> EventRule:
    bus, name = _bus(call), call.parameters.required("RuleName")
    rule = call.region.eventbridge.rules.get((bus, name))
    if rule is None:
        raise refused(call, "rule-not-found", f"The event rule {name} does not exist.")
    return rule


def _arn(call: Call) -> str:
    return f"acs:eventbridge:{call.region.id}:{call.region.account.id}:eventbus"


HANDLERS: dict[str, Handler] = {
    "CreateEventBus": create_event_bus,
    "DeleteEventBus": delete_event_bus,
    "CreateRule": create_rule,
    "GetRule": get_rule,
    "ListRules": list_rules,
    "ListTargets": list_targets,
    "ListEventBuses": list_event_buses,
    "EnableRule": enable_rule,
    "DisableRule": disable_rule,
    "UpdateRule": update_rule,
    "DeleteRule": delete_rule,
    "PutTargets": put_targets,
    "DeleteTargets": delete_targets,
}
