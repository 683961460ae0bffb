"""The fast path: service-linked roles, event rules, and how many rules a bus may have."""

from __future__ import annotations

import json
from collections.abc import Iterator

from eniguard.doctor.answers import EventRule, RuleAnswer, RulesAnswer, missing, read
from eniguard.doctor.check import Check, asked, not_configured, ok, unknown, wrong
from eniguard.doctor.patterns import takes
from eniguard.doctor.setup import Setup
from eniguard.errors import CloudError, Transport
from eniguard.events.catalog import APIS
from eniguard.roles import role_of_service
from eniguard.settings import GuardRule

#: The services whose roles let events of ActionTrail onto the bus, and from there to a function
#: (docs/sources.md, Events).
_SOURCE, _TARGET = "source-actiontrail.eventbridge.aliyuncs.com", "sendevent-fc.eventbridge.aliyuncs.com"
#: Rules of one bus: Function Compute says 10 and EventBridge 50, so that either may hold (same section).
_FEWEST_RULES, _MOST_RULES = 10, 50
#: A pattern that takes all calls, for the code to choose from (same section).
_PATTERN = '{"type":[{"suffix":":ActionTrail:ApiCall"},{"suffix":":ActionTrail:ConsoleOperation"}]}'
_SHOWN = 5


def linked_roles(setup: Setup) -> Iterator[Check]:
    """Whether the two service-linked roles are there."""
    if not setup.policy.guard.event_rules:
        yield not_configured("linked-role", "no event rule needs them", "see the check event-rule")
        return
    for service in (_SOURCE, _TARGET):
        check = f"linked-role/{service.partition('.')[0]}"
        yield from asked(check, _linked_role, setup, service, check)


def _linked_role(setup: Setup, service: str, check: str) -> Iterator[Check]:
    role = role_of_service(service)
    name = role.name if role is not None else service
    try:
        setup.client.call("ram", "GetRole", {"RoleName": name})
    except CloudError as error:
        if not missing(error):
            raise
    else:
        yield ok(check, f"{name} is there")
        return
    why = (
        "no event of ActionTrail comes onto the bus; Serverless Devs does not make it where another role of "
        "EventBridge is there already"
        if service == _SOURCE
        else "EventBridge may call no function"
    )
    yield wrong(
        check,
        f"{name} is not there: {why}",
        f"aliyun resourcemanager CreateServiceLinkedRole --ServiceName {service}",
    )


def event_rules(setup: Setup) -> Iterator[Check]:
    """The event rules in guard.yml, and whether there is room for them."""
    rules = setup.policy.guard.event_rules
    if not rules:
        yield not_configured(
            "event-rule",
            "guard.yml names no event rule: events come by the trail alone, minutes later",
            "deploy trail_event and name its rule under guard.event_rules",
        )
        return
    found: dict[GuardRule, bool] = {}
    for one in rules:
        yield from asked(f"event-rule/{one.name}", _event_rule, setup, one, found)
    for bus in dict.fromkeys(one.bus for one in rules):
        absent = [one.name for one, there in found.items() if one.bus == bus and not there]
        check = f"event-rule/quota/{bus}"
        yield from asked(check, _room, setup, bus, check, absent)


def _event_rule(setup: Setup, wanted: GuardRule, found: dict[GuardRule, bool]) -> Iterator[Check]:
    check = f"event-rule/{wanted.name}"
    rule = _rule(setup, wanted)
    found[wanted] = rule is not None
    if rule is None:
        yield wrong(
            f"{check}/exists",
            f"the bus {wanted.bus} has no such rule in {setup.region}",
            "deploy trail_event with its EventBridge trigger: s deploy -y -t template.yml",
        )
        return
    yield ok(f"{check}/exists", f"it is on the bus {wanted.bus}")
    if rule.status == "ENABLE":
        yield ok(f"{check}/enabled", "it is enabled")
    else:
        yield wrong(
            f"{check}/enabled",
            f"its status is {rule.status or 'not told'}",
            f"aliyun eventbridge EnableRule --EventBusName {wanted.bus} --RuleName {wanted.name} "
            f"--region {setup.region}",
        )
    yield from asked(f"{check}/pattern", _pattern, setup, wanted, rule)
    yield _target(setup, wanted, rule)


