"""What a store keeps of a piece of work, and what is asked of the store."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec
from msgspec import Raw, Struct

from eniguard.errors import StateError

#: The longest result that is kept, in bytes: every store takes values of 64 KB, and the record needs its own.
LONGEST_RESULT = 60_000


class Held(Protocol):
    """What a store holds under a key."""

    @property
    def value(self) -> bytes:
        """What was put there."""

    @property
    def version(self) -> str:
        """Which write it was."""


class KeyValueStore(Protocol):
    """What idempotency needs of a store; `eniguard.state.Store` has it."""

    def get(self, key: str) -> Held | None:
        """What is held; ``None`` if there is nothing, or it has expired."""

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Held | None:
        """Put a value where there is none; ``None`` if there is one."""

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Held | None:
        """Put a value in the place of this version; ``None`` if it is no longer there."""

    def delete(self, key: str, *, version: str) -> bool:
        """Remove this version; ``False`` if it is no longer there."""


class Record(Struct, frozen=True, gc=False, omit_defaults=True):
    """What the store keeps of a piece of work; ``until`` is when an unfinished one can be taken over."""

    status: Literal["in_progress", "done", "done_without_result"]
    owner: str
    payload: str | None = None
    until: float = 0.0
    result: Raw = Raw(b"null")


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Record).decode


def _record(value: bytes, place: str) -> Record:
    try:
        return _decode(value)
    except msgspec.DecodeError:
        raise StateError(f"{place} holds no record of a piece of work: delete it from the store") from None


def digest(payload: bytes | str | None) -> str | None:
    """What two payloads have in common only if they are the same."""
    if payload is None:
        return None
    import hashlib

    body = payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload
    return hashlib.sha256(body).hexdigest()


def in_json(result: Any) -> bytes | None:
    """The result as JSON; ``None`` if it has no such form, or is too long to be kept."""
    try:
        text = _encode(result)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return text if len(text) <= LONGEST_RESULT else None


class Records:
    """Records of pieces of work in a store, each under its place.

    A `StateError` leaves open whether a write happened: what stands there is then read back, and the owner in
    it tells whose write it is.
    """

    __slots__ = ("_kept", "_store")

    def __init__(self, store: KeyValueStore, kept: float) -> None:
        self._store = store
        self._kept = kept

    def read(self, place: str) -> tuple[Held, Record] | None:
        """What is held there, and the record in it."""
        held = self._store.get(place)
        return None if held is None else (held, _record(held.value, place))

    def create(self, place: str, record: Record) -> Held | None:
        """Put a record where there is none; ``None`` if there is one."""
        try:
            return self._store.create(place, _encode(record), ttl=self._kept)
        except StateError:
            there = self.read(place)
            if there is None:
                raise
            held, found = there
            return held if found.owner == record.owner else None

    def replace(self, place: str, record: Record, version: str) -> Held | None:
        """Put a record in the place of a version; ``None`` if that is no longer there."""
        try:
            return self._store.replace(place, _encode(record), version=version, ttl=self._kept)
        except StateError:
            there = self.read(place)
            if there is None:
                raise
            held, found = there
            if held.version == version:  # it was not written
                return self._store.replace(place, _encode(record), version=version, ttl=self._kept)
            return held if (found.owner, found.status) == (record.owner, record.status) else None

    def delete(self, place: str, version: str) -> None:
        """Remove the record of this version, if it is still there."""
        self._store.delete(place, version=version)
