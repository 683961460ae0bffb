"""The guard's event rules: switched off, deleted, or aimed elsewhere."""

from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.model import Evidence, Fix, Reference, Resource
from eniguard.model.kinds import EVENT_BUS, EVENT_RULE
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.self.own import (
    OTHERS,
    bus_named,
    deploys,
    entry_of,
    function_name,
    idle_unless,
    nameless,
    same,
)
from eniguard.settings import Guard, GuardRule

#: What a deployment does to event rules; switching one off or deleting it is no part of that.
_DEPLOYMENT = frozenset(("UpdateRule", "PutTargets"))


class EventRuleDisabled(Rule):
    """SELF003: PutTargets re-aims a rule when none of the targets it names is a function of the guard."""

    code = "SELF003"
    name = "event-rule-disabled"
    severity = "critical"
    summary = "The event rule that hands events to the guard was switched off, deleted or aimed elsewhere."
    why = "The guard's fast path hangs on this rule: without it, calls are seen late or not at all."
    advice = (
        "Ask who did this and why. Enable the rule again, or deploy it anew, and look at what happened "
        "meanwhile: EventBridge keeps no history."
    )
    actions = frozenset(
        (
            "eventbridge:DisableRule",
            "eventbridge:DeleteRule",
            "eventbridge:UpdateRule",
            "eventbridge:DeleteTargets",
            "eventbridge:PutTargets",
            "eventbridge:DeleteEventBus",
        )
    )
    outcomes = SUCCEEDED
    actors = OTHERS
    references = (
        Reference("EventBridge API, 2020-04-01", "DisableRule, DeleteRule, UpdateRule, PutTargets"),
    )
    false_positives = (
        "A deployment of the guard updates rule and targets: name its pipeline under actors.deployers. "
        "Switching the rule off and deleting it is reported whoever does it."
    )

    idle = staticmethod(idle_unless("guard.event_rules", "event_rules"))

    def evaluate(self, case: Case) -> Verdicts:
        rules = case.policy.guard.event_rules
        named = EVENT_BUS if case.call.name == "DeleteEventBus" else EVENT_RULE
        if unnamed := nameless(self, case, rules, named):
            return unnamed
        if case.call.name == "DeleteEventBus":
            buses = [one.bus for one in rules]
            return [
                self.finding(
                    case, Resource(EVENT_BUS, bus), f"{bus}, the bus of the guard's event rule, was deleted"
                )
                for bus in case.call.ids(EVENT_BUS)
                if entry_of(case, "bus", bus, rules, buses) is not None
            ]
        bus = bus_named(case.call)
        found = []
        for name in case.call.ids(EVENT_RULE):
            on_bus = [one for one in rules if same(one.bus, bus)]
            own = entry_of(case, f"rule on {bus}", name, on_bus, [one.name for one in on_bus])
            if own is not None:
                found += self._changed(case, own)
        return found

    def _changed(self, case: Case, own: GuardRule) -> list[Verdict]:
        subject = Resource(EVENT_RULE, f"{own.bus}/{own.name}")
        switched_off = _switches_off(case.call)
        if not switched_off and case.call.name in _DEPLOYMENT and deploys(case):
            return []
        evidence = _what_is_set(case.call)
        changes = case.call.name != "UpdateRule" or bool(evidence)
        if not case.check("it changes more than the description", changes):
            return []
        if case.call.name == "PutTargets":
            reaches = _reaches_the_guard(case.call, case.policy.guard)
            if reaches is None:
                return [
                    self.undecided(case, "the event does not say which targets were put", subject=subject)
                ]
            if not case.check("no target is a function of the guard", not reaches, evidence[0].value):
                return []
        done = "switched off" if switched_off else _DONE[case.call.name]
        fix = _enable_again(own) if switched_off else None
        summary = f"{own.name}, the guard's own event rule on {own.bus}, was {done}"
        return [self.finding(case, subject, summary, evidence=evidence, fix=fix)]


_DONE = {
    "DeleteRule": "deleted",
    "UpdateRule": "given another pattern",
    "DeleteTargets": "robbed of targets",
    "PutTargets": "aimed elsewhere",
}


def _switches_off(call: Call) -> bool:
    """Whether a rule is off afterwards; UpdateRule takes ``DISABLE`` as its status."""
    status = call.parameters.text("Status") or ""
    return call.name == "DisableRule" or (call.name == "UpdateRule" and status.lower().startswith("disable"))


def _what_is_set(call: Call) -> list[Evidence]:
    """What was set; the status counts only where it switches the rule off."""
    parameters = call.parameters
    given = (
        ("FilterPattern", parameters.text("FilterPattern")),
        ("Targets", list(parameters.texts("Targets"))),
        ("Status", parameters.text("Status") if _switches_off(call) else None),
    )
    return [Evidence(name, value) for name, value in given if value]


def _reaches_the_guard(call: Call, guard: Guard) -> bool | None:
    """Whether some target is a function of the guard; ``None`` when the event does not say where all are."""
    targets = call.parameters.texts("Targets")
    own = {one.lower() for one in guard.functions}
    if any(function_name(one).lower() in own for one in targets):
        return True
    return False if targets and all(targets) else None


def _enable_again(own: GuardRule) -> Fix:
    parameters = {"EventBusName": own.bus, "RuleName": own.name}
    summary = f"enable {own.name} on {own.bus} again"
    return Fix(summary, "auto", "eventbridge:EnableRule", parameters, undo=parameters)
