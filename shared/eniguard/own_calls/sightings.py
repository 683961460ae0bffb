"""When the canary was last seen by each way: the sweep calls, and notes by which ways the event of it came.

The canary is one harmless call of the guard itself; a way that does not bring its event brings no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import msgspec
from msgspec import Struct

from eniguard.errors import StateError
from eniguard.settings import CanaryWay
from eniguard.state.store import Store

#: The ways that an event can come by itself.
CANARY_WAYS: tuple[CanaryWay, ...] = get_args(CanaryWay)
#: What its keys begin with; the way follows.
_KEY = "canary/seen/"
#: How often a mark is put where another instance puts one between two looks.
_ATTEMPTS = 5


class Seen(Struct, frozen=True, gc=False):
    """One sighting: when the call was made and when its event came, in seconds since 1970 (UTC)."""

    called: float
    at: float


_decode = msgspec.json.Decoder(Seen).decode


def mark_seen(store: Store, way: CanaryWay, seen: Seen) -> None:
    """Note a sighting, unless a later call was seen by this way already.

    Raises
    ------
    StateError
        It was not noted.
    """
    key, value = _KEY + way, msgspec.json.encode(seen)
    for _ in range(_ATTEMPTS):
        if store.create(key, value) is not None:
            return
        item = store.get(key)
        if item is None:
            continue
        if _read(way, item.value).called >= seen.called:
            return
        if store.replace(key, value, version=item.version) is not None:
            return
    raise StateError(f"{key} was not written: others keep changing it; the next sweep tries again")


def last_seen(store: Store) -> Mapping[CanaryWay, Seen]:
    """The last sighting by each way that there was one by.

    Raises
    ------
    StateError
        The store does not answer, or holds something else there.
    """
    found: dict[CanaryWay, Seen] = {}
    for way in CANARY_WAYS:
        item = store.get(_KEY + way)
        if item is not None:
            found[way] = _read(way, item.value)
    return found


def _read(way: CanaryWay, value: bytes) -> Seen:
    try:
        return _decode(value)
    except msgspec.MsgspecError as error:
        raise StateError(
            f"{_KEY}{way} in the state store is no sighting that this version reads ({error}); remove it"
        ) from None
