"""A part of a store: what is kept in it begins with a prefix, which its users do not see."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from eniguard.model import History, Observation
from eniguard.state.store import Due, Item, Store


class PrefixedStore:
    """The part of a store whose keys, queues and series begin with a prefix.

    Parameters
    ----------
    store
        All of it; `close` closes it.
    prefix
        What the names begin with.
    """

    def __init__(self, store: Store, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def get(self, key: str) -> Item | None:
        """The item under ``key``; ``None`` when there is none."""
        return self._seen(self._store.get(self._prefix + key))

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Item | None:
        """Put an item where there is none; ``None`` when there is one already."""
        return self._seen(self._store.create(self._prefix + key, value, ttl=ttl))

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Item | None:
        """Put an item in the place of the one of ``version``; ``None`` when that one is gone."""
        return self._seen(self._store.replace(self._prefix + key, value, version=version, ttl=ttl))

    def delete(self, key: str, *, version: str) -> bool:
        """Remove the item of ``version``; whether it was there."""
        return self._store.delete(self._prefix + key, version=version)

    def observe(self, observations: Iterable[Observation]) -> dict[str, History]:
        """Set marks, and give back what their series then hold."""
        marks = [msgspec.structs.replace(one, series=self._prefix + one.series) for one in observations]
        held = self._store.observe(marks)
        return {series.removeprefix(self._prefix): history for series, history in held.items()}

    def schedule(self, queue: str, member: str, at: float, value: bytes = b"") -> None:
        """Put a member into a queue, or move it."""
        self._store.schedule(self._prefix + queue, member, at, value)

    def due(self, queue: str, now: float, limit: int = 100) -> list[Due]:
        """What is due by ``now``, the oldest first."""
        return self._store.due(self._prefix + queue, now, limit)

    def unschedule(self, queue: str, member: str, *, at: float) -> bool:
        """Take a member out of a queue if it is still due at ``at``; whether it was."""
        return self._store.unschedule(self._prefix + queue, member, at=at)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _seen(self, item: Item | None) -> Item | None:
        if item is None:
            return None
        return msgspec.structs.replace(item, key=item.key.removeprefix(self._prefix))
