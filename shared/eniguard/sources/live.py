"""Live facts: references answered by the cloud in batches, next to the last-known copies."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence

from eniguard.errors import CloudError
from eniguard.events.calls import Call
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import item_id, read_item
from eniguard.facts.kinds import AnyResource, Eni
from eniguard.facts.lasting import since_made
from eniguard.facts.refs import Fact, FactValue, Gone, Ref, Unknown
from eniguard.facts.relations import relations_of
from eniguard.model.kinds import ENI, INSTANCE, PORT_RANGE_LIST, PREFIX_LIST, SECURITY_GROUP_RULE
from eniguard.sources.asking import Asker, Caller, why
from eniguard.sources.fact_cache import MOST_FACTS, FactCache
from eniguard.sources.last_known import LastKnown
from eniguard.sources.managed_listings import ManagedListings
from eniguard.sources.questions import QUESTIONS, Item

#: Events name what callers sent, refused calls too: only what can be an id or a name is asked for.
_ASKABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,127}")
#: A region becomes part of the address that signed calls are sent to.
REGION = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}")
#: The lists that rules name, by the relation of those rules.
_LISTS = {"prefix_list": PREFIX_LIST, "port_range_list": PORT_RANGE_LIST}

_Group = tuple[str, str, str, str]
_Found = dict[str, FactValue]


class LiveSource:
    """Facts read from the cloud when they are asked for.

    References of the same account, region, kind and relation share calls. A fact that is young enough
    answers again. What cannot be had is Unknown, with the code and the RAM action; a last-known copy stands
    in for it, with its own age.

    Parameters
    ----------
    clients
        Gives the client of an account, ``None`` for one that the guard has no role in; asked when something
        is looked up there.
    copies, listings
        What the state store holds; by default nothing.
    clock
        Gives seconds since 1970 (UTC).
    most
        How many facts are kept between events.

    Attributes
    ----------
    calls
        How many calls were made so far, pages included.
    """

    def __init__(
        self,
        clients: Callable[[str], Caller | None],
        *,
        copies: LastKnown | None = None,
        listings: ManagedListings | None = None,
        clock: Callable[[], float] = time.time,
        most: int = MOST_FACTS,
    ) -> None:
        self.calls = 0
        self._clients = clients
        self._copies = copies
        self._listings = listings
        self._clock = clock
        self._cache = FactCache(most, clock)

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """A fact for every reference, for a call at a time."""
        return self._read(refs, at, None)

    def refresh(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """As `read`, but what was seen before ``at`` does not count: for a batch, its last call's time."""
        return self._read(refs, at, at)

    def changed(self, call: Call) -> None:
        """Take note of a decided call: what was seen before it answers no more."""
        self._cache.changed(call)
        if self._listings is not None:
            self._listings.noticed(call)

    def _read(self, refs: Sequence[Ref], at: float, since: float | None) -> Mapping[Ref, Fact]:
        newest: dict[Ref, Fact] = {}
        missing: dict[_Group, list[Ref]] = {}
        for ref in dict.fromkeys(refs):
            kept = self._cache.fresh(ref, at, since)
            if kept is None:
                missing.setdefault((ref.account, ref.region, ref.kind, ref.by), []).append(ref)
            else:
                newest[ref] = kept
        for group, asked in missing.items():
            newest.update(self._look_up(group, asked))
        return {ref: self._around(ref, newest[ref], at) for ref in refs}

    def _look_up(self, group: _Group, refs: Sequence[Ref]) -> dict[Ref, Fact]:
        account, region, kind, by = group
        seen_at = self._clock()  # before the call: the answer is at least as new
        values = [ref.value for ref in refs if _ASKABLE.fullmatch(ref.value)]
        found = self._asked(account, region, kind, by, values) if values else {}
        given_up_at = self._clock()  # attempts may have taken longer than what cannot be had is not asked for
        facts: dict[Ref, Fact] = {}
        for ref in refs:
            value = found.get(ref.value, Unknown(f"{ref.value[:40]!r} cannot be an id of {kind}"))
            as_of = given_up_at if isinstance(value, Unknown) else seen_at
            fact = facts[ref] = Fact(value, "live", as_of)
            self._cache.put(ref, fact, self._copied(ref, fact) if ref.value in found else ())
        return facts

    def _asked(self, account: str, region: str, kind: str, by: str, values: Sequence[str]) -> _Found:
        if region and not REGION.fullmatch(region):
            return dict.fromkeys(values, Unknown(f"{region[:40]!r} cannot be a region"))
        client = self._clients(account)
        if client is None:
            reason = f"account {account} has no role in `accounts` of guard.yml to look things up with"
            return dict.fromkeys(values, Unknown(reason))
        asker = Asker(client, region)
        try:
            return _found(asker, kind, by, values)
        finally:
            self.calls += asker.calls

    def _copied(self, ref: Ref, fact: Fact) -> list[Fact]:
        """The last-known copies of a resource, one of which this fact becomes."""
        value = fact.value
        if self._copies is None or ref.by != "id":
            return []
        if isinstance(value, (Unknown, Gone, tuple)):
            return self._copies.known(ref)
        return self._copies.seen(ref, value, fact.as_of)

    def _around(self, ref: Ref, fact: Fact, at: float) -> Fact:
        """The fact with what is known from before the call; where there is no fact, a copy in its place."""
        unknown = isinstance(fact.value, Unknown)
        if fact.as_of < at and not unknown:
            return fact
        copy = self._cache.before(ref, at)
        if unknown and (copy is not None or (copy := self._cache.latest(ref)) is not None):
            return copy
        partly = None if copy is not None else self._partly(ref, fact, at)
        if unknown:  # it has no age: what could not be had is not known on either side of the call
            return Fact(fact.value, "none", at, folded=True, partly=partly)
        return Fact(fact.value, fact.source, fact.as_of, copy, partly=partly)

    def _partly(self, ref: Ref, fact: Fact, at: float) -> Fact | None:
        """Who managed a resource before a call: as it was since it was made, or as the sweep listed it."""
        made = since_made(fact)
        if made is not None and made.as_of < at:
            return made
        return None if self._listings is None else self._listings.fact(ref, at)


