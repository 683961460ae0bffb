"""A store that breaks at one of its calls, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import pytest

from eniguard.state import Item, Store
from eniguard.toolkit import Idempotency

_Answer = TypeVar("_Answer")


class Killed(BaseException):
    """Stands for the end of the process: nothing that handles errors handles it."""


class Broken:
    """Passes calls on to a store, and raises at one of them: before it happens, or after.

    Parameters
    ----------
    store
        The store behind.
    at
        The call to break at, counted from 0.
    when
        Whether the call happens before the error.
    error
        What is raised. After `Killed` no call passes any more: a process that has ended makes none.
    """

    def __init__(
        self, store: Store, at: int | None, when: Literal["before", "after"], error: BaseException
    ) -> None:
        self._store = store
        self._at = at
        self._when = when
        self._error = error
        self._ended = False
        self.calls: list[str] = []

    def end(self) -> None:
        """End the process: no call passes any more."""
        self._ended = True
        raise self._error

    def get(self, key: str) -> Item | None:
        return self._passed("get", lambda: self._store.get(key))

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Item | None:
        return self._passed("create", lambda: self._store.create(key, value, ttl=ttl))

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Item | None:
        return self._passed("replace", lambda: self._store.replace(key, value, version=version, ttl=ttl))

    def delete(self, key: str, *, version: str) -> bool:
        return self._passed("delete", lambda: self._store.delete(key, version=version))

    def _passed(self, name: str, call: Callable[[], _Answer]) -> _Answer:
        number = len(self.calls)
        self.calls.append(name)
        if self._ended or (number == self._at and self._when == "before"):
            self._ended = isinstance(self._error, Killed)
            raise self._error
        answer = call()
        if number == self._at:
            self._ended = isinstance(self._error, Killed)
            raise self._error
        return answer


def left_by_a_crash(once: Callable[[Broken], Idempotency], store: Store, payload: str | None = None) -> None:
    """Work on ``e-1`` that was begun by a process that ended in the midst of it."""
    broken = Broken(store, None, "before", Killed())
    with pytest.raises(Killed):
        once(broken).run("e-1", broken.end, payload=payload)
    assert broken.calls[-1] == "delete"  # which did not pass


class Work:
    """Counts how often it is done."""

    def __init__(self, result: Any = "result") -> None:
        self.times = 0
        self._result = result

    def __call__(self) -> Any:
        self.times += 1
        return self._result
