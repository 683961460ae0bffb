"""Turns: what is done every so often, however often the sweep runs, and by one sweep only."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from eniguard.state import Item, Store


class Turns:
    """When things were done the last time.

    Parameters
    ----------
    store
        Keeps it. Every method raises `StateError` when it did not do what was asked.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    def last(self, name: str) -> float | None:
        """When it was done the last time, in seconds since 1970 (UTC); ``None`` if it never was."""
        item = self._store.get(_key(name))
        return None if item is None else msgspec.json.decode(item.value, type=float)

    def is_due(self, name: str, every: float) -> bool:
        """Whether so many seconds have passed since the last time."""
        last = self.last(name)
        return last is None or self._clock() - last >= every

    def done(self, name: str) -> None:
        """Note that it was done now."""
        self._put(name, self._store.get(_key(name)))

    def take(self, name: str, every: float) -> bool:
        """Take a turn before it is used: of several sweeps at once, one has it."""
        item = self._store.get(_key(name))
        if item is not None and self._clock() - msgspec.json.decode(item.value, type=float) < every:
            return False
        return self._put(name, item)

    def _put(self, name: str, item: Item | None) -> bool:
        key, now = _key(name), msgspec.json.encode(self._clock())
        if item is None:
            return self._store.create(key, now) is not None
        return self._store.replace(key, now, version=item.version) is not None


def _key(name: str) -> str:
    return f"turn/{name}"
