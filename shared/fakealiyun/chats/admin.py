"""The chats behind a server, steered from outside the process: robots, messages, faults, time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, get_args

from fakealiyun.admin import Options, answered, moved
from fakealiyun.chats.faults import ChatFaultKind
from fakealiyun.chats.group import Chats
from fakealiyun.chats.robots import KINDS, Robot
from fakealiyun.wire.answers import Answer

#: What `Chats.fail` takes beside the robot, and as what.
_FAULT_OPTIONS: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "status": (int,),
    "seconds": (int, float),
    "times": (int, type(None)),
    "carried_out": (bool,),
}


class ChatAdmin:
    """Answers of the admin paths.

    ========================== ====================================================================
    ``GET  /robots``           the robots with their addresses and secrets
    ``POST /robots``           ``{"name": "oncall", "kind": "dingtalk", …}``, as `Chats.add` takes it
    ``GET  /messages``         what ``?robot=dingtalk`` received and refused, from the number ``?since=``
    ``POST /faults``           ``{"robot": "slack", "kind": "error", …}``, as `Chats.fail` takes it
    ``DELETE /faults``         no more faults
    ``GET  /clock``            the time of the chats
    ``POST /clock``            ``{"advance": seconds}`` or ``{"set": "2026-03-01T08:00:00Z"}``
    ``POST /reset``            forget messages and faults; robots stay
    ========================== ====================================================================
    """

    def __init__(self, chats: Chats, url: Callable[[str], str]) -> None:
        self._chats = chats
        self._url = url
        self._paths: dict[tuple[str, str], Callable[[Options], Any]] = {
            ("GET", "/robots"): self._robots,
            ("POST", "/robots"): self._add,
            ("GET", "/messages"): self._messages,
            ("POST", "/faults"): self._fail,
            ("DELETE", "/faults"): self._heal,
            ("GET", "/clock"): self._time,
            ("POST", "/clock"): self._move,
            ("POST", "/reset"): self._reset,
        }

    def answer(self, method: str, path: str, query: str, body: bytes) -> Answer:
        """Answer one request below the admin path; mistakes in it give a 4xx with ``{"error": …}``."""
        return answered(self._paths, method, path, query, body)

    def _robots(self, _: Options) -> Any:
        return {robot.name: self._shown(robot) for robot in self._chats.robots}

    def _add(self, options: Options) -> Any:
        match options:
            case {"name": str(name), "kind": str(kind), **rest} if kind in KINDS:
                lists = {option: tuple(map(str, rest.get(option, ()))) for option in ("keywords", "sources")}
                return self._shown(self._chats.add(name, kind, secret=rest.get("secret"), **lists))
        raise ValueError(f"A robot has a name, and a kind: one of {', '.join(KINDS)}.")

    def _shown(self, robot: Robot) -> dict[str, Any]:
        return {"kind": robot.kind, "url": self._url(robot.name), "secret": robot.secret}

    def _messages(self, options: Options) -> Any:
        robot, since = self._named(options), str(options.get("since", 0))
        if not since.isdecimal():
            raise ValueError(f"since is the number of a message, not {since!r}.")
        return {
            "received": [asdict(one) for one in robot.received[int(since) :]],
            "next": len(robot.received),
            "refused": [asdict(one) for one in robot.refused],
        }

    def _named(self, options: Options) -> Robot:
        name = str(options.get("robot", ""))
        try:
            return self._chats.robot(name)
        except KeyError:
            names = ", ".join(robot.name for robot in self._chats.robots)
            raise ValueError(f"robot is one of {names}.") from None

    def _fail(self, options: Options) -> Any:
        asked = {name: value for name, value in options.items() if name != "robot"}
        if not asked.keys() <= _FAULT_OPTIONS.keys():
            raise ValueError(f"A fault may have robot, {', '.join(sorted(_FAULT_OPTIONS))}.")
        for name, value in asked.items():
            if not isinstance(value, _FAULT_OPTIONS[name]):
                raise ValueError(f"{name} of a fault is not {value!r}.")
        if asked.get("kind", "error") not in get_args(ChatFaultKind):
            raise ValueError(f"A fault is one of {', '.join(get_args(ChatFaultKind))}.")
        self._chats.fail(str(options.get("robot", "*")), **asked)
        return {}

    def _heal(self, _: Options) -> Any:
        self._chats.heal()
        return {}

    def _time(self, _: Options) -> Any:
        return {"now": self._chats.clock.text()}

    def _move(self, options: Options) -> Any:
        moved(self._chats.clock, options)
        return self._time(options)

    def _reset(self, _: Options) -> Any:
        self._chats.reset()
        return {}
