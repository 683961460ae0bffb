"""The resources a call names, and the part each plays: read from its parameters and from its response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from msgspec import Struct

from eniguard.events.catalog import APIS, Api, Part, Shape, Where
from eniguard.events.parameters import Parameters
from eniguard.events.plans import Plan, Taking, plan_of, taking
from eniguard.events.responses import leaves, path_of
from eniguard.events.values import Value
from eniguard.model.kinds import ENI, SECURITY_GROUP, VSWITCH


class Target(Struct, frozen=True, gc=False):
    """One resource a call names, and the part it plays in the call."""

    kind: str
    id: str
    part: Part


_Ids = tuple[str, ...]
_Place = tuple[str, Part]


class Places(dict[tuple[str, tuple[Part, ...]], Callable[[_Ids], _Ids]]):
    """What the ids of a call stand for: a kind and a part for each.

    Nearly all calls share a few dozen of these, so that a call itself holds nothing but its ids. As a
    mapping it gives, for a kind and parts, what picks their ids out of all.
    """

    __slots__ = ("each", "kinds", "parts")

    def __init__(self, each: tuple[_Place, ...]) -> None:
        super().__init__()
        self.each = each
        self.kinds = tuple([kind for kind, _ in each])
        self.parts = tuple([part for _, part in each])

    def __missing__(self, wanted: tuple[str, tuple[Part, ...]]) -> Callable[[_Ids], _Ids]:
        kind, parts = wanted
        at = [
            number
            for number, (one, part) in enumerate(self.each)
            if one == kind and (not parts or part in parts)
        ]
        pick = self[wanted] = _picker(at)
        return pick

    #: There is one for the same kinds and parts (`places_of`).
    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__  # type: ignore[assignment]


def _picker(at: Sequence[int]) -> Callable[[_Ids], _Ids]:
    """What takes the items at some positions; a slice takes neighbours, as they nearly always are."""
    begin, end = (at[0], at[-1] + 1) if at else (0, 0)
    if end - begin == len(at):
        return itemgetter(slice(begin, end))
    return lambda ids: tuple([ids[number] for number in at])


#: The places of ids of these kinds and in these parts, made once.
places_of = lru_cache(maxsize=4096)(Places)


#: Finds the ids of one row of the catalogue in the parameters and the response of a call.
_Find = Callable[[Parameters, Mapping[str, Any]], Iterable[str]]


class Reading(Struct, frozen=True):
    """How to read what is asked in calls of one action when exactly certain keys were recorded.

    Attributes
    ----------
    plan
        How to read the parameters.
    taken, places
        What takes the ids out of the parameters when each stands in one text, and what they stand for;
        ``places`` is ``None`` when the keys do not tell.
    rows
        The places of the catalogue that can name something, for everything else.
    """

    plan: Plan
    taken: Taking
    places: Places | None
    rows: tuple[tuple[_Place, _Find], ...]


@lru_cache(maxsize=4096)
def reading_of(action: str, keys: tuple[str, ...]) -> Reading:
    """The reading for a tuple of recorded keys; made once."""
    api = APIS[action]
    plan = plan_of(api, keys)
    rows = [where for where in api.targets if _can_name(where, plan)]
    each = tuple([(where.kind, where.part) for where in rows])
    straight = len(set(each)) == len(each) and all(_is_plain(where, api, plan) for where in rows)
    return Reading(
        plan,
        taking([where.parameter for where in rows]),
        places_of(each) if straight else None,
        tuple([(place, _finding(where, plan)) for place, where in zip(each, rows, strict=True)]),
    )


def _can_name(where: Where, plan: Plan) -> bool:
    if where.part == "peer_group" and (plan.rule_fields is None or where.parameter in plan.rule_fields):
        return True
    return where.response or where.parameter in plan.names or "NetworkInterface" in plan.names


def _is_plain(where: Where, api: Api, plan: Plan) -> bool:
    """Whether a row reads its own parameter and nothing else, and that one holds one text."""
    nested = where.part == "peer_group" or "NetworkInterface" in plan.names
    own = not where.response and where.when is None and not nested
    return own and api.parameters[where.parameter] is Shape.TEXT


def targets_of(reading: Reading, parameters: Parameters, response: Mapping[str, Any]) -> tuple[_Ids, Places]:
    """The ids a call names, each once, in the order of the catalogue, and what they stand for."""
    if reading.places is not None:
        try:
            ids: _Ids = reading.taken(parameters.values)
        except KeyError:  # one is null or malformed
            ids = ("",)
        if "" not in ids:
            return ids, reading.places
    return _searched(reading, parameters, response)


def _searched(reading: Reading, parameters: Parameters, response: Mapping[str, Any]) -> tuple[_Ids, Places]:
    """The same by the rows of the catalogue, one after the other."""
    found: dict[tuple[_Place, str], None] = {}
    for place, find in reading.rows:
        for one in find(parameters, response):
            if one:
                found[place, one] = None
    if not found:
        return (), places_of(())
    each, ids = zip(*found, strict=True)
    return ids, places_of(each)


def _finding(where: Where, plan: Plan) -> _Find:
    """What finds the ids of one row: in the response, in its own parameter, in permissions or interfaces."""
    if where.response:
        find = _in_response(where.parameter)
    elif where.part == "peer_group":
        find = _in_rules(where.parameter)
    elif "NetworkInterface" in plan.names:
        find = _in_parameter_and_interfaces(where)
    else:
        find = _in_parameter(where.parameter)
    return find if where.when is None else _only_if(*where.when, find)


def _only_if(name: str, wanted: str | None, find: _Find) -> _Find:
    """The same for calls whose parameter has a value, compared without case; ``None``: is absent."""
    wanted = None if wanted is None else wanted.lower()

    def found(parameters: Parameters, response: Mapping[str, Any]) -> Iterable[str]:
        actual = parameters.values.get(name)
        holds = (None if actual is None else actual.lower()) == wanted
        return find(parameters, response) if holds else ()

    return found


def _in_response(path: str) -> _Find:
    at = path_of(path)

    def found(parameters: Parameters, response: Mapping[str, Any]) -> Iterable[str]:
        return leaves(response, at)

    return found


def _in_parameter(name: str) -> _Find:
    def found(parameters: Parameters, response: Mapping[str, Any]) -> Iterable[str]:
        return _own(parameters.values.get(name))

    return found


def _in_parameter_and_interfaces(where: Where) -> _Find:
    """The ids in the parameter, and in the network interfaces of RunInstances."""
    name = where.parameter

    def found(parameters: Parameters, response: Mapping[str, Any]) -> Iterable[str]:
        return [*_own(parameters.values.get(name)), *_in_interfaces(where, parameters)]

    return found


def _in_rules(name: str) -> _Find:
    """The ids in the parameter, and of the groups on the other side of the rules that a call states."""

    def found(parameters: Parameters, response: Mapping[str, Any]) -> Iterable[str]:
        return [*_own(parameters.values.get(name)), *_peers(name, parameters)]

    return found


def _own(value: Value | None) -> Sequence[str]:
    """The ids in a parameter that holds one text or a list of them."""
    if isinstance(value, str):
        return (value,)
    return [item for item in value if isinstance(item, str)] if isinstance(value, tuple) else ()


def _peers(parameter: str, parameters: Parameters) -> list[str]:
    """The groups on the other side of the rules that a call states."""
    peers: list[str] = []
    for permission in parameters.permissions():
        peer = permission.source_group_id if parameter == "SourceGroupId" else permission.dest_group_id
        if peer is not None:
            peers.append(peer)
    return peers


def _in_interfaces(where: Where, parameters: Parameters) -> Iterator[str]:
    """The ids of one row in the network interfaces of RunInstances."""
    for interface in parameters.interfaces():
        if where.kind == SECURITY_GROUP and where.parameter == "SecurityGroupId":
            yield from interface.security_group_ids
        elif where.kind == VSWITCH and interface.v_switch_id is not None:
            yield interface.v_switch_id
        elif where.kind == ENI and interface.network_interface_id is not None:
            yield interface.network_interface_id
