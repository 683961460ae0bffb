"""State snapshots: what the describe calls returned at one moment, kept in a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.errors import InputError
from eniguard.events.times import parsed
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import KINDS, item_id, read_item
from eniguard.facts.kinds import AnyResource
from eniguard.facts.refs import GLOBAL, Fact, Ref, Unknown
from eniguard.facts.relations import Relation, relations_of
from eniguard.facts.view import View
from eniguard.model.kinds import INSTANCE_TYPE
from eniguard.nearest import nearest

#: Kinds that belong to no region, or are the same in all of them.
_REGIONLESS = GLOBAL | {INSTANCE_TYPE}
#: The resources of one kind by their ids; each is an API item until somebody asks for it.
_Items = dict[str, "dict[str, Any] | AnyResource"]
_NO_ITEMS: _Items = {}
_NO_PROBLEMS: dict[str, str] = {}
_NO_ITEM = "the state snapshot does not list it"

_FORM = '{"schema": 1, "captured_at": "…", "account_id": "…", "region": "…", "resources": {KIND: [ITEM, …]}}'


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
    complete. Items are read when they are asked for; one that is not what the API returns is Unknown, and so
    is every listing of its kind.

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
        self._items: dict[str, _Items] = {
            kind: _by_id(kind, items, path) for kind, items in file.resources.items()
        }
        self._listings: dict[Ref, Fact] = {}
        self._members: dict[Relation, list[AnyResource]] = defaultdict(list)
        self._indexed: set[str] = set()
        #: What is wrong with the items that could not be read, by kind and id; they stay as they were.
        self._problems: dict[str, dict[str, str]] = {}
        #: Why the listings of a kind are not complete.
        self._incomplete: dict[str, str] = {}

    def resource(self, kind: str, resource_id: str) -> AnyResource | None:
        """One resource, or ``None`` when the file does not list it, or lists what cannot be read."""
        found = self._items.get(kind, _NO_ITEMS).get(resource_id)
        return self._read(kind, resource_id, found) if isinstance(found, dict) else found

    def ids(self, kind: str) -> Sequence[str]:
        """The ids of all items of a kind, also of those that cannot be read."""
        return tuple(self._items.get(kind, ()))

    def items(self, kind: str) -> dict[str, AnyResource | Unknown]:
        """What is known of each item of a kind, by its id."""
        return {resource_id: self._found(kind, resource_id) for resource_id in self.ids(kind)}

    def unreadable(self) -> Iterator[InputError]:
        """An error for each item that was asked for and could not be read."""
        for problems in self._problems.values():
            for problem in problems.values():
                yield InputError(problem, path=self.path)

    def holds(self, ref: Ref) -> bool:
        """Whether the reference is of the account and region of this snapshot."""
        return (ref.account == self.account_id or not ref.account) and (
            ref.region == self.region or ref.kind in _REGIONLESS
        )

    def listing(self, ref: Ref) -> tuple[AnyResource, ...] | None:
        """All resources of a relation, or ``None`` when the file does not list the kind, or not all of it."""
        if ref.kind not in self._items:
            return None
        if ref.kind not in self._indexed:
            self._index(ref.kind)
        if ref.kind in self._incomplete:
            return None
        return tuple(self._members.get((ref.kind, ref.by, ref.value), ()))

    def view(self, service_ids: Mapping[str, str] | None = None) -> View:
        """Everything the file lists, as the rules of the sweep see it; ``service_ids`` as for `View`."""
        return View(
            self.account_id,
            self.region,
            as_of=self.as_of,
            source="snapshot",
            read=self._everything,
            find=self._one,
            service_ids=service_ids,
        )

    def fact(self, ref: Ref) -> Fact | None:
        """The fact behind a reference, or ``None`` when this snapshot cannot tell."""
        if ref.kind not in self._items or not self.holds(ref):
            return None
        if ref.by != "id":
            return self._listing_fact(ref)
        value = self.resource(ref.kind, ref.value)
        return None if value is None else Fact(value, "snapshot", self.as_of)

    def kinds(self) -> Sequence[str]:
        """The kinds the file lists."""
        return tuple(self._items)

    def _listing_fact(self, ref: Ref) -> Fact | None:
        fact = self._listings.get(ref)
        if fact is None and (value := self.listing(ref)) is not None:
            fact = self._listings[ref] = Fact(value, "snapshot", self.as_of)
        return fact

    def why_unknown(self, ref: Ref) -> str:
        """Why this snapshot cannot tell the fact behind a reference."""
        if not self.holds(ref):
            return f"the state snapshot is of account {self.account_id} in {self.region}"
        if ref.by != "id":
            return self._why_no_listing(ref.kind)
        problem = self._problems.get(ref.kind, _NO_PROBLEMS).get(ref.value)
        return _NO_ITEM if problem is None else f"the state snapshot cannot be read there: {problem}"

    def _why_no_listing(self, kind: str) -> str:
        return self._incomplete.get(kind) or f"the state snapshot has no listing of {kind}"

    def _everything(self, kind: str) -> tuple[AnyResource, ...] | Unknown:
        """All resources of a kind, when the file lists it and all of it can be read."""
        found = tuple(self._all(kind)) if kind in self._items else ()
        if kind not in self._items or kind in self._incomplete:
            return Unknown(self._why_no_listing(kind))
        return found

    def _one(self, kind: str, resource_id: str) -> AnyResource | Unknown | None:
        """One resource of a kind, ``None`` when the file lists the kind without it."""
        if kind not in self._items:
            return Unknown(self._why_no_listing(kind))
        return self._found(kind, resource_id) if resource_id in self._items[kind] else None

    def _found(self, kind: str, resource_id: str) -> AnyResource | Unknown:
        """What is known of an item that the file lists."""
        found = self.resource(kind, resource_id)
        if found is not None:
            return found
        return Unknown(self.why_unknown(Ref(self.account_id, self.region, kind, "id", resource_id)))

    def _all(self, kind: str) -> list[AnyResource]:
        """All resources of a kind; whether that is all of its items is known from then on."""
        items = self._items[kind]
        read = [self.resource(kind, resource_id) for resource_id in items]
        found = [resource for resource in read if resource is not None]
        if len(found) < len(items):
            self._incomplete[kind] = self._why_incomplete(kind)
        return found

    def _why_incomplete(self, kind: str) -> str:
        problems = self._problems[kind]
        first = next(problems[resource_id] for resource_id in self._items[kind] if resource_id in problems)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return f"the listing of {kind} in the state snapshot is not complete: {first}{more}"

    def _read(self, kind: str, resource_id: str, item: dict[str, Any]) -> AnyResource | None:
        if resource_id in self._problems.get(kind, _NO_PROBLEMS):
            return None
        try:
            found = self._items[kind][resource_id] = read_item(kind, item)
        except ItemError as error:
            self._problems.setdefault(kind, {})[resource_id] = f"{resource_id}: {error}"
            return None
        return found

    def _index(self, kind: str) -> None:
        """Put all resources of a kind into the listings that they stand in."""
        members = self._members
        for resource in self._all(kind):
            for relation in relations_of(resource):
                members[relation].append(resource)
        self._indexed.add(kind)


@lru_cache(maxsize=1024)
def _unknown(reason: str) -> Fact:
    return Fact(Unknown(reason), "none", 0.0, folded=True)


NO_SNAPSHOT = _unknown("no state snapshot was given")
_NOT_LISTED = _unknown(_NO_ITEM)


def unknown(ref: Ref, snapshot: Snapshot | None) -> Fact:
    """A fact that says why the snapshot does not have it."""
    if snapshot is None:
        return NO_SNAPSHOT
    reason = snapshot.why_unknown(ref)
    return _NOT_LISTED if reason is _NO_ITEM else _unknown(reason)


def _read(data: bytes, path: str) -> SnapshotFile:
    try:
        file = msgspec.json.decode(data, type=SnapshotFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not a state snapshot: {error}; expected {_FORM}", path=path) from None
    if file.schema != 1:
        raise InputError(f"state snapshot of schema {file.schema}; this version reads schema 1", path=path)
    for kind in file.resources:
        if kind not in KINDS:
            near = nearest(kind, KINDS)[0]
            valid = ", ".join(KINDS)
            raise InputError(f"unknown kind {kind!r}; did you mean {near}? Valid: {valid}", path=path)
    return file


def _captured_at(text: str, path: str) -> float:
    try:
        return parsed(text)[1]
    except ValueError:
        raise InputError(f"captured_at {text!r} is not a time like 2026-01-31T08:00:00Z", path=path) from None


def _by_id(kind: str, items: Sequence[dict[str, Any]], path: str) -> _Items:
    found: _Items = {}
    for position, item in enumerate(items):
        try:
            found[item_id(kind, item)] = item
        except ItemError as error:
            raise InputError(f"resources.{kind}[{position}]: {error}", path=path) from None
    return found
