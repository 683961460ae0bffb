"""State snapshots: what the describe calls returned at one moment, kept in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.errors import InputError
from eniguard.events.times import parsed
from eniguard.facts.items import KINDS, ItemError, item_id, read_item
from eniguard.facts.kinds import AnyResource
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.facts.state import related
from eniguard.model.kinds import INSTANCE_TYPE, ROLE

#: Kinds that belong to no region, or are the same in all of them.
_REGIONLESS = frozenset((ROLE, INSTANCE_TYPE))


class SnapshotFile(Struct, forbid_unknown_fields=True):
    """The file as it stands; an item is what the API returns for one resource."""

    schema: int
    captured_at: str
    account_id: str
    region: str
    resources: dict[str, list[dict[str, Any]]]


class Snapshot:
    """One state snapshot of one account and region.

    By id, what the file does not list is Unknown. By relation, a kind that the file lists (even as ``[]``) is
    complete.

    Raises
    ------
    InputError
        The file is not a state snapshot, names an unknown kind, or holds an item without its id.
    """

    def __init__(self, data: bytes, *, path: str) -> None:
        self.path = path
        file = _read(data, path)
        self.account_id = file.account_id
        self.region = file.region
        self.captured_at = file.captured_at
        self.as_of = _captured_at(file.captured_at, path)
        self._items: dict[str, dict[str, dict[str, Any]]] = {
            kind: _by_id(kind, items, path) for kind, items in file.resources.items()
        }
        self._typed: dict[tuple[str, str], AnyResource] = {}
        self._listings: dict[tuple[str, str], dict[str, list[str]]] = {}

    def holds(self, ref: Ref) -> bool:
        """Whether the reference is of the account and region of this snapshot."""
        return ref.account in ("", self.account_id) and (ref.region == self.region or ref.kind in _REGIONLESS)

    def resource(self, kind: str, resource_id: str) -> AnyResource | None:
        """One resource, or ``None`` when the file does not list it."""
        found = self._typed.get((kind, resource_id))
        if found is None:
            item = self._items.get(kind, {}).get(resource_id)
            if item is None:
                return None
            found = self._typed[(kind, resource_id)] = self._read(kind, item)
        return found

    def listing(self, ref: Ref) -> tuple[AnyResource, ...] | None:
        """All resources of a relation, or ``None`` when the file does not list the kind."""
        if ref.kind not in self._items:
            return None
        key = (ref.kind, ref.by)
        if key not in self._listings:
            self._listings[key] = self._index(ref.kind, ref.by)
        ids = self._listings[key].get(ref.value, ())
        return tuple(found for one in ids if (found := self.resource(ref.kind, one)) is not None)

    def fact(self, ref: Ref) -> Fact | None:
        """The fact behind a reference, or ``None`` when this snapshot cannot tell."""
        if not self.holds(ref):
            return None
        value = self.resource(ref.kind, ref.value) if ref.by == "id" else self.listing(ref)
        return None if value is None else Fact(value, "snapshot", self.as_of)

    def kinds(self) -> Sequence[str]:
        """The kinds the file lists."""
        return tuple(self._items)

    def _read(self, kind: str, item: dict[str, Any]) -> AnyResource:
        try:
            return read_item(kind, item)
        except ItemError as error:
            raise InputError(f"{item_id(kind, item)}: {error}", path=self.path) from None

    def _index(self, kind: str, by: str) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for resource_id in self._items[kind]:
            resource = self.resource(kind, resource_id)
            for value in () if resource is None else relation_values(resource, by):
                index.setdefault(value, []).append(resource_id)
        return index


def relation_values(resource: AnyResource, by: str) -> tuple[str, ...]:
    """The values under which a resource stands in the listings of a relation."""
    if by == "managed":
        return ("true",) if related(resource, "managed", "true") else ()
    if by == "security_group":
        return tuple(getattr(resource, "security_group_ids", None) or ())
    field = {"ipv6_bandwidth": "bandwidth_id"}.get(by, f"{by}_id")
    value = getattr(resource, field, None)
    return (value,) if value else ()


def why_unknown(ref: Ref, snapshot: Snapshot | None) -> Unknown:
    """The reason why the snapshot has no such fact."""
    if snapshot is None:
        return Unknown("no state snapshot was given")
    if not snapshot.holds(ref):
        return Unknown(f"the state snapshot is of account {snapshot.account_id} in {snapshot.region}")
    if ref.by == "id":
        return Unknown("the state snapshot does not list it")
    return Unknown(f"the state snapshot has no listing of {ref.kind}")


def _read(data: bytes, path: str) -> SnapshotFile:
    try:
        file = msgspec.json.decode(data, type=SnapshotFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not a state snapshot: {error}", path=path) from None
    if file.schema != 1:
        raise InputError(f"state snapshot of schema {file.schema}; this version reads schema 1", path=path)
    for kind in file.resources:
        if kind not in KINDS:
            near = get_close_matches(kind, KINDS, n=1, cutoff=0.0)[0]
            valid = ", ".join(KINDS)
            raise InputError(f"unknown kind {kind!r}; did you mean {near}? Valid: {valid}", path=path)
    return file


def _captured_at(text: str, path: str) -> float:
    try:
        return parsed(text)[1]
    except ValueError:
        raise InputError(f"captured_at {text!r} is not a time like 2026-01-31T08:00:00Z", path=path) from None


def _by_id(kind: str, items: Sequence[Mapping[str, Any]], path: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for position, item in enumerate(items):
        try:
            found[item_id(kind, item)] = dict(item)
        except ItemError as error:
            raise InputError(f"resources.{kind}[{position}]: {error}", path=path) from None
    return found
