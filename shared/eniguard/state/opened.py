"""Which back end a url names."""

from __future__ import annotations

import time
from collections.abc import Callable

from eniguard.errors import ConfigError
from eniguard.state.store import Store

_SQLITE = "sqlite:///"


def open_store(url: str, *, clock: Callable[[], float] = time.time) -> Store:
    """Open the state store that a url names; only its back end is imported.

    Parameters
    ----------
    url
        ``memory:``, ``sqlite:///PATH`` (a fourth slash begins an absolute path), ``redis://HOST:PORT/NUMBER``
        or ``rediss://…`` (TLS), or ``tablestore://INSTANCE.REGION…``.
    clock
        Gives seconds since 1970 (UTC); it decides what has expired.

    Raises
    ------
    ConfigError
        The url names no back end, or one whose package is not installed.
    StateError
        The store cannot be opened.
    """
    scheme = url.partition(":")[0]
    if url == "memory:" or url.startswith(_SQLITE):
        from eniguard.state.sqlite import SqliteStore

        return SqliteStore(url.removeprefix(_SQLITE) if url != "memory:" else ":memory:", clock=clock)
    if scheme in ("redis", "rediss"):
        from eniguard.state.redis import RedisStore

        return RedisStore.at(url, clock=clock)
    if scheme == "tablestore":
        from eniguard.state.tablestore import TablestoreStore

        return TablestoreStore.at(url, clock=clock)
    raise ConfigError(
        f"no state store is named {scheme}: use memory:, sqlite:///PATH, redis://…, rediss://… or tablestore://…"
    )
