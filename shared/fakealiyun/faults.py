"""Faults on demand: error codes, time-outs, broken connections, cut bodies, slow answers, stale reads."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from fakealiyun.errors import ApiError

FaultKind = Literal["error", "timeout", "reset", "truncated", "slow", "stale"]


@dataclass
class Fault:
    """One fault and how often it still strikes; ``times`` is ``None`` for always."""

    kind: FaultKind
    error: ApiError | None = None
    seconds: float = 0.0
    times: int | None = 1


class Faults:
    """The faults of one cloud, by action (``ecs:DescribeNetworkInterfaces``; ``*`` is any action)."""

    def __init__(self) -> None:
        self._faults: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()

    def add(self, action: str, fault: Fault) -> None:
        """Let calls of an action fail."""
        with self._lock:
            self._faults.setdefault(action, []).append(fault)

    def clear(self) -> None:
        """Let nothing fail any more."""
        with self._lock:
            self._faults.clear()

    def strike(self, action: str) -> Fault | None:
        """The fault that strikes this call, if any; counts it."""
        with self._lock:
            for name in (action, "*"):
                waiting = self._faults.get(name, [])
                for fault in waiting:
                    if fault.times is None:
                        return fault
                    if fault.times > 0:
                        fault.times -= 1
                        return fault
        return None
