"""The state store on Redis, or on what speaks its protocol, such as Tair."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from redis import Redis

from eniguard.model import History, Observation
from eniguard.state.redis import scripts
from eniguard.state.redis.connecting import PREFIX, TIMEOUT, connected, told
from eniguard.state.store import Due, Item
from eniguard.state.texts import SERIES_KEPT, digest, raw, taken, text, unpacked

#: Milliseconds that Redis keeps what has expired: callers' clocks decide, and Redis' own must not be ahead.
_BEYOND_EXPIRY = 3_600_000
#: Milliseconds in which a call whose answer was lost is sent again.
_TOKEN_KEPT = 60_000
#: A time before every clock's.
_LONG_AGO = 0.0


class RedisStore:
    """State in a Redis that any number of functions may share.

    Parameters
    ----------
    client
        A client that gives bytes; `at` makes one for a url.
    clock
        Gives seconds since 1970 (UTC).
    prefix
        What every key begins with.
    timeout
        What ``client`` waits for an answer, in seconds; for messages only.

    Examples
    --------
    ::

        store = RedisStore.at("redis://127.0.0.1:6379/0")
        store.create("event-1", b"in progress", ttl=60)
    """

    def __init__(
        self,
        client: Redis,
        *,
        clock: Callable[[], float] = time.time,
        prefix: str = PREFIX,
        timeout: float = TIMEOUT,
    ) -> None:
        self._client = client
        self._clock = clock
        self._prefix = raw(prefix)
        self._timeout = timeout

    @classmethod
    def at(cls, url: str, *, clock: Callable[[], float] = time.time, timeout: float = TIMEOUT) -> RedisStore:
        """The store at a ``redis://`` or ``rediss://`` url; nothing is sent yet.

        Raises
        ------
        ConfigError
            The url is wrong.
        """
        client, prefix = connected(url, timeout)
        return cls(client, clock=clock, prefix=prefix, timeout=timeout)

    def get(self, key: str) -> Item | None:
        """The item under ``key``; ``None`` when there is none."""
        with told(self._timeout):
            found: Any = self._client.hmget(self._item(key), ["v", "n", "e"])
        value, version, expires = found
        until = None if expires is None else float(expires)
        if version is None or (until is not None and until <= self._clock()):
            return None
        return Item(key, value, version.decode(), until)

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Item | None:
        """Put an item where there is none; ``None`` when there is one already."""
        now = self._clock()
        item = _made(key, value, now, ttl)
        return item if self._run(scripts.CREATE, [self._item(key)], *_written(item, now)) else None

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Item | None:
        """Put an item in the place of the one of ``version``; ``None`` when that one is gone."""
        now = self._clock()
        item = _made(key, value, now, ttl)
        return item if self._run(scripts.REPLACE, [self._item(key)], *_written(item, now), version) else None

    def delete(self, key: str, *, version: str) -> bool:
        """Remove the item of ``version``; whether it was there."""
        now = self._clock()
        gone = Item(key, b"", uuid4().hex, _LONG_AGO)
        return bool(self._run(scripts.REPLACE, [self._item(key)], *_written(gone, now), version))

    def observe(self, observations: Iterable[Observation]) -> dict[str, History]:
        """Set marks and give back what their series then hold, in one round trip."""
        marks, now = tuple(observations), self._clock()
        with told(self._timeout):
            pipe = self._client.pipeline(transaction=False)
            for mark in marks:
                keys = self._keys("s", mark.series, "head", "marks", "ages", "values")
                pipe.eval(scripts.OBSERVE, len(keys), *keys, *_marked(mark, now))
            answers = pipe.execute()
        return {mark.series: unpacked(answer) for mark, answer in zip(marks, answers, strict=True)}

    def schedule(self, queue: str, member: str, at: float, value: bytes = b"") -> None:
        """Put a member into a queue, or move it."""
        keys = self._keys("q", queue, "times", "values")
        self._run(scripts.SCHEDULE, keys, raw(member), _number(at), taken(value, member))

    def due(self, queue: str, now: float, limit: int = 100) -> list[Due]:
        """What is due by ``now``, the oldest first."""
        found = self._run(scripts.DUE, self._keys("q", queue, "times", "values"), _number(now), limit)
        return [
            Due(text(member), float(at), value)
            for member, at, value in zip(found[::3], found[1::3], found[2::3], strict=True)
        ]

    def unschedule(self, queue: str, member: str, *, at: float) -> bool:
        """Take a member out of a queue if it is still due at ``at``; whether it was."""
        keys = self._keys("q", queue, "times", "values", uuid4().hex)
        return bool(self._run(scripts.UNSCHEDULE, keys, raw(member), _number(at), _TOKEN_KEPT))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _run(self, script: str, keys: list[bytes], *arguments: bytes | str | int) -> Any:
        with told(self._timeout):
            return self._client.eval(script, len(keys), *keys, *arguments)

    def _item(self, key: str) -> bytes:
        return self._prefix + b"i:" + raw(key)

    def _keys(self, kind: str, name: str, *parts: str) -> list[bytes]:
        stem = f"{kind}:{{{digest(name)}}}:"
        return [self._prefix + f"{stem}{part}".encode() for part in parts]


def _made(key: str, value: bytes, now: float, ttl: float | None) -> Item:
    return Item(key, taken(value, key), uuid4().hex, None if ttl is None else now + ttl)


def _written(item: Item, now: float) -> tuple[str, str, bytes, str, str]:
    if item.expires is None:
        return _number(now), item.version, item.value, "", ""
    left = max(0.0, item.expires - now) * 1000
    return _number(now), item.version, item.value, _number(item.expires), f"{left + _BEYOND_EXPIRY:.0f}"


def _marked(mark: Observation, now: float) -> tuple[bytes | str | int, ...]:
    return (
        _number(now),
        raw(mark.member),
        digest(mark.value),
        raw(mark.value),
        _number(mark.at),
        _number(mark.window),
        mark.most,
        _number(now + mark.window + SERIES_KEPT),
        _BEYOND_EXPIRY,
    )


def _number(number: float) -> str:
    return repr(float(number))
