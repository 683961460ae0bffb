"""The projects, logstores and shards of one account in one region."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime

from fakealiyun.log.groups import LogGroup

#: Cursors are counted from here, the number in the sample of a log trigger (docs/sources.md, Events).
_FIRST = 1529480209655978463


@dataclass(frozen=True)
class Written:
    """One log group and when the server took it (seconds since 1970)."""

    group: LogGroup
    at: int


@dataclass
class Shard:
    """One shard: log groups in the order they were written. A cursor is the place of one in it."""

    id: int
    written: list[Written] = field(default_factory=list)

    def cursor(self, place: int) -> str:
        """The cursor of a place, from 0 to one past the last."""
        return base64.b64encode(str(_FIRST + place).encode()).decode()

    def place(self, cursor: str) -> int | None:
        """The place of a cursor; ``None``: it is none of this shard."""
        try:
            place = int(base64.b64decode(cursor, validate=True)) - _FIRST
        except (binascii.Error, ValueError):
            return None
        return place if 0 <= place <= len(self.written) else None

    @property
    def end(self) -> str:
        """The cursor past the last log group."""
        return self.cursor(len(self.written))

    def since(self, moment: int) -> int:
        """The place of the first log group that was taken at a time or later."""
        return next((n for n, one in enumerate(self.written) if one.at >= moment), len(self.written))


@dataclass
class Logstore:
    """One logstore and the days that it keeps logs."""

    days: int
    created_at: datetime
    shards: list[Shard]
    turn: int = 0

    def write(self, group: LogGroup, now: datetime, shard: Shard | None = None) -> Shard:
        """Take a log group into a shard, else into each in turn."""
        taker = shard or self.shards[self.turn % len(self.shards)]
        self.turn += shard is None
        taker.written.append(Written(group, int(now.timestamp())))
        return taker


@dataclass
class LogState:
    """The logstores of each project."""

    projects: dict[str, dict[str, Logstore]] = field(default_factory=dict)
