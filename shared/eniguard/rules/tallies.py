"""What long listings add up to, kept while the listings change a little from call to call.

A resource is never changed, only replaced by another object: of the members of a listing that are still the
same objects nothing has to be looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from eniguard.facts.kinds import AnyResource

#: Members kept of all listings of one kind of tally together; a tenth of a kilobyte each.
MOST_MEMBERS = 200_000

_Listing = tuple[AnyResource, ...]


class Tally(Protocol):
    """Something that the members of a listing add up to, in whatever order they come."""

    def add(self, one: AnyResource) -> None:
        """Take in a member."""

    def drop(self, one: AnyResource) -> None:
        """Take out a member that was taken in before."""


_Tally = TypeVar("_Tally", bound=Tally)


class Tallies(Generic[_Tally]):
    """A tally for each of many listings.

    Parameters
    ----------
    make
        Makes the tally of a listing without members.
    most
        How many members are kept; when there are more, all are forgotten.
    """

    def __init__(self, make: Callable[[], _Tally], most: int = MOST_MEMBERS) -> None:
        self._make = make
        self._most = most
        self._kept: dict[str, tuple[_Listing, dict[int, AnyResource], _Tally]] = {}
        self._members = 0

    def of(self, key: str, listing: _Listing) -> _Tally:
        """What a listing adds up to; it costs what differs from the listing last met under ``key``.

        The next call changes what this one has returned: read it at once.
        """
        kept = self._kept.get(key)
        if kept is None:
            kept = ((), {}, self._make())
        elif kept[0] is listing:
            return kept[2]
        _, old, tally = kept
        # The objects behind the numbers are held on both sides: the same number is the same object.
        new = dict(zip(map(id, listing), listing, strict=True))
        if len(new) != len(listing):
            return self._counted_out(listing)
        for gone in old.keys() - new.keys():
            tally.drop(old[gone])
        for come in new.keys() - old.keys():
            tally.add(new[come])
        self._keep(key, listing, new, tally, len(new) - len(old))
        return tally

    def _counted_out(self, listing: _Listing) -> _Tally:
        """The tally of a listing in which something stands twice: its record names the group twice."""
        tally = self._make()
        for one in listing:
            tally.add(one)
        return tally

    def _keep(
        self, key: str, listing: _Listing, members: dict[int, AnyResource], tally: _Tally, more: int
    ) -> None:
        self._members += more
        if self._members > self._most:
            self._kept.clear()
            self._members = len(members)
        self._kept[key] = (listing, members, tally)
