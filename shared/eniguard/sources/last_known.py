"""Last-known copies: what look-ups found, kept in the state store for later events and other instances."""

from __future__ import annotations

from typing import Protocol

import msgspec
from msgspec import Raw, Struct

from eniguard.errors import StateError
from eniguard.facts.kinds import (
    AnyResource,
    CidrList,
    CidrReservation,
    Eip,
    Eni,
    Instance,
    InstanceType,
    Ipv6Address,
    Role,
    SecurityGroup,
    Vpc,
    VSwitch,
)
from eniguard.facts.refs import Fact, Ref
from eniguard.model import kinds as names

#: Seconds that a copy is kept after it was last seen: a choice of this project.
_KEPT = 30 * 86_400.0
#: Seconds after which an unchanged copy is written again, so that it does not end.
_RENEWED = 86_400.0
#: Copies of one resource: the newest, and the one before it for calls from in between.
_COPIES = 2
#: What a store guarantees to take (docs/lookups.md, Copies).
MOST_BYTES = 64 * 1024

_CLASSES: dict[str, type[Struct]] = {
    names.ENI: Eni,
    names.SECURITY_GROUP: SecurityGroup,
    names.INSTANCE: Instance,
    names.INSTANCE_TYPE: InstanceType,
    names.VSWITCH: VSwitch,
    names.VPC: Vpc,
    names.CIDR_RESERVATION: CidrReservation,
    names.EIP: Eip,
    names.IPV6_ADDRESS: Ipv6Address,
    names.PREFIX_LIST: CidrList,
    names.PORT_RANGE_LIST: CidrList,
    names.ROLE: Role,
}


class StoredItem(Protocol):
    """A value in the store, and the version to replace it by."""

    @property
    def value(self) -> bytes: ...
    @property
    def version(self) -> str: ...


class CopyStore(Protocol):
    """The part of the state store that copies are kept in."""

    def get(self, key: str) -> StoredItem | None: ...
    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> StoredItem | None: ...
    def replace(
        self, key: str, value: bytes, *, version: str, ttl: float | None = None
    ) -> StoredItem | None: ...


class _Copy(Struct, frozen=True):
    as_of: float
    value: Raw


class _Record(Struct, frozen=True):
    """The copies of one resource, the newest first."""

    copies: tuple[_Copy, ...] = ()


class LastKnown:
    """Copies of single resources, each with the time it is of.

    A store that does not answer costs a copy, not the decision: the fact is then Unknown, or without its
    earlier side, and `failures` counts it.

    Parameters
    ----------
    store
        Where they are kept.

    Attributes
    ----------
    failures
        How often the store could not be asked.
    """

    def __init__(self, store: CopyStore) -> None:
        self.failures = 0
        self._store = store

    def known(self, ref: Ref) -> list[Fact]:
        """The copies of a resource, the newest first."""
        try:
            item = self._item(ref)
        except StateError:
            self.failures += 1
            return []
        return [] if item is None else _facts(ref.kind, item)

    def seen(self, ref: Ref, resource: AnyResource, as_of: float) -> list[Fact]:
        """Keep a copy of a resource, and give back those from before it, the newest first.

        One that is older than what is kept, or says the same, is not kept again.
        """
        if ref.kind not in _CLASSES or ref.by != "id":
            return []
        copy = _Copy(as_of, Raw(encoded(resource)))
        try:
            item = self._item(ref)
            self._write(_key(ref), item, copy)
        except StateError:
            self.failures += 1
            return []
        return [] if item is None else [one for one in _facts(ref.kind, item) if one.as_of < as_of]

    def _item(self, ref: Ref) -> StoredItem | None:
        return self._store.get(_key(ref)) if ref.kind in _CLASSES and ref.by == "id" else None

    def _write(self, key: str, item: StoredItem | None, copy: _Copy) -> None:
        """Write a copy; when somebody else writes at the same time, theirs is as good."""
        kept = () if item is None else _read(item.value).copies
        if kept and (kept[0].as_of >= copy.as_of or self._says_the_same(kept[0], copy)):
            return
        value = msgspec.json.encode(_Record((copy, *kept)[:_COPIES]))
        if len(value) > MOST_BYTES:
            return
        if item is None:
            self._store.create(key, value, ttl=_KEPT)
        else:
            self._store.replace(key, value, version=item.version, ttl=_KEPT)

    @staticmethod
    def _says_the_same(kept: _Copy, copy: _Copy) -> bool:
        return bytes(kept.value) == bytes(copy.value) and copy.as_of - kept.as_of < _RENEWED


def encoded(resource: AnyResource) -> bytes:
    """A resource as JSON, without what is not known of it."""
    fields = {name: value for name, value in msgspec.to_builtins(resource).items() if value is not None}
    return msgspec.json.encode(fields, order="sorted")


def decoded(value: Raw, kind: str) -> AnyResource | None:
    """The resource of a kind in JSON; ``None`` when another version wrote what this one cannot read."""
    try:
        found: AnyResource = msgspec.json.decode(value, type=_CLASSES[kind])  # type: ignore[assignment]
    except msgspec.MsgspecError:
        return None
    return found


def _facts(kind: str, item: StoredItem) -> list[Fact]:
    found = [(copy.as_of, decoded(copy.value, kind)) for copy in _read(item.value).copies]
    return [Fact(value, "last-known", as_of) for as_of, value in found if value is not None]


def _read(value: bytes) -> _Record:
    try:
        return msgspec.json.decode(value, type=_Record)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Record()


def _key(ref: Ref) -> str:
    return f"fact/{ref.account}/{ref.region}/{ref.kind}/{ref.value}"
