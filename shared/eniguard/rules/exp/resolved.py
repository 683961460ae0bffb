"""Rules with their blocks, lists and ports resolved: what of them is not known stays ``None``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from msgspec import Struct

from eniguard.events.values import Permission
from eniguard.facts.stated_rules import far_side
from eniguard.model.kinds import PORT_RANGE_LIST, PREFIX_LIST
from eniguard.rules.exp.addresses import EVERY, of_group, of_text
from eniguard.rules.exp.services import ALL_PORTS, has_ports, services_of
from eniguard.rules.exp.spans import Spans, covers, union

#: Gives the entries of a list by its kind and id; ``None`` when it cannot be read.
Entries = Callable[[str, str], "tuple[str, ...] | None"]
#: What a list is named by: its kind and its id.
Named = tuple[str, str]

_MOST_PERMISSIONS = 4_096


class Resolved(Struct, frozen=True, gc=False):
    """One rule, or what a call states of one.

    Attributes
    ----------
    direction
        ``ingress`` or ``egress``.
    accepts
        Whether it lets traffic through; ``None`` when that is not known.
    priority
        From 1, which goes first, to 100.
    services
        What it is about (`eniguard.rules.exp.services`).
    within
        Where ``services`` are not known: what they are surely part of, if anything is known of them.
    peers
        The far side (`eniguard.rules.exp.addresses`).
    narrowed
        It holds for some source ports or some addresses of the near side only.
    """

    direction: str
    accepts: bool | None = None
    priority: int = 1
    services: Spans | None = None
    within: Spans | None = None
    peers: Spans | None = None
    narrowed: bool = False

    @property
    def known(self) -> bool:
        """Whether nothing of it is missing."""
        return self.accepts is not None and self.services is not None and self.peers is not None


def lists_of(direction: str, one: Permission) -> tuple[Named, ...]:
    """The lists that a rule names and that count: blocks and groups go before a prefix list."""
    if not (one.port_range_list_id or one.source_prefix_list_id or one.dest_prefix_list_id):
        return ()
    found: list[Named] = []
    if one.port_range_list_id and not one.port_range:
        found.append((PORT_RANGE_LIST, one.port_range_list_id))
    text, group, listed = far_side(direction, one)
    if listed and not text and not group:
        found.append((PREFIX_LIST, listed))
    return tuple(found)


def resolve(direction: str, one: Permission, entries: Entries, *, whole: bool = True) -> Resolved:
    """A rule with everything resolved that can be.

    Parameters
    ----------
    direction, one
        The rule.
    entries
        Gives the entries of the lists that it names.
    whole
        ``False`` for what a call states of a rule that it changes: what it leaves out is then not known,
        and not what the platform takes by default.
    """
    if not lists_of(direction, one):
        return _without_lists(direction, one, whole)
    return _resolve(direction, one, entries, whole)


@lru_cache(maxsize=_MOST_PERMISSIONS)
def _without_lists(direction: str, one: Permission, whole: bool) -> Resolved:
    return _resolve(direction, one, _no_lists, whole)


def _no_lists(_kind: str, _list_id: str) -> None:
    return None


def _resolve(direction: str, one: Permission, entries: Entries, whole: bool) -> Resolved:
    priority = one.priority or "1"
    readable = priority.isdecimal() and len(priority) <= 3
    return Resolved(
        direction=direction,
        accepts=_accepts(one.policy, whole) if readable else None,
        priority=int(priority) if readable else 1,
        services=_services(one, entries),
        within=None if one.ip_protocol or not one.port_range else _of_any_protocol(one.port_range),
        peers=_peers(direction, one, entries),
        narrowed=_is_narrowed(direction, one),
    )


def _accepts(policy: str | None, whole: bool) -> bool | None:
    if not policy:
        return True if whole else None
    return {"accept": True, "drop": False}.get(policy.lower())


def _services(one: Permission, entries: Entries) -> Spans | None:
    if not one.ip_protocol:
        return None
    if one.port_range or not has_ports(one.ip_protocol):
        return services_of(one.ip_protocol, (one.port_range or "-1/-1",))
    if not one.port_range_list_id:
        return None
    ports = entries(PORT_RANGE_LIST, one.port_range_list_id)
    if ports is None:
        return None
    return services_of(one.ip_protocol, ports) if ports else ()


@lru_cache(maxsize=1_024)
def _of_any_protocol(ports: str) -> Spans | None:
    """What a range of ports lets through, when it is not known of which protocol; not a range of none."""
    found = [services_of(name, (ports,)) for name in ALL_PORTS]
    return None if ports == "-1/-1" or None in found else union([one for one in found if one is not None])


def _peers(direction: str, one: Permission, entries: Entries) -> Spans | None:
    text, group, listed = far_side(direction, one)
    if text:
        return of_text(text)
    if group:
        return of_group(group)
    if not listed:
        return None
    blocks = entries(PREFIX_LIST, listed)
    return None if blocks is None else union_of_texts(blocks)


def union_of_texts(texts: Iterable[str]) -> Spans | None:
    """The addresses of some blocks together; ``None`` when one of them cannot be read."""
    found = [of_text(text) for text in texts]
    return None if None in found else union([one for one in found if one is not None])


def _is_narrowed(direction: str, one: Permission) -> bool:
    near = (
        one.source_cidr_ip or one.ipv6_source_cidr_ip
        if direction == "egress"
        else one.dest_cidr_ip or one.ipv6_dest_cidr_ip
    )
    if near and of_text(near) not in EVERY.values():
        return True
    if not one.source_port_range or not has_ports(one.ip_protocol):
        return False
    ports = services_of("TCP", (one.source_port_range,))
    return ports is None or not covers(ports, ALL_PORTS["TCP"])
