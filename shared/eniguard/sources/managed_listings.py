"""The complete listings of what cloud services manage, as the sweep keeps them in the state store.

An id that a complete listing does not have, and that was not made since, is not managed (design, "Managed or
not"): that is how a call on an ordinary resource is decided when nobody can read it any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec import Raw, Struct

from eniguard.errors import StateError
from eniguard.events.calls import Call
from eniguard.facts.kinds import AnyResource, Eni, SecurityGroup
from eniguard.facts.refs import Fact, Ref
from eniguard.facts.state import reference
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.sources.last_known import MOST_BYTES, CopyStore, decoded, encoded

#: The kinds that services manage and mark so.
MANAGED_KINDS = (ENI, SECURITY_GROUP)
#: Seconds for which a listing counts; the sweep makes a new one every few minutes (a choice of this project).
_KEPT = 86_400.0
#: Seconds that the mark of a creation is kept: longer than any listing that it could be missing from.
_MARKED = 2 * _KEPT
#: Seconds for which an instance does not read a listing again.
_AGE = 60.0
_PART = MOST_BYTES - 1024


class ManagedListing(Struct, frozen=True):
    """What services managed in one account and region, by id.

    ``listed_at`` is when the listing began, in seconds since 1970 (UTC).
    """

    listed_at: float
    complete: bool
    resources: dict[str, AnyResource]


class _Head(Struct, frozen=True):
    listed_at: float
    complete: bool
    parts: int


class ManagedListings:
    """The listings of all accounts and regions.

    Parameters
    ----------
    store
        Where they are kept.
    clock
        Gives seconds since 1970 (UTC).

    Attributes
    ----------
    failures
        How often the store could not be asked.
    """

    def __init__(self, store: CopyStore, *, clock: Callable[[], float] = time.time) -> None:
        self.failures = 0
        self._store = store
        self._clock = clock
        self._read: dict[str, tuple[float, ManagedListing | None]] = {}

    def write(
        self,
        account: str,
        region: str,
        kind: str,
        resources: Iterable[AnyResource],
        *,
        listed_at: float,
        complete: bool,
    ) -> None:
        """Keep a listing in place of the one before.

        Parameters
        ----------
        account, region, kind
            What was listed: a kind of `MANAGED_KINDS`.
        resources
            What was found.
        listed_at
            When the listing began.
        complete
            Whether it has all there is; one that has not proves nothing of what it leaves out.

        Raises
        ------
        StateError
            The store did not take it.
        """
        key = _key(account, region, kind)
        parts = list(_parts([encoded(one) for one in resources]))
        # The head goes last: until then the old listing is whole, as its parts have keys of their own.
        for number, part in enumerate(parts):
            _overwrite(self._store, _part_key(key, listed_at, number), part, _KEPT)
        _overwrite(self._store, key, msgspec.json.encode(_Head(listed_at, complete, len(parts))), _KEPT)
        self._read.pop(key, None)

    def read(self, account: str, region: str, kind: str) -> ManagedListing | None:
        """The newest listing, or ``None`` when there is none that is whole and young enough."""
        key = _key(account, region, kind)
        known = self._read.get(key)
        if known is None or self._clock() - known[0] > _AGE:
            try:
                found = self._load(key, kind)
            except StateError:
                self.failures += 1
                return None
            known = self._read[key] = (self._clock(), found)
        return known[1]

    def noticed(self, call: Call) -> None:
        """Mark what a call made, so that no listing from before it speaks of it."""
        for kind in MANAGED_KINDS:
            for made in call.ids(kind, "created") if call.outcome == "ok" else ():
                mark = msgspec.json.encode(call.at)
                try:
                    self._store.create(_mark_key(reference(call, kind, made)), mark, ttl=_MARKED)
                except StateError:
                    self.failures += 1

    def fact(self, ref: Ref, at: float) -> Fact | None:
        """What the listing from before a call says of one resource; ``None`` when it proves nothing.

        The resource is known as far as the listing tells: one that it does not have is known by id, and not
        to be managed.
        """
        if ref.kind not in MANAGED_KINDS or ref.by != "id":
            return None
        listing = self.read(ref.account, ref.region, ref.kind)
        if listing is None or listing.listed_at >= at:
            return None
        found = listing.resources.get(ref.value)
        if found is not None:
            return Fact(found, "managed listing", listing.listed_at)
        if not listing.complete or self._made_since(ref, listing.listed_at):
            return None
        plain = Eni(ref.value, managed=False) if ref.kind == ENI else SecurityGroup(ref.value, managed=False)
        return Fact(plain, "managed listing", listing.listed_at)

    def _made_since(self, ref: Ref, listed_at: float) -> bool:
        """Whether a creation is on record, or cannot be ruled out; the mark may lag the listing a little."""
        try:
            mark = self._store.get(_mark_key(ref))
        except StateError:
            self.failures += 1
            return True
        return mark is not None and msgspec.json.decode(mark.value, type=float) >= listed_at

    def _load(self, key: str, kind: str) -> ManagedListing | None:
        item = self._store.get(key)
        if item is None:
            return None
        head = msgspec.json.decode(item.value, type=_Head)
        if self._clock() - head.listed_at > _KEPT:
            return None
        resources: dict[str, AnyResource] = {}
        for number in range(head.parts):
            part = self._store.get(_part_key(key, head.listed_at, number))
            if part is None:
                return None
            for one in msgspec.json.decode(part.value, type=list[Raw]):
                found = decoded(one, kind)
                if found is None:
                    return None
                resources[found.id] = found
        return ManagedListing(head.listed_at, head.complete, resources)


def _parts(items: Sequence[bytes]) -> Iterable[bytes]:
    """The items as JSON lists, none longer than a store takes."""
    part: list[Raw] = []
    size = 0
    for item in items:
        if part and size + len(item) + 1 > _PART:
            yield msgspec.json.encode(part)
            part, size = [], 0
        part.append(Raw(item))
        size += len(item) + 1
    if part:
        yield msgspec.json.encode(part)


def _overwrite(store: CopyStore, key: str, value: bytes, ttl: float) -> None:
    """Write a value whatever is there; the sweep is the only one to write listings."""
    item = store.get(key)
    done = (
        store.create(key, value, ttl=ttl)
        if item is None
        else store.replace(key, value, version=item.version, ttl=ttl)
    )
    if done is None:
        raise StateError(f"{key} was written by somebody else at the same time: let one sweep run at a time")


def _key(account: str, region: str, kind: str) -> str:
    return f"managed/{account}/{region}/{kind}"


def _part_key(key: str, listed_at: float, number: int) -> str:
    return f"{key}/{listed_at:.3f}/{number}"


def _mark_key(ref: Ref) -> str:
    return f"created/{ref.account}/{ref.region}/{ref.kind}/{ref.value}"
