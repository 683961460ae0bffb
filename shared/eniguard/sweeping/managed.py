"""The managed listings: what cloud services manage in each place, listed whole (design, "Managed or not")."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from eniguard.errors import NotFound, Transport
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import read_item
from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.facts.refs import Unknown
from eniguard.sources.asking import Asker, Caller
from eniguard.sources.managed_listings import MANAGED_KINDS, ManagedListings
from eniguard.sources.questions import QUESTIONS, Item
from eniguard.state import Store
from eniguard.sweeping.parts import Each, Place
from eniguard.toolkit import Invocation


class ManagedSweep:
    """Lists the managed ENIs and security groups of places, and keeps the listings for the other functions.

    A listing that could not be had leaves the one before it in its place, which counts for a day.

    Parameters
    ----------
    store
        Keeps them.
    clients
        Gives the client of an account, ``None`` for one without a role.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        store: Store,
        clients: Callable[[str], Caller | None],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._listings = ManagedListings(store, clock=clock)
        self._clients = clients
        self._clock = clock

    def run(self, places: Sequence[Place], call: Invocation) -> None:
        """List all places; errors are those of `eniguard.sweeping.gap_fill.GapFill.run`."""
        each = Each("managed_listing", call)
        each.run(places, lambda place: self._place(place, call))
        each.close()

    def _place(self, place: Place, call: Invocation) -> None:
        client = self._clients(place.account)
        if client is None:
            raise NotFound(
                f"account {place.account} has no role in `accounts` of guard.yml to list it with",
                product="sts",
                action="AssumeRole",
            )
        asker = Asker(client, place.region)
        for kind in MANAGED_KINDS:
            self._kind(place, kind, asker, call)

    def _kind(self, place: Place, kind: str, asker: Asker, call: Invocation) -> None:
        listed_at = self._clock()  # before the call: the listing shows at least what there was then
        items = asker.items(QUESTIONS[kind, "managed"], ("true",))
        if isinstance(items, Unknown):
            raise Transport(
                f"{items.reason}; the listing of {kind} stays as it was",
                product="ecs",
                action=QUESTIONS[kind, "managed"].action,
            )
        found, unread = _read(kind, items)
        self._listings.write(
            place.account, place.region, kind, found, listed_at=listed_at, complete=not unread
        )
        call.metrics.add("managed_resources", len(found), kind_of=kind, region=place.region)
        if unread:
            call.logger.warning(
                "managed_listing_incomplete",
                account_id=place.account,
                region=place.region,
                listed=kind,
                items=len(unread),
                reason=unread[0],
            )


def _read(kind: str, items: Sequence[Item]) -> tuple[list[Eni | SecurityGroup], list[str]]:
    """The resources of a listing, and what is wrong with the items that cannot be read.

    What is listed as managed and does not say so is managed; what says that it is not, is not.
    """
    found: list[Eni | SecurityGroup] = []
    unread: list[str] = []
    for item in items:
        try:
            one = read_item(kind, item)
        except ItemError as error:
            unread.append(str(error))
            continue
        if isinstance(one, (Eni, SecurityGroup)) and one.managed is not False:
            found.append(replace(one, managed=True))
    return found, unread
