"""Sets of integers as sorted intervals that do not touch: ports and addresses alike."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

#: First and last member of an interval.
Span = tuple[int, int]
#: A set: its intervals in order, no two of which overlap or touch.
Spans = tuple[Span, ...]

NOTHING: Spans = ()


def merged(pieces: Iterable[Span]) -> Spans:
    """The set of all members of some intervals, in whatever order they come."""
    found: list[Span] = []
    for first, last in sorted(pieces):
        if found and first <= found[-1][1] + 1:
            if last > found[-1][1]:
                found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)


def union(sets: Iterable[Spans]) -> Spans:
    """The members of any of the sets."""
    return merged(chain.from_iterable(sets))


def meet(one: Spans, other: Spans) -> Spans:
    """The members of both sets."""
    found: list[Span] = []
    here = there = 0
    while here < len(one) and there < len(other):
        first = max(one[here][0], other[there][0])
        last = min(one[here][1], other[there][1])
        if first <= last:
            found.append((first, last))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return tuple(found)


def minus(one: Spans, other: Spans) -> Spans:
    """The members of the first set that are not in the second."""
    found: list[Span] = []
    place = 0
    for first, last in one:
        while place < len(other) and other[place][1] < first:
            place += 1
        ahead = place
        while ahead < len(other) and other[ahead][0] <= last:
            if first < other[ahead][0]:
                found.append((first, other[ahead][0] - 1))
            first = other[ahead][1] + 1
            ahead += 1
        if first <= last:
            found.append((first, last))
    return tuple(found)


def size(one: Spans) -> int:
    """How many members a set has."""
    return sum([last - first + 1 for first, last in one])


def holds(one: Spans, member: int) -> bool:
    """Whether a set has a member."""
    return any(first <= member <= last for first, last in one)


def covers(one: Spans, other: Spans) -> bool:
    """Whether a set has every member of another."""
    return not minus(other, one)
