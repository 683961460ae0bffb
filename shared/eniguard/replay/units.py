"""Calls sorted into units that do not touch each other, each decided in event order.

A unit is one account and region: its journal and its windows know nothing of another's, so that units can be
decided in different processes with the same result.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.model import Decision
from eniguard.replay.order import ReorderWindow, Seen
from eniguard.replay.sequence import CallSequence, Watch
from eniguard.rules.registry import Registry
from eniguard.settings import Policy
from eniguard.sources.snapshot import Snapshot

#: The place of a result in the output: the arrival that let it out, its event time, its own position.
Place = tuple[int, float, int]
#: Stands for the arrival that lets out what the end of the input lets out.
END = 1 << 62


class Arrived(Struct, frozen=True, gc=False):
    """One call with where it was read and what it is decided with; ``alone`` marks a case of its own."""

    call: Call
    path: str
    index: int
    position: int
    snapshot: Snapshot | None
    alone: bool = False


class Due(Struct, frozen=True, gc=False):
    """One call that is to be decided now: by which sequence, and the position that let it out."""

    sequence: CallSequence
    arrived: Arrived
    let_out_by: int
    late: bool


class Result(Struct, frozen=True, gc=False):
    """One decision with its place in the output."""

    place: Place
    arrived: Arrived
    decision: Decision


class Units:
    """Every unit of one replay, or of one process's share of it.

    Parameters
    ----------
    policy, registry, watch
        As for `CallSequence`.
    """

    def __init__(self, policy: Policy, registry: Registry, watch: Watch | None = None) -> None:
        self._policy = policy
        self._registry = registry
        self._watch = watch
        self._units: dict[tuple[str | None, str], _Unit] = {}
        self._seen = Seen()
        #: How many arrivals had an event id that had arrived before.
        self.duplicates = 0

    def arrive(self, arrivals: Iterable[Arrived]) -> list[Due]:
        """What arrivals let out, to be decided in this order; duplicates are counted and left out."""
        due: list[Due] = []
        units, is_new = self._units, self._seen.add
        for arrived in arrivals:
            call, position = arrived.call, arrived.position
            if not is_new(call.event_id):
                self.duplicates += 1
                continue
            key = (call.account_id, call.region)
            unit = units.get(key)
            if unit is None:
                unit = units[key] = _Unit(self._policy, self._registry, self._watch)
            for one, late in unit.window.arrive(call.at, position, arrived):
                due.append(Due(unit.sequence, one, position, late))
        return due

    def flush(self) -> Iterator[Result]:
        """The decisions on everything still held, in event order across all units."""
        return heapq.merge(*(unit.flush() for unit in self._units.values()), key=lambda result: result.place)


class _Unit:
    """One account and region."""

    __slots__ = ("sequence", "window")

    def __init__(self, policy: Policy, registry: Registry, watch: Watch | None) -> None:
        self.sequence = CallSequence(policy, registry, watch)
        self.window: ReorderWindow[Arrived] = ReorderWindow()

    def flush(self) -> Iterator[Result]:
        for _, _, one in self.window.flush():
            yield decided(Due(self.sequence, one, END, late=False))


def decided(due: Due) -> Result:
    """Decide what is due."""
    one = due.arrived
    decision = due.sequence.decide(one.call, one.snapshot).decision
    if due.late:
        decision = replace(decision, late=True)
    return Result((due.let_out_by, one.call.at, one.position), one, decision)


def share_of(call: Call, shares: int) -> int:
    """Which of ``shares`` processes decides the unit of a call; the same in every process."""
    return share_of_text(f"{call.account_id}/{call.region}", shares)


def share_of_text(text: str, shares: int) -> int:
    """Which of ``shares`` processes a text falls to; the same in every process."""
    return crc32(text.encode("utf-8", "surrogateescape")) % shares
