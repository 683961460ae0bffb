"""Faults on demand: error codes, time-outs, broken connections, cut bodies, slow answers, stale reads."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from typing import Literal

from fakealiyun.errors import ApiError
from fakealiyun.region import Region
from fakealiyun.services import reads

FaultKind = Literal["error", "timeout", "reset", "truncated", "slow", "stale"]


@dataclass
class Fault:
    """One fault and how often it still strikes.

    Attributes
    ----------
    kind, error
        What happens; ``error`` is the answer of the kind ``error``.
    seconds
        How long an answer is held back (``slow``), or the silence before a ``timeout`` of the server.
    times
        How many calls it still strikes; ``None`` for all.
    carried_out
        Whether a call that gets no answer was carried out all the same.
    """

    kind: FaultKind
    error: ApiError | None = None
    seconds: float = 0.0
    times: int | None = 1
    carried_out: bool = False

    @property
    def drops(self) -> bool:
        """Whether the call gets no answer."""
        return self.kind in ("timeout", "reset")


class Faults:
    """The faults of one cloud, in the order in which they were asked for.

    A pattern is an action (``ecs:DescribeNetworkInterfaces``), all of a service (``ecs:*``) or all (``*``).
    """

    def __init__(self) -> None:
        self._faults: list[tuple[str, Fault]] = []
        self._before: dict[tuple[str, str], Region] = {}
        self._lock = threading.Lock()

    def add(self, pattern: str, fault: Fault) -> None:
        """Let calls of an action fail."""
        with self._lock:
            self._faults.append((pattern, fault))

    def clear(self) -> None:
        """Let nothing fail any more."""
        with self._lock:
            self._faults.clear()
            self._before.clear()

    def strike(self, action: str, region: Region) -> Fault | None:
        """The fault that strikes this call, if any; counts it."""
        if not self._faults:
            return None
        with self._lock:
            for pattern, fault in self._faults:
                if fault.times == 0 or not _covers(pattern, action):
                    continue
                if fault.kind == "stale" and not (reads(action) and _key(region) in self._before):
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def remember(self, action: str, region: Region) -> None:
        """Keep the state of a region as it is before a write, while a stale read is still to come."""
        if reads(action) or not self._faults:
            return
        with self._lock:
            if any(fault.kind == "stale" and fault.times != 0 for _, fault in self._faults):
                self._before[_key(region)] = copy.deepcopy(region)

    def before(self, region: Region) -> Region:
        """The state of a region before its last write."""
        return self._before[_key(region)]


def _covers(pattern: str, action: str) -> bool:
    return pattern in ("*", action, f"{action.partition(':')[0]}:*")


def _key(region: Region) -> tuple[str, str]:
    return region.account.id, region.id
