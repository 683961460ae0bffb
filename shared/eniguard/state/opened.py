"""Which back end a url names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eniguard.errors import ConfigError
from eniguard.state.keys import Keys
from eniguard.state.store import Store

_MEMORY = "memory:"
_SQLITE = "sqlite:///"
_REDIS = ("redis://", "rediss://")
_TABLESTORE = "tablestore://"


def open_store(
    url: str, *, clock: Callable[[], float] = time.time, keys: Callable[[], Keys] | None = None
) -> Store:
    """Open the state store that a url names; only its back end is imported.

    Parameters
    ----------
    url
        ``memory:``, ``sqlite:///PATH`` (a fourth slash begins an absolute path), ``redis://HOST:PORT/NUMBER``
        or ``rediss://…`` (TLS), or ``tablestore://INSTANCE.REGION/TABLE``.
    clock
        Gives seconds since 1970 (UTC); it decides what has expired.
    keys
        Gives what signs requests to Tablestore; by default what the environment holds.

    Raises
    ------
    ConfigError
        The url names no back end, or one whose package is not installed.
    StateError
        The store cannot be opened.
    """
    if url == _MEMORY or url.startswith(_SQLITE):
        from eniguard.state.sqlite import IN_MEMORY, SqliteStore

        return SqliteStore(IN_MEMORY if url == _MEMORY else url.removeprefix(_SQLITE), clock=clock)
    if url.startswith(_REDIS):
        with _installed("redis"):
            from eniguard.state.redis import RedisStore
        return RedisStore.at(url, clock=clock)
    if url.startswith(_TABLESTORE):
        with _installed("tablestore"):
            from eniguard.state.tablestore import TablestoreStore
        return TablestoreStore.at(url, clock=clock, keys=keys)
    raise ConfigError(
        "the url of the state store names none: use memory:, sqlite:///PATH, redis://…, rediss://… or tablestore://…"
    )


@contextmanager
def _installed(extra: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the {extra} store needs the package {error.name}: install eniguard[{extra}]"
        ) from error