def _found(asker: Asker, kind: str, by: str, values: Sequence[str]) -> _Found:
    """What is found for each value: a resource, a complete listing, or why neither."""
    if kind == SECURITY_GROUP_RULE and by in _LISTS:
        return {value: _rules_naming(asker, by, value) for value in values}
    question = QUESTIONS.get((kind, by))
    if question is None:
        return dict.fromkeys(values, Unknown(f"no API lists {kind} by {by}"))
    if by == "id":
        answers = asker.answers(question, values)
        single = question.most == 1
        return {value: _one(kind, value, answers[value], single=single) for value in values}
    if (kind, by) == (ENI, "security_group"):
        return {value: _members(asker, value) for value in values}
    return {value: _all(kind, found) for value, found in asker.answers(question, values).items()}


def _one(kind: str, value: str, answered: list[Item] | Unknown, *, single: bool) -> FactValue:
    """One resource among the items of a call; a call for a single value answers with that alone."""
    if isinstance(answered, Unknown):
        return answered
    try:
        for item in answered:
            if single or item_id(kind, item) == value:
                return read_item(kind, item)
    except ItemError as error:
        return Unknown(f"{value}: the answer cannot be read: {error}")
    return Unknown("the account has none of that id in this region: it was deleted, or never there")


def _all(kind: str, answered: list[Item] | Unknown) -> tuple[AnyResource, ...] | Unknown:
    """A listing; not complete when one item of it cannot be read."""
    if isinstance(answered, Unknown):
        return answered
    try:
        return tuple([read_item(kind, item) for item in answered])
    except ItemError as error:
        return Unknown(f"the listing of {kind} cannot be read: {error}")


def _members(asker: Asker, group_id: str) -> tuple[AnyResource, ...] | Unknown:
    """The ENIs of a security group: ECS lists the secondary ones by group, the primary ones by instance."""
    secondary = _all(ENI, asker.answers(QUESTIONS[ENI, "security_group"], [group_id])[group_id])
    instances = asker.answers(QUESTIONS[INSTANCE, "security_group"], [group_id])[group_id]
    if isinstance(secondary, Unknown):
        return secondary
    if isinstance(instances, Unknown):
        return instances
    known = {one.id for one in secondary}
    primary = [one for one in _enis_of(instances) if one not in known]
    found = list(secondary)
    for answered in _distinct(asker.answers(QUESTIONS[ENI, "id"], primary)):
        more = _all(ENI, answered)
        if isinstance(more, Unknown):
            return more
        found += [one for one in more if isinstance(one, Eni) and group_id in (one.security_group_ids or ())]
    return tuple(found)


def _enis_of(instances: Sequence[Item]) -> list[str]:
    """The ids of the ENIs that instances show."""
    wrapped = [(one.get("NetworkInterfaces") or {}).get("NetworkInterface") or [] for one in instances]
    ids = [eni.get("NetworkInterfaceId") for enis in wrapped for eni in enis]
    return list(dict.fromkeys([str(one) for one in ids if one]))


def _distinct(answers: Mapping[str, list[Item] | Unknown]) -> list[list[Item] | Unknown]:
    """The answers of the calls, each once: all values of a call share one."""
    return list({id(answered): answered for answered in answers.values()}.values())


def _rules_naming(asker: Asker, by: str, list_id: str) -> tuple[AnyResource, ...] | Unknown:
    """The rules of all groups that name a list, found through the groups that ECS associates with it."""
    try:
        users = asker.items(QUESTIONS[_LISTS[by], "users"], [list_id])
    except CloudError as error:
        return why(error)
    if isinstance(users, Unknown):
        return users
    groups = list(dict.fromkeys([str(one["ResourceId"]) for one in users if one.get("ResourceId")]))
    found: list[AnyResource] = []
    answers = asker.answers(QUESTIONS[SECURITY_GROUP_RULE, "security_group"], groups)
    for answered in answers.values():
        rules = _all(SECURITY_GROUP_RULE, answered)
        if isinstance(rules, Unknown):
            return rules
        found += [one for one in rules if (SECURITY_GROUP_RULE, by, list_id) in relations_of(one)]
    return tuple(found)
