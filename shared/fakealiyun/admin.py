"""The cloud behind a server, steered from outside the process: keys, events, state, faults, time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from types import NoneType
from typing import Any, cast, get_args
from urllib.parse import parse_qsl

from fakealiyun.clock import Clock
from fakealiyun.cloud import Cloud
from fakealiyun.faults import FaultKind
from fakealiyun.trail import Way
from fakealiyun.wire.answers import Answer

#: Where it lies on the server; no product of the cloud has such a name.
PREFIX = "/_fakealiyun"

#: What `Cloud.fail` takes, and as what.
_FAULT_OPTIONS: dict[str, tuple[type, ...]] = {
    "action": (str,),
    "code": (str, NoneType),
    "status": (int,),
    "message": (str,),
    "kind": (str,),
    "retry_after": (int, NoneType),
    "seconds": (int, float),
    "times": (int, NoneType),
    "carried_out": (bool,),
}

Options = Mapping[str, Any]


class Admin:
    """Answers of the admin paths.

    ========================== ====================================================================
    ``GET  /keys``             keys of a caller: ``?account=alice``, ``?service=nat.aliyuncs.com`` or
                               ``?role=deployer``, the last two with ``&session=``
    ``POST /keys``             the same from a JSON body; ``role`` may carry a ``policy``
    ``GET  /events``           recorded events, from the number ``?since=``
    ``POST /deliveries``       events as delivered: ``{"as": "eventbridge", "since": 0}``, or another way of
                               `Trail.deliver`; those of triggers write into logstores and buckets
    ``GET  /snapshot``         the state, of ``?region=``
    ``POST /faults``           ``{"action": "ecs:DescribeVpcs", "code": …}``, as `Cloud.fail` takes it
    ``DELETE /faults``         no more faults
    ``GET  /clock``            the time of the cloud
    ``POST /clock``            ``{"advance": seconds}`` or ``{"set": "2026-03-01T08:00:00Z"}``
    ``POST /reset``            forget all state, events and faults; keys stay valid
    ========================== ====================================================================
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._paths: dict[tuple[str, str], Callable[[Options], Any]] = {
            ("GET", "/keys"): self._keys,
            ("POST", "/keys"): self._keys,
            ("GET", "/events"): self._events,
            ("POST", "/deliveries"): self._deliver,
            ("GET", "/snapshot"): self._snapshot,
            ("POST", "/faults"): self._fail,
            ("DELETE", "/faults"): self._heal,
            ("GET", "/clock"): self._time,
            ("POST", "/clock"): self._move,
            ("POST", "/reset"): self._reset,
        }

    def answer(self, method: str, path: str, query: str, body: bytes) -> Answer:
        """Answer one request below `PREFIX`; mistakes in it give a 4xx with ``{"error": …}``."""
        return answered(self._paths, method, path, query, body)

    def _keys(self, options: Options) -> Any:
        session = options.get("session", "session")
        match options:
            case {"service": str(name)}:
                return asdict(self._cloud.service(name, session))
            case {"role": str(name)}:
                return asdict(self._cloud.role(name, options.get("policy"), session))
            case {"account": str(name)}:
                return asdict(self._cloud.account(name))
        raise ValueError("Say whose keys: account, service or role.")

    def _events(self, options: Options) -> Any:
        since = str(options.get("since", 0))
        if not since.isdecimal():
            raise ValueError(f"since is the number of an event, not {since!r}.")
        events = self._cloud.trail.events
        return {"events": events[int(since) :], "next": len(events)}

    def _deliver(self, options: Options) -> Any:
        way, since = options.get("as"), options.get("since", 0)
        if way not in get_args(Way):
            raise ValueError(f"as is one of {', '.join(get_args(Way))}.")
        if not isinstance(since, int) or since < 0:
            raise ValueError(f"since is the number of an event, not {since!r}.")
        events = self._cloud.trail.events
        payloads = self._cloud.trail.payloads(events[since:], cast(Way, way)) if events[since:] else ()
        return {"payloads": [payload.decode() for payload in payloads], "next": len(events)}

    def _snapshot(self, options: Options) -> Any:
        return self._cloud.snapshot(options.get("region"))

    def _fail(self, options: Options) -> Any:
        if "action" not in options or not options.keys() <= _FAULT_OPTIONS.keys():
            raise ValueError(f"A fault has an action and may have {', '.join(sorted(_FAULT_OPTIONS))}.")
        for name, value in options.items():
            if not isinstance(value, _FAULT_OPTIONS[name]):
                raise ValueError(f"{name} of a fault is not {value!r}.")
        if options.get("kind", "error") not in get_args(FaultKind):
            raise ValueError(f"A fault is one of {', '.join(get_args(FaultKind))}.")
        self._cloud.fail(**options)
        return {}

    def _heal(self, _: Options) -> Any:
        self._cloud.faults.clear()
        return {}

    def _time(self, _: Options) -> Any:
        return {"now": self._cloud.clock.text()}

    def _move(self, options: Options) -> Any:
        moved(self._cloud.clock, options)
        return self._time(options)

    def _reset(self, _: Options) -> Any:
        self._cloud.reset()
        return {}


def answered(
    paths: Mapping[tuple[str, str], Callable[[Options], Any]], method: str, path: str, query: str, body: bytes
) -> Answer:
    """The answer of the handler for a method and a path below `PREFIX`."""
    asked = path.removeprefix(PREFIX).rstrip("/")
    handler = paths.get((method, asked))
    if handler is None:
        known = sorted(one for one, name in paths if name == asked)
        if known:
            return _json(405, {"error": f"{asked} takes {' and '.join(known)}."})
        return _json(404, {"error": f"There is no {asked}.", "paths": sorted({name for _, name in paths})})
    try:
        return _json(200, handler(_options(query, body)))
    except (KeyError, TypeError, ValueError) as error:
        return _json(400, {"error": str(error)})


def moved(clock: Clock, options: Options) -> None:
    """Move a clock.

    Raises
    ------
    ValueError
        The options do not say how.
    """
    match options:
        case {"advance": int() | float() as seconds}:
            clock.advance(seconds)
        case {"set": str(text)}:
            clock.set(_moment(text))
        case _:
            raise ValueError('Say {"advance": seconds} or {"set": "2026-03-01T08:00:00Z"}.')


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))  # 3.10 does not read the Z
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone.")
    return moment


def _options(query: str, body: bytes) -> Options:
    options: dict[str, Any] = dict(parse_qsl(query))
    if body:
        sent = json.loads(body)
        if not isinstance(sent, dict):
            raise ValueError("The body is not a JSON object.")
        options.update(sent)
    return options


def _json(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json;charset=utf-8"})
