"""A store that dies before or after one of its writes, as a process does that is killed there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eniguard.state import Store

WRITES = ("create", "replace", "delete", "schedule", "unschedule")


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


class MortalStore:
    """The store, up to its ``number``-th write (from 0)."""

    def __init__(
        self, store: Store, number: int, *, after: bool, error: type[BaseException] = Killed
    ) -> None:
        self._store = store
        self._left = number
        self._after = after
        self._error = error
        self.died = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        return self._counted(method) if name in WRITES else method

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def write(*arguments: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left != -1:
                return method(*arguments, **options)
            self.died = True
            if self._after:
                method(*arguments, **options)
            raise self._error("killed at a write")

        return write