def _rule(setup: Setup, wanted: GuardRule) -> EventRule | None:
    named = {"EventBusName": wanted.bus, "RuleName": wanted.name}
    try:
        answer = read(setup.client, "eventbridge", "GetRule", RuleAnswer, **named)
    except CloudError as error:
        if missing(error):
            return None
        raise
    if answer.data is None and "notexist" not in answer.code.lower():
        raise _refused("GetRule", answer.code, answer.message)
    return answer.data


def _pattern(setup: Setup, wanted: GuardRule, rule: EventRule) -> Check:
    """Whether the pattern takes the calls that the enabled rules judge; the bus carries writes only."""
    check = f"event-rule/{wanted.name}/pattern"
    advice = (
        f"aliyun eventbridge UpdateRule --EventBusName {wanted.bus} --RuleName {wanted.name} "
        f"--FilterPattern '{_PATTERN}' --region {setup.region}"
    )
    try:
        pattern = json.loads(rule.filter_pattern)
    except (ValueError, RecursionError):
        return wrong(check, "the pattern is no JSON", advice)
    registry = setup.registry
    judged = [rule for rule in registry.rules if rule.code not in registry.idle]
    actions = sorted({action for rule in judged for action in rule.actions if APIS[action].write})
    answers = {action: takes(pattern, action, setup.region) for action in actions}
    left = [action for action, answer in answers.items() if answer is False]
    if left:
        return wrong(check, f"it leaves out {_named(left)} of {len(actions)} actions", advice)
    doubtful = [action for action, answer in answers.items() if answer is None]
    if doubtful:
        found = f"whether it takes {_named(doubtful)} depends on fields that are not documented"
        return unknown(check, found, f"filter on the end of type only: {advice}")
    return ok(check, f"it takes all {len(actions)} actions that the enabled rules judge")


def _target(setup: Setup, wanted: GuardRule, rule: EventRule) -> Check:
    check = f"event-rule/{wanted.name}/target"
    functions = setup.functions_of("trail_event") or setup.policy.guard.functions
    aims = [one.endpoint for one in rule.targets]
    ends = tuple(f"functions/{one.rpartition('/')[2].lower()}" for one in functions)
    if any(aim.lower().endswith(ends) for aim in aims) and ends:
        return ok(check, f"it hands events to {', '.join(aims)}")
    return wrong(
        check,
        f"it hands events to {', '.join(aims) or 'nobody'}; wanted: {', '.join(functions) or 'a function'}",
        "deploy trail_event with its EventBridge trigger, and name the function under guard.functions",
    )


def _room(setup: Setup, bus: str, check: str, absent: list[str]) -> Iterator[Check]:
    """Whether rules that are still to be made have room on a bus."""
    count = len(list(_rules_of(setup, bus)))
    quota = f"{_FEWEST_RULES} or {_MOST_RULES}: the documents differ"
    found = f"the bus {bus} has {count} rules (quota {quota})"
    advice = "delete rules that nobody needs, or ask for a higher quota in the console of EventBridge"
    if not absent or count + len(absent) <= _FEWEST_RULES:
        yield ok(check, found)
    elif count + len(absent) > _MOST_RULES:
        yield wrong(check, f"{found}, and no room for {', '.join(absent)}", advice)
    else:
        yield unknown(check, f"{found}: there may be no room for {', '.join(absent)}", advice)


def _rules_of(setup: Setup, bus: str) -> Iterator[EventRule]:
    token, seen = "", set[str]()
    while token not in seen:
        seen.add(token)
        asked_for = {"EventBusName": bus, "Limit": 100, "NextToken": token or None}
        answer = read(setup.client, "eventbridge", "ListRules", RulesAnswer, **asked_for)
        if answer.data is None:
            raise _refused("ListRules", answer.code, answer.message)
        yield from answer.data.rules
        token = answer.data.next_token
        if not token:
            return


def _refused(action: str, code: str, message: str) -> CloudError:
    """EventBridge tells some errors with HTTP 200."""
    problem = f"eventbridge:{action} was answered {code or 'without data'}: {message or 'no message'}"
    return Transport(f"{problem}; ask again", product="eventbridge", action=action, code=code or None)


def _named(actions: list[str]) -> str:
    more = f" and {len(actions) - _SHOWN} more" if len(actions) > _SHOWN else ""
    return f"{', '.join(actions[:_SHOWN])}{more}"
