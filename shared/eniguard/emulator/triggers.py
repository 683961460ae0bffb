"""What calls functions by itself: timers, and the events of a fake cloud beside the emulator."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from eniguard.emulator.functions import Function, Trigger
from eniguard.emulator.patterns import matches, read_pattern
from eniguard.errors import ConfigError

if TYPE_CHECKING:
    from eniguard.emulator.compute import Tell

_EVERY = re.compile(r"@every (?P<count>[1-9][0-9]*)(?P<unit>[smh])")
_UNITS = {"s": 1, "m": 60, "h": 3600}
#: Seconds between two looks for events of the cloud.
_LOOK = 0.25

#: How events come to a trigger of each type, in the words of the fake cloud.
_WAYS = {"eventbridge": "eventbridge", "log": "sls-trigger", "oss": "oss-trigger"}

Enqueue = Callable[[str, bytes], bool]
#: Whether a trigger takes what is delivered.
Takes = Callable[[Mapping[str, Any]], bool]


class Deliveries(Protocol):
    """A cloud that has events to deliver."""

    def deliveries(self, way: str, since: int) -> tuple[list[bytes], int]:
        """What was recorded from the number ``since`` on, as delivered one way, and the next number."""


class Delivered(Struct, frozen=True):
    """A trigger that events are delivered to."""

    function: str
    way: str
    takes: Takes


class Timer(Struct, frozen=True):
    """A trigger that calls its function every so many seconds."""

    function: str
    name: str
    seconds: float
    payload: str


def deliveries_of(functions: Sequence[Function]) -> list[Delivered]:
    """The triggers for events; ConfigError for a pattern that cannot be evaluated."""
    return [
        Delivered(function.name, _WAYS[trigger.trigger_type], _filter(function, trigger))
        for function in functions
        for trigger in function.props.triggers
        if trigger.trigger_type in _WAYS
    ]


def timers_of(functions: Sequence[Function]) -> tuple[list[Timer], list[str]]:
    """The timers that say ``@every``, and a line for each other one: what they do is not done here."""
    timers, left = [], []
    for function in functions:
        for trigger in function.props.triggers:
            if trigger.trigger_type != "timer" or not trigger.trigger_config.get("enable", False):
                continue
            written = str(trigger.trigger_config.get("cronExpression", ""))
            every = _EVERY.fullmatch(written)
            if every is None:
                left.append(
                    f"{function.name}: the timer {trigger.trigger_name} ({written}) does not run here: "
                    "only `@every` does; call it with `eniguard invoke`"
                )
                continue
            seconds = int(every["count"]) * _UNITS[every["unit"]]
            payload = str(trigger.trigger_config.get("payload", ""))
            timers.append(Timer(function.name, trigger.trigger_name, seconds, payload))
    return timers, left


class Triggers:
    """Calls functions in threads of its own, inside a ``with`` block.

    Parameters
    ----------
    enqueue
        Calls a function asynchronously.
    timers
        The timers.
    delivered
        The triggers for events of the cloud.
    cloud
        The cloud the events come from; ``None`` without one.
    tell
        Takes a line when the cloud cannot be asked.
    """

    def __init__(
        self,
        enqueue: Enqueue,
        timers: Sequence[Timer],
        delivered: Sequence[Delivered] = (),
        cloud: Deliveries | None = None,
        tell: Tell = lambda name, line: None,
    ) -> None:
        self._enqueue = enqueue
        self._over = threading.Event()
        self._tell = tell
        self._threads = [threading.Thread(target=self._every, args=(timer,), daemon=True) for timer in timers]
        if cloud is not None:
            for way in dict.fromkeys(one.way for one in delivered):
                of_way = [one for one in delivered if one.way == way]
                self._threads.append(
                    threading.Thread(target=self._deliver, args=(way, of_way, cloud), daemon=True)
                )

    def __enter__(self) -> Triggers:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join()

    def _every(self, timer: Timer) -> None:
        due = time.monotonic() + timer.seconds
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due += timer.seconds
            at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            event = {"triggerTime": at, "triggerName": timer.name, "payload": timer.payload}
            self._enqueue(timer.function, json.dumps(event).encode())

    def _deliver(self, way: str, delivered: Sequence[Delivered], cloud: Deliveries) -> None:
        since, silent = 0, False
        # An event comes after the answer to its call, so that who called can tell it for his own by then.
        recorded: list[bytes] = []
        while not self._over.wait(_LOOK):
            try:
                payloads = recorded
                recorded, since = cloud.deliveries(way, since)
            except OSError as error:
                if not silent:
                    self._tell("", f"the cloud gives no events for {way} triggers: {error}")
                silent = True
                continue
            silent = False
            for payload in payloads:
                event = json.loads(payload)
                for one in delivered:
                    if one.takes(event):
                        self._enqueue(one.function, payload)


def _filter(function: Function, trigger: Trigger) -> Takes:
    config = trigger.trigger_config
    if trigger.trigger_type == "eventbridge":
        try:
            pattern = read_pattern(str(config.get("eventRuleFilterPattern", "{}")))
        except ConfigError as error:
            raise ConfigError(f"{function.name}: {trigger.trigger_name}: {error}") from None
        return lambda event: matches(pattern, event)
    if trigger.trigger_type == "log":
        logstore = config.get("sourceConfig", {}).get("logstore")
        return lambda event: event["source"]["logstoreName"] == logstore
    bucket = (trigger.source_arn or "").rpartition(":")[2]
    return lambda event: event["events"][0]["oss"]["bucket"]["name"] == bucket
