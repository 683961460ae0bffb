"""Generated rules of a group, and their exposure by hand: over one address of each /8 and some ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import ip_network

from hypothesis import strategies as st

LISTS = {
    "pl-1": ["16.0.0.0/6", "128.0.0.0/7"],
    "pl-2": ["2600::/7"],
    "pl-3": [],
}
#: A few of the risky ports, one at least in each range that is generated with some.
RISKY = [("TCP", 20), ("TCP", 22), ("TCP", 25), ("TCP", 3306), ("TCP", 3389), ("UDP", 3389)]
POINTS = [
    (protocol, number)
    for protocol in ("TCP", "UDP")
    for number in (1, 20, 22, 25, 26, 443, 3389, 3390, 40000, 65535)
] + [("ICMP", -1), ("GRE", -1)]
#: What of each /8 is no address of the Internet: whole ones, and parts by their sizes.
WHOLE = {0, 10, 127, *range(224, 256)}
PARTS = {100: 2**22, 169: 2**16, 172: 2**20, 192: 2**16 + 2**8 + 2**8, 198: 2**17 + 2**8, 203: 2**8}
PUBLIC4 = {cell: 0 if cell in WHOLE else 2**24 - PARTS.get(cell, 0) for cell in range(256)}
PUBLIC6 = {cell: 2**120 if 0x20 <= cell < 0x40 else 0 for cell in range(256)}

Rule = Mapping[str, str]
#: A set of /8 blocks of both families, one bit for each.
Cells = int

_BLOCKS = st.one_of(
    st.just("0.0.0.0/0"),
    st.just("::/0"),
    st.builds(
        lambda bits, mask: f"{bits >> (8 - mask) << (8 - mask)}.0.0.0/{mask}",
        st.integers(0, 255),
        st.integers(1, 8),
    ),
    st.builds(
        lambda bits, mask: f"{bits >> (8 - mask) << (8 - mask):02x}00::/{mask}",
        st.integers(0, 255),
        st.integers(1, 8),
    ),
)


def _sourced(text: str) -> Rule:
    return {"Ipv6SourceCidrIp" if ":" in text else "SourceCidrIp": text}


_SOURCES = st.one_of(
    _BLOCKS.map(_sourced),
    _BLOCKS.map(_sourced),
    st.sampled_from(sorted(LISTS)).map(lambda name: {"SourcePrefixListId": name}),
    st.just({"SourceGroupId": "sg-2"}),
)
_SERVICES = st.sampled_from(
    [
        {"IpProtocol": "TCP", "PortRange": "22/22"},
        {"IpProtocol": "tcp", "PortRange": "20/25"},
        {"IpProtocol": "TCP", "PortRange": "26/3389"},
        {"IpProtocol": "TCP", "PortRange": "443/443"},
        {"IpProtocol": "TCP", "PortRange": "1/65535"},
        {"IpProtocol": "UDP", "PortRange": "3389/3390"},
        {"IpProtocol": "UDP", "PortRange": "-1/-1"},
        {"IpProtocol": "ALL", "PortRange": "-1/-1"},
        {"IpProtocol": "ICMP", "PortRange": "-1/-1"},
    ]
)
_HEADS = st.builds(
    lambda policy, priority: {"Policy": policy, "Priority": priority},
    st.sampled_from(("accept", "Accept", "drop")),
    st.sampled_from(("1", "2", "50")),
)
RULES = st.builds(
    lambda *parts: {key: value for part in parts for key, value in part.items()}, _HEADS, _SERVICES, _SOURCES
)


def cell(family: int, number: int) -> Cells:
    """The set of one /8."""
    return 1 << (number if family == 4 else 256 + number)


@cache
def cells(*texts: str) -> Cells:
    """The /8 blocks of both families that some blocks hold."""
    found = 0
    for text in texts:
        network = ip_network(text)
        first = int(network.network_address) >> (network.max_prefixlen - 8)
        for more in range(2 ** (8 - network.prefixlen)):
            found |= cell(network.version, first + more)
    return found


def sources(rule: Rule) -> Cells:
    if "SourcePrefixListId" in rule:
        return cells(*LISTS[rule["SourcePrefixListId"]])
    return cells(*[rule[name] for name in ("SourceCidrIp", "Ipv6SourceCidrIp") if name in rule])


def about(rule: Rule, protocol: str, number: int) -> bool:
    name = rule["IpProtocol"].upper()
    if name not in (protocol, "ALL"):
        return False
    first, last = map(int, rule["PortRange"].split("/"))
    return name == "ALL" or first == -1 or first <= number <= last


def open_by_hand(rules: Sequence[Rule], point: tuple[str, int]) -> Cells:
    """Rules with a lower number overrule those with a higher one, drop rules the others of their number."""
    matching = [rule for rule in rules if about(rule, *point)]
    found = 0
    for rule in sorted(matching, key=lambda one: (-int(one["Priority"]), one["Policy"].lower() == "drop")):
        found = found & ~sources(rule) if rule["Policy"].lower() == "drop" else found | sources(rule)
    return found


@cache
def wide_by_hand(found: Cells, wide_prefix: int) -> bool:
    four = sum(size for number, size in PUBLIC4.items() if found & cell(4, number))
    six = sum(size for number, size in PUBLIC6.items() if found & cell(6, number))
    enough = (2 ** (32 - wide_prefix), 2 ** (128 - 2 * wide_prefix))
    return four >= min(enough[0], sum(PUBLIC4.values())) or six >= min(enough[1], sum(PUBLIC6.values()))


def opens_all(rule: Rule) -> bool:
    return rule["PortRange"] in ("1/65535", "-1/-1") and rule["IpProtocol"].upper() != "ICMP"


def verdicts_by_hand(before: Sequence[Rule], added: Sequence[Rule], wide_prefix: int) -> list[str]:
    """The codes of the rules that report a call which adds rules to those that are there."""
    accepting = [rule for rule in added if rule["Policy"].lower() == "accept"]
    judged = {
        "EXP001": ([rule for rule in accepting if not opens_all(rule)], RISKY),
        "EXP002": ([rule for rule in accepting if opens_all(rule)], POINTS),
    }
    return [
        code
        for code, (stated, points) in judged.items()
        if any(_opened(before, added, stated, point, wide_prefix) for point in points)
    ]


def _opened(
    before: Sequence[Rule],
    added: Sequence[Rule],
    stated: Sequence[Rule],
    point: tuple[str, int],
    wide_prefix: int,
) -> bool:
    asked = 0
    for rule in stated:
        asked |= sources(rule) if about(rule, *point) else 0
    was, now = open_by_hand(before, point), open_by_hand([*before, *added], point)
    if wide_by_hand(was, wide_prefix):
        return wide_by_hand(asked, wide_prefix) and wide_by_hand(now & ~was, wide_prefix)
    return wide_by_hand(was | asked, wide_prefix) and wide_by_hand(now, wide_prefix)
