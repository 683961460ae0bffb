"""Everything of one account and region as the cloud lists it now, for the rules of the sweep."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from eniguard.errors import CloudError, NotFound
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import read_item
from eniguard.facts.kinds import AnyResource
from eniguard.facts.refs import GLOBAL, Unknown
from eniguard.facts.view import Listing, View
from eniguard.model.kinds import (
    INSTANCE_TYPE,
    POLICY,
    ROLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
)
from eniguard.roles import role_of_policy
from eniguard.sources.asking import Asker, Caller, why
from eniguard.sources.questions import (
    LISTED_LISTS,
    LISTINGS,
    POLICY_DOCUMENT,
    QUESTIONS,
    Item,
    Question,
)

#: Kinds that are asked for one by one beside their listing: types of instances have none that is short, and
#: only the role itself has its trust policy.
_BY_ID = frozenset((INSTANCE_TYPE, ROLE))
#: Calls for the parts of one listing (the rules of each group, the document of each policy, the entries of
#: each list): at ten a second, what a function has time for. An account has 100 groups a region by default.
MOST_PARTS = 2_000
_NO_LISTING = f"no API lists {INSTANCE_TYPE} as a whole in few pages; ask for one by its name"


class LiveListings:
    """The listings of one account and region, each asked for once, when a rule reads it.

    What is denied, throttled, cut or too long is Unknown, with its reason: a listing is whole or not known.

    Parameters
    ----------
    caller
        Makes the calls.
    account, region
        Whose resources are listed.
    of_account
        What is kept of the account's own kinds, which all its regions share: hand on the same mapping.
    clock
        Gives seconds since 1970 (UTC).

    Attributes
    ----------
    calls
        How many calls were made, pages included.
    """

    def __init__(
        self,
        caller: Caller,
        account: str,
        region: str,
        *,
        of_account: dict[str, Listing] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.account = account
        self.region = region
        self._asker = Asker(caller, region)
        self._of_account = {} if of_account is None else of_account
        self._clock = clock
        self._listings: dict[str, Listing] = {}
        self._by_ids: dict[str, dict[str, AnyResource]] = {}
        self._asked: dict[tuple[str, str], AnyResource | Unknown | None] = {}

    @property
    def calls(self) -> int:
        """How many calls were made, pages included."""
        return self._asker.calls

    def view(self, service_ids: Mapping[str, str] | None = None) -> View:
        """Everything that can be listed, as the rules of the sweep see it; ``service_ids`` as for `View`."""
        return View(
            self.account,
            self.region,
            as_of=self._clock(),
            source="live",
            read=self.listing,
            find=self.one,
            service_ids=service_ids,
        )

    def listing(self, kind: str) -> Listing:
        """All resources of a kind, or why they are not known."""
        kept = self._of_account if kind in GLOBAL else self._listings
        if kind not in kept:
            kept[kind] = self._listed(kind)
        return kept[kind]

    def one(self, kind: str, value: str) -> AnyResource | Unknown | None:
        """One resource; ``None`` where it is known not to be there."""
        if kind not in _BY_ID:
            return self._in_listing(kind, value)
        if (kind, value) not in self._asked:
            self._asked[kind, value] = self._by_id(kind, value)
        return self._asked[kind, value]

    def items(self, kind: str) -> list[Item] | Unknown:
        """All of a kind as the API returns it, asked for anew each time; or why it is not known."""
        try:
            if kind == SECURITY_GROUP_RULE:
                return self._rules()
            if kind == POLICY:
                return self._policies()
            if kind in LISTED_LISTS:
                return self._lists(kind)
            if kind == INSTANCE_TYPE or kind not in LISTINGS:
                return Unknown(_NO_LISTING if kind == INSTANCE_TYPE else f"no API lists all {kind}")
            return self._asker.items(LISTINGS[kind], ("",))
        except CloudError as error:
            return why(error)

    def _listed(self, kind: str) -> Listing:
        items = self.items(kind)
        try:
            return items if isinstance(items, Unknown) else tuple([read_item(kind, one) for one in items])
        except ItemError as error:
            return Unknown(f"the listing of {kind} cannot be read: {error}")

    def _in_listing(self, kind: str, value: str) -> AnyResource | Unknown | None:
        found = self.listing(kind)
        if isinstance(found, Unknown):
            return found
        if kind not in self._by_ids:
            self._by_ids[kind] = {one.id: one for one in found}
        return self._by_ids[kind].get(value)

    def _by_id(self, kind: str, value: str) -> AnyResource | Unknown | None:
        try:
            items = self._asker.items(QUESTIONS[kind, "id"], (value,))
            if isinstance(items, Unknown):
                return items
            return read_item(kind, items[0]) if items else None
        except NotFound:
            return None
        except CloudError as error:
            return why(error)
        except ItemError as error:
            return Unknown(f"{value}: the answer cannot be read: {error}")

    def _rules(self) -> list[Item] | Unknown:
        """The rules of every group: only a group itself lists them."""
        groups = self.listing(SECURITY_GROUP)
        if isinstance(groups, Unknown):
            return groups
        return self._parts(QUESTIONS[SECURITY_GROUP_RULE, "security_group"], [one.id for one in groups])

    def _lists(self, kind: str) -> list[Item] | Unknown:
        """Prefix lists or port lists with their entries, which only a list itself has."""
        listed, field = LISTED_LISTS[kind]
        items = self._asker.items(listed, ("",))
        if isinstance(items, Unknown):
            return items
        return self._parts(QUESTIONS[kind, "id"], [str(one.get(field) or "") for one in items])

    def _policies(self) -> list[Item] | Unknown:
        """The policies, with the documents of the custom ones and of those of service roles in use.

        The system policies of all products are some thousand: the rest of them stay without their documents.
        """
        items = self._asker.items(LISTINGS[POLICY], ("",))
        if isinstance(items, Unknown):
            return items
        wanted = [number for number, one in enumerate(items) if _document_matters(one)]
        for number in wanted[:MOST_PARTS]:
            kind, name = items[number].get("PolicyType"), items[number].get("PolicyName")
            found = self._asker.items(POLICY_DOCUMENT, (str(kind), str(name)))
            if isinstance(found, Unknown):
                return found
            items[number] = {**items[number], **found[0]}
        return items

    def _parts(self, question: Question, values: list[str]) -> list[Item] | Unknown:
        if len(values) > MOST_PARTS:
            return Unknown(f"{question.permission}: too deep, {len(values)} calls needed")
        found: list[Item] = []
        for value in values:
            items = self._asker.items(question, (value,))
            if isinstance(items, Unknown):
                return items
            found += items
        return found


def _document_matters(item: Item) -> bool:
    if item.get("PolicyType") == "Custom":
        return True
    name = str(item.get("PolicyName") or "")
    return role_of_policy(name) is not None and item.get("AttachmentCount") != 0
