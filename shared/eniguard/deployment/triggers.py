"""What the schema does not say of triggers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eniguard.deployment.event_patterns import pattern_problems

#: Names of triggers (Function Compute, CreateTrigger).
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
#: ``@every 15m``, or seconds to day of week in UTC or in the zone named (Function Compute, time triggers).
_CRON = re.compile(r"@every [1-9][0-9]*[smh]|(CRON_TZ=[A-Za-z_]+/[A-Za-z_/]+ )?(\S+ ){5}\S+")
#: Where the events of a trigger come from; it is called in the name of a role.
_SOURCES = {
    "log": (
        re.compile(r"acs:log:[a-z0-9-]+:[0-9]+:project/[a-z0-9-]+"),
        "acs:log:REGION:ACCOUNT:project/NAME",
    ),
    "oss": (re.compile(r"acs:oss:[a-z0-9-]+:[0-9]+:[a-z0-9-]+"), "acs:oss:REGION:ACCOUNT:BUCKET"),
}
#: Numbers that are texts, and their limits (Function Compute, log triggers).
_JOB = {"maxRetryTime": (0, 100), "triggerInterval": (3, 600)}

Props = Mapping[str, Any]


def trigger_problems(props: Props) -> Iterator[str]:
    """What is wrong with the triggers of a function that fits the schema."""
    triggers: Sequence[Props] = props.get("triggers", ())
    kinds = [one["triggerType"] for one in triggers]
    names = [one["triggerName"] for one in triggers]
    for place, one in enumerate(triggers):
        where = f"triggers[{place}]"
        name = names[place]
        if not _NAME.fullmatch(name):
            yield f"{where}.triggerName: {name!r} is no name: letters, digits, _ and -, a letter first"
        if name in names[:place]:
            yield f"{where}.triggerName: another trigger of the function is called {name} already"
        for problem in _of_kind(one, props):
            yield f"{where}.{problem}"
    yield from _bridges(kinds)


def _bridges(kinds: Sequence[str]) -> Iterator[str]:
    """The component stops at an EventBridge trigger that is unchanged: what follows is not deployed."""
    places = [place for place, kind in enumerate(kinds) if kind == "eventbridge"]
    if len(places) > 1:
        yield "triggers: a function can have one trigger of EventBridge: the component deploys no second one"
    elif places and places[0] != len(kinds) - 1:
        yield (
            f"triggers[{places[0]}]: put the trigger of EventBridge last: the component deploys none after "
            "one that is there already"
        )


def _of_kind(trigger: Props, props: Props) -> Iterator[str]:
    kind, config = trigger["triggerType"], trigger["triggerConfig"]
    if kind in _SOURCES:
        pattern, form = _SOURCES[kind]
        if not pattern.fullmatch(trigger.get("sourceArn", "")):
            yield f"sourceArn: {trigger.get('sourceArn')!r} names no source; expected {form}"
        if not trigger.get("invocationRole"):
            yield f"invocationRole: a trigger of the type {kind} calls in the name of a role: name it"
    if kind == "timer" and not _CRON.fullmatch(config["cronExpression"]):
        yield (
            f"triggerConfig.cronExpression: {config['cronExpression']!r} is no time; expected "
            "'@every 15m' or six fields from seconds on, as in '0 0/15 * * * *'"
        )
    if kind == "log":
        yield from _log(trigger, props)
    if kind == "eventbridge":
        yield from (f"triggerConfig.{problem}" for problem in _bridge(config))


def _log(trigger: Props, props: Props) -> Iterator[str]:
    config = trigger["triggerConfig"]
    for key, (least, most) in _JOB.items():
        given = config["jobConfig"].get(key)
        if given is not None and not (given.isdigit() and least <= int(given) <= most):
            yield f"triggerConfig.jobConfig.{key}: {given!r}; expected {least} to {most}, as a text"
    project = trigger.get("sourceArn", "").rpartition("/")[2]
    source = (project, config["sourceConfig"]["logstore"])
    logs = [config["logConfig"], props.get("logConfig")]
    if source in [(one["project"], one["logstore"]) for one in logs if isinstance(one, Mapping)]:
        yield (
            f"triggerConfig.sourceConfig.logstore: the function writes its logs into {'/'.join(source)} and "
            "would be called by them: log into another logstore"
        )


def _bridge(config: Props) -> Iterator[str]:
    for problem in pattern_problems(config["eventRuleFilterPattern"]):
        yield f"eventRuleFilterPattern: {problem}"
    source, options = config["eventSourceConfig"], config["runOptions"]
    if source["eventSourceType"] == "Default" and source["eventSourceParameters"]:
        given = ", ".join(source["eventSourceParameters"])
        yield f"eventSourceConfig.eventSourceParameters: a source of the type Default has none, not {given}"
    sink = config["eventSinkConfig"]["deliveryOption"]["mode"]
    if sink != options["mode"]:
        yield f"runOptions.mode: {options['mode']}, and {sink} in eventSinkConfig: say the same in both"
    if options["mode"] == "event-driven" and "batchWindow" in options:
        yield "runOptions.batchWindow: events are handed on one by one where the mode is event-driven"
    if options.get("errorsTolerance") != "ALL":
        yield "runOptions.errorsTolerance: set ALL: by default one event that fails stops the rule"
    if "deadLetterQueue" not in options:
        yield "runOptions.deadLetterQueue: is missing: events that fail for good would be thrown away"
