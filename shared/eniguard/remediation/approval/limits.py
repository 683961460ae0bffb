"""How often something may be done: counted in the store, over all instances of the function."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256

from msgspec import Struct

from eniguard.state import Store

#: How often a count is tried to be written that others write too: where they all fail, many are at it at
#: once.
_TRIES = 8


class Limit(Struct, frozen=True):
    """At most ``most`` times in ``window`` seconds."""

    name: str
    most: int
    window: float


#: Choices of this project: what a person does by hand stays far below.
VIEWS = Limit("view", 60, 60.0)
SIGN_INS = Limit("sign-in", 20, 600.0)
DECISIONS = Limit("decide", 20, 600.0)


class Limits:
    """Counts what is done, in windows that do not overlap.

    Parameters
    ----------
    store
        Where the counts are kept.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    def allow(self, limit: Limit, who: str) -> bool:
        """Count one more; whether it is still within the limit.

        ``who`` is kept as a hash: an address says who somebody is.
        """
        window = int(self._clock() // limit.window)
        key = f"approval/{limit.name}/{window}/{sha256(who.encode('utf-8', 'surrogatepass')).hexdigest()}"
        for _ in range(_TRIES):
            item = self._store.get(key)
            if item is None:
                if self._store.create(key, b"1", ttl=limit.window) is not None:
                    return True
                continue
            count = int(item.value)
            if count >= limit.most:
                return False
            following = b"%d" % (count + 1)
            if self._store.replace(key, following, version=item.version, ttl=limit.window) is not None:
                return True
        return False
