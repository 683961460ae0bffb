"""Prefix lists and port lists: named sets of blocks or ports that rules refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

Family = Literal[4, 6]


@dataclass
class PrefixList:
    """A set of blocks of one IP family; ``entries`` are blocks with their descriptions."""

    id: str
    name: str
    family: Family
    max_entries: int
    created_at: datetime
    description: str = ""
    resource_group_id: str = ""
    entries: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class PortRangeList:
    """A set of port ranges; ``entries`` are ranges (``80/80``) with their descriptions."""

    id: str
    name: str
    max_entries: int
    created_at: datetime
    description: str = ""
    resource_group_id: str = ""
    entries: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


AnyList = TypeVar("AnyList", PrefixList, PortRangeList)


class ListsOfKind(Generic[AnyList]):
    """The lists of one kind by id, in the order they were made."""

    def __init__(self) -> None:
        self._lists: dict[str, AnyList] = {}

    def find(self, list_id: str) -> AnyList | None:
        """A list, or ``None``."""
        return self._lists.get(list_id)

    def get(self, list_id: str) -> AnyList:
        """A list that is there."""
        return self._lists[list_id]

    def all(self) -> list[AnyList]:
        """Every list."""
        return list(self._lists.values())

    def add(self, new: AnyList) -> None:
        """Have a new list."""
        self._lists[new.id] = new

    def remove(self, list_id: str) -> None:
        """Drop a list."""
        del self._lists[list_id]


class Lists:
    """The prefix lists and port lists of one region."""

    def __init__(self) -> None:
        self.prefixes: ListsOfKind[PrefixList] = ListsOfKind()
        self.ports: ListsOfKind[PortRangeList] = ListsOfKind()
