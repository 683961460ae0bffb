"""A store in memory that keeps to the protocol of versions, and can be down."""

from __future__ import annotations

from dataclasses import dataclass, field

from eniguard.errors import StateError


@dataclass(frozen=True)
class Item:
    value: bytes
    version: str


@dataclass
class MemoryStore:
    items: dict[str, Item] = field(default_factory=dict)
    down: bool = False
    asked: int = 0
    written: int = 0

    def get(self, key: str) -> Item | None:
        self._ask()
        return self.items.get(key)

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Item | None:
        self._ask()
        return None if key in self.items else self._put(key, value)

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Item | None:
        self._ask()
        kept = self.items.get(key)
        return self._put(key, value) if kept is not None and kept.version == version else None

    def _put(self, key: str, value: bytes) -> Item:
        self.written += 1
        made = self.items[key] = Item(value, str(self.written))
        return made

    def _ask(self) -> None:
        self.asked += 1
        if self.down:
            raise StateError("the store is down; look at its network")
