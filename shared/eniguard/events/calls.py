"""A recorded event read as one API call: what was asked, by whom, of what, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Struct, field

from eniguard.events.catalog import APIS, Api, Part, Where
from eniguard.events.outcomes import Outcome, outcome_of
from eniguard.events.parameters import NO_PARAMETERS, Parameters, normalised
from eniguard.events.record import TrailRecord
from eniguard.events.values import Value
from eniguard.model.kinds import ENI, SECURITY_GROUP, VSWITCH

_Derived = TypeVar("_Derived")
#: Stands for what was not derived so far.
_NOT_YET: Any = object()


class Caller(Struct, frozen=True, gc=False):
    """The caller as recorded; nothing here is judged yet.

    For assumed roles ``role`` and ``session`` are the two sides of the first ``:`` of ``userName``: a role
    name cannot contain one, a session name can.
    """

    type: str
    principal_id: str | None = None
    account_id: str | None = None
    user_name: str | None = None
    role: str | None = None
    session: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None


class Target(Struct, frozen=True, gc=False):
    """One resource a call names, and the part it plays in the call."""

    kind: str
    id: str
    part: Part


class Call(Struct, frozen=True, gc=False):
    """One API call, normalised.

    ``at`` is the event time in seconds since 1970 (UTC). ``response`` holds the ids and addresses the call
    gave back, in the same shapes as the parameters. ``console`` marks calls made in a console. ``memo`` is
    `once`'s.
    """

    event_id: str
    action: str
    product: str
    name: str
    write: bool
    outcome: Outcome
    error_code: str | None
    time: str
    at: float
    region: str
    account_id: str | None
    request_id: str | None
    caller: Caller
    console: bool
    platform: bool
    parameters: Parameters
    response: Mapping[str, tuple[str, ...]]
    targets: tuple[Target, ...]
    forgeable: bool = False

    memo: dict[Any, Any] = field(default_factory=dict)

    def ids(self, kind: str, *parts: Part) -> tuple[str, ...]:
        """The ids of the targets of one kind (in the given parts; all parts when none is given)."""
        ids: tuple[str, ...] = ()
        for one in self.targets:
            if one.kind == kind and (not parts or one.part in parts):
                ids += (one.id,)
        return ids

    def once(self, derive: Callable[[Call], _Derived]) -> _Derived:
        """What ``derive`` makes of this call, made once however many rules ask for it."""
        found: _Derived = self.memo.get(derive, _NOT_YET)
        if found is _NOT_YET:
            found = self.memo[derive] = derive(self)
        return found


#: Where responses carry what a call created or assigned (SDK response fields).
_RESPONSE_LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "AssignPrivateIpAddresses": (
        ("Ipv4Prefix", "AssignedPrivateIpAddressesSet.Ipv4PrefixSet.Ipv4Prefixes"),
        ("PrivateIpAddress", "AssignedPrivateIpAddressesSet.PrivateIpSet.PrivateIpAddress"),
    ),
    "AssignIpv6Addresses": (
        ("Ipv6Prefix", "Ipv6PrefixSets.Ipv6Prefix"),
        ("Ipv6Address", "Ipv6Sets.Ipv6Address"),
    ),
    "CreateNetworkInterface": (
        ("Ipv4Prefix", "Ipv4PrefixSets.Ipv4PrefixSet.Ipv4Prefix"),
        ("Ipv6Prefix", "Ipv6PrefixSets.Ipv6PrefixSet.Ipv6Prefix"),
        ("Ipv6Address", "Ipv6Sets.Ipv6Set.Ipv6Address"),
        ("PrivateIpAddress", "PrivateIpSets.PrivateIpSet.PrivateIpAddress"),
        ("PrimaryIpAddress", "PrivateIpAddress"),
        ("ServiceManaged", "ServiceManaged"),
        ("ServiceID", "ServiceID"),
        ("Status", "Status"),
        ("VpcId", "VpcId"),
        ("Description", "Description"),
    ),
    "GetServiceLinkedRoleDeletionStatus": (
        ("Status", "Status"),
        ("Message", "Reason.Message"),
        ("Resource", "Reason.RoleUsages.RoleUsage.Resources.Resource"),
    ),
    "AllocateIpv6InternetBandwidth": (("Ipv6AddressId", "Ipv6AddressId"),),
    "CreateNetworkInterfacePermission": (
        ("NetworkInterfacePermissionId", "NetworkInterfacePermission.NetworkInterfacePermissionId"),
    ),
}


_NOTHING: Mapping[str, tuple[str, ...]] = {}
#: Lists directly in lists that are followed; SDK responses have none.
_LISTS = 4
#: Numbers from here on are no id, count or address.
_BEYOND = 2**64


def read(record: TrailRecord, api: Api) -> Call:
    """The call behind a recorded event.

    Parameters
    ----------
    record
        The event; its ``service`` and ``name`` are those of ``api``.
    api
        The catalogue entry.
    """
    parameters = normalised(api, record.parameters) if record.parameters else NO_PARAMETERS
    return Call(
        record.event_id,
        api.action,
        api.product,
        api.name,
        api.write,
        outcome_of(record.error_code),
        record.error_code,
        record.time,
        record.at,
        record.region,
        record.account_id,
        record.request_id,
        _caller(record),
        record.type in ("ConsoleOperation", "ConsoleCall"),
        record.type == "AliyunServiceEvent" or record.identity.type == "system",
        parameters,
        _response(api, record.response) if record.response and api.name in _RESPONSE_LISTS else _NOTHING,
        _targets(api, parameters, record.response),
        record.forgeable,
    )


def _caller(record: TrailRecord) -> Caller:
    identity = record.identity
    role = session = None
    if identity.type == "assumed-role" and identity.user_name:
        role, _, session = identity.user_name.partition(":")
    return Caller(
        identity.type or "unknown",
        identity.principal_id,
        identity.account_id,
        identity.user_name,
        role,
        session,
        record.source_ip,
        record.user_agent,
    )


def _response(api: Api, response: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, path in _RESPONSE_LISTS[api.name]:
        if values := tuple(_leaves(response, path)):
            found[name] = values
    return found


def _targets(api: Api, parameters: Parameters, response: Mapping[str, Any]) -> tuple[Target, ...]:
    """The targets of a call, each once, in the order of the catalogue."""
    found: list[Target] = []
    values = parameters.values
    plain, others = _rows(api.action, tuple(values))
    for kind, part, parameter in plain:
        value = values[parameter]
        if isinstance(value, str):
            if value:
                found.append(Target(kind, value, part))
        else:
            found += [Target(kind, one, part) for one in _own(value) if one]
    for where in others:
        if where.when is not None and not _holds(where.when, parameters):
            continue
        if where.response:
            ids: Iterable[str] = _leaves(response, where.parameter) if response else ()
        else:
            ids = _ids(where, parameters)
        if ids:
            found += [Target(where.kind, one, where.part) for one in ids if one]
    return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))


_Plain = tuple[str, Part, str]


@lru_cache(maxsize=4096)
def _rows(action: str, names: tuple[str, ...]) -> tuple[tuple[_Plain, ...], tuple[Where, ...]]:
    """The rows of the catalogue that can name something when these parameters are there.

    First come those that read their own parameter and nothing else (kind, part, parameter), up to the first
    that does more: the order of the catalogue is kept.
    """
    nested = "NetworkInterface" in names
    rows = [
        where
        for where in APIS[action].targets
        if where.response
        or where.parameter in names
        or nested
        or (where.part == "peer_group" and "Permissions" in names)
    ]
    plain: list[_Plain] = []
    for where in rows:
        if nested or where.response or where.when is not None or where.part == "peer_group":
            break
        plain.append((where.kind, where.part, where.parameter))
    return tuple(plain), tuple(rows[len(plain) :])


def _holds(when: tuple[str, str | None], parameters: Parameters) -> bool:
    name, wanted = when
    actual = parameters.text(name)
    if wanted is None or actual is None:
        return wanted is None and actual is None
    return actual.lower() == wanted.lower()


def _ids(where: Where, parameters: Parameters) -> Sequence[str]:
    """The ids of one row: in its own parameter, and inside permissions or interfaces."""
    own = _own(parameters.values.get(where.parameter))
    if where.part == "peer_group":
        peers = _peers(where.parameter, parameters)
        return [*own, *peers] if own else peers
    if "NetworkInterface" in parameters.values:
        return [*own, *_in_interfaces(where, parameters)]
    return own


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


def _leaves(node: Any, path: str, lists: int = _LISTS) -> Iterator[str]:
    """The texts at a dotted path of a response, through lists at any level."""
    head, _, rest = path.partition(".")
    if isinstance(node, list):
        for item in node if lists else ():
            yield from _leaves(item, path, lists - 1)
    elif isinstance(node, Mapping) and head in node:
        if rest:
            yield from _leaves(node[head], rest)
        else:
            yield from _texts(node[head])


def _texts(value: Any, lists: int = _LISTS) -> Iterator[str]:
    if isinstance(value, list):
        for item in value if lists else ():
            yield from _texts(item, lists - 1)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str) or (isinstance(value, int | float) and -_BEYOND < value < _BEYOND):
        yield str(value)
