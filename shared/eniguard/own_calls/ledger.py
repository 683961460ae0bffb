"""The ledger: the request ids of the calls that the guard made itself."""

from __future__ import annotations

from eniguard.state import Store

#: Seconds that an entry is kept: as long as LookupEvents may bring the event of the call, and two days more
#: (docs/sources.md, Delivery).
KEPT = 92 * 86_400.0


class Ledger:
    """Request ids of the guard's own calls, in the state store.

    A call in the guard's role is the guard's own only if its request id stands here. The id comes with the
    answer: of a call whose answer was lost, or after which the process died at once, there is no entry, and
    its event looks like somebody else's.

    Parameters
    ----------
    store
        Where they are kept. Every method raises `StateError` when it did not do what was asked.

    Examples
    --------
    >>> from eniguard.state import open_store
    >>> ledger = Ledger(open_store("memory:"))
    >>> ledger.add("00000000-0000-4000-8000-000000000001")
    >>> "00000000-0000-4000-8000-000000000001" in ledger
    True
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, request_id: str) -> None:
        """Put in a call, by the request id of its answer."""
        self._store.create(_key(request_id), b"1", ttl=KEPT)

    def __contains__(self, request_id: object) -> bool:
        return isinstance(request_id, str) and self._store.get(_key(request_id)) is not None


def _key(request_id: str) -> str:
    return f"own_call/{request_id}"
