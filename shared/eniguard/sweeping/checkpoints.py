"""How far each account and region was looked up, in the state store."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from eniguard.errors import StateError
from eniguard.state import Store
from eniguard.sweeping.parts import Place

_encode = msgspec.json.Encoder().encode


class Checkpoint(Struct, frozen=True, gc=False):
    """How far a place was looked up; all times are in seconds since 1970 (UTC).

    Attributes
    ----------
    until
        All events up to here are handled, the late ones among them.
    reached, end
        An open window: its events up to ``reached`` are handled, and it goes to ``end``; ``None`` when no
        window is open.
    """

    until: float
    reached: float | None = None
    end: float | None = None

    @property
    def handled(self) -> float:
        """The newest time up to which events were seen."""
        return self.until if self.reached is None else max(self.until, self.reached)


_decode = msgspec.json.Decoder(Checkpoint).decode


class Held(Struct, frozen=True, gc=False):
    """A checkpoint as it stands in the store."""

    checkpoint: Checkpoint
    version: str


class Checkpoints:
    """The checkpoints of all places.

    Parameters
    ----------
    store
        Where they are kept. Every method raises `StateError` when it did not do what was asked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, place: Place) -> Held | None:
        """The checkpoint of a place; ``None`` before its first sweep."""
        item = self._store.get(_key(place))
        if item is None:
            return None
        try:
            return Held(_decode(item.value), item.version)
        except msgspec.MsgspecError as error:
            raise StateError(
                f"{item.key} is no checkpoint of this version ({error}); remove it to begin anew"
            ) from None

    def create(self, place: Place, checkpoint: Checkpoint) -> Held | None:
        """Put the first checkpoint of a place; ``None`` when another sweep did."""
        item = self._store.create(_key(place), _encode(checkpoint))
        return None if item is None else Held(checkpoint, item.version)

    def move(self, place: Place, held: Held, checkpoint: Checkpoint) -> Held | None:
        """Put a checkpoint in the place of the one that is held; ``None`` when another sweep moved it."""
        item = self._store.replace(_key(place), _encode(checkpoint), version=held.version)
        return None if item is None else Held(checkpoint, item.version)


def _key(place: Place) -> str:
    return f"lookup/{place.account}/{place.region}"
