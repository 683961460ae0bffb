"""What rules let through as sets of integers: TCP ports, then UDP ports, then all other protocols."""

from __future__ import annotations

from functools import lru_cache

from eniguard.facts.rule_effects import protocol_name
from eniguard.rules.exp.spans import Span, Spans, meet, merged, minus

_LAST_PORT = 65_535
_PORTS_AT = {"TCP": 0, "UDP": _LAST_PORT + 1}
_OTHERS_AT = 2 * (_LAST_PORT + 1)
#: IANA protocol numbers are one octet.
_LAST_PROTOCOL = 255
#: IANA numbers of the protocols that ECS has names for.
_NUMBERS = {"ICMP": 1, "GRE": 47, "ICMPV6": 58}

#: Every port and protocol.
EVERYTHING: Spans = ((0, _OTHERS_AT + _LAST_PROTOCOL),)
_OTHERS: Spans = ((_OTHERS_AT, _OTHERS_AT + _LAST_PROTOCOL),)
#: The ports of a protocol, without 0, which no service has.
ALL_PORTS: dict[str, Spans] = {name: ((at + 1, at + _LAST_PORT),) for name, at in _PORTS_AT.items()}
_ALL = ("-1/-1", "1/65535", "0/65535", "-1")


@lru_cache(maxsize=4_096)
def services_of(protocol: str, ports: tuple[str, ...]) -> Spans | None:
    """What a protocol and ranges of ports let through; ``None`` when they cannot be read.

    Parameters
    ----------
    protocol
        A name or a number, in any spelling ECS takes.
    ports
        Ranges as ``80/80``; of a protocol without ports they say nothing.
    """
    name = protocol_name(protocol)
    if name == "ALL":
        return EVERYTHING
    if name in _PORTS_AT:
        found = [_range(text.strip(), _PORTS_AT[name]) for text in ports]
        return None if not found or None in found else merged([one for one in found if one is not None])
    number = _NUMBERS.get(name or "", name or "")
    if isinstance(number, str):
        if not number.isdecimal() or int(number) > _LAST_PROTOCOL:
            return None
        number = int(number)
    return ((_OTHERS_AT + number, _OTHERS_AT + number),)


def has_ports(protocol: str | None) -> bool:
    """Whether a protocol has ports."""
    return protocol_name(protocol) in _PORTS_AT


def port(protocol: str, number: int) -> int:
    """The number that stands for one port of TCP or UDP."""
    return _PORTS_AT[protocol] + number


@lru_cache(maxsize=1_024)
def opens_all_ports(services: Spans) -> bool:
    """Whether every port of TCP, or of UDP, is let through."""
    return any(not minus(every, services) for every in ALL_PORTS.values())


def shown(services: Spans) -> str:
    """What is let through as a person reads it, as in ``TCP 22, UDP 53-60``."""
    if services == EVERYTHING:
        return "all protocols"
    found = [
        _ports_shown(name, first - at, last - at)
        for name, at in _PORTS_AT.items()
        for first, last in meet(services, ((at, at + _LAST_PORT),))
    ]
    others = [
        f"protocol {first - _OTHERS_AT}"
        if first == last
        else f"protocols {first - _OTHERS_AT}-{last - _OTHERS_AT}"
        for first, last in meet(services, _OTHERS)
    ]
    return ", ".join([*found, *others])


def _ports_shown(name: str, first: int, last: int) -> str:
    if first <= 1 and last == _LAST_PORT:
        return f"all {name} ports"
    return f"{name} {first}" if first == last else f"{name} {first}-{last}"


def _range(text: str, at: int) -> Span | None:
    if text in _ALL:
        return at + 1, at + _LAST_PORT
    first, slash, last = text.partition("/")
    last = last if slash else first
    if not (first.isdecimal() and last.isdecimal()) or len(first) > 5 or len(last) > 5:
        return None
    low, high = int(first), int(last)
    return (at + low, at + high) if low <= high <= _LAST_PORT else None
