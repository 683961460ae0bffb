"""Addresses under other numbers: what lay in what before does so afterwards."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.facts.blocks import block
from eniguard.recording import Pseudonyms
from eniguard.rules.exp.addresses import of_text, public_size
from eniguard.rules.exp.spans import union

ADDRESSES = Pseudonyms(b"0123456789abcdef").addresses
IPV4 = st.integers(0, 2**32 - 1)
# Close to each other, and to the ranges that mean something.
IPV6 = st.one_of(
    st.integers(0, 2**128 - 1),
    st.integers(0, 2**96 - 1).map(lambda low: 0x20010DB8 << 96 | low),
    st.integers(0, 2**16),
)


@st.composite
def blocks4(draw: st.DrawFn) -> str:
    length = draw(st.integers(0, 32))
    return str(ip_network((draw(IPV4) >> (32 - length) << (32 - length), length)))


@st.composite
def blocks6(draw: st.DrawFn) -> str:
    length = draw(st.integers(0, 128))
    return str(ip_network((draw(IPV6) >> (128 - length) << (128 - length), length)))


def common(one: int, other: int, bits: int) -> int:
    return bits - (one ^ other).bit_length()


@given(IPV4, IPV4)
def test_ipv4_addresses_share_as_many_leading_bits_as_before(one: int, other: int) -> None:
    mapped = [int(IPv4Address(ADDRESSES.text(str(IPv4Address(number))))) for number in (one, other)]

    assert common(*mapped, 32) == common(one, other, 32)


@given(IPV6, IPV6)
def test_ipv6_addresses_share_as_many_leading_bits_as_before(one: int, other: int) -> None:
    mapped = [int(IPv6Address(ADDRESSES.text(str(IPv6Address(number))))) for number in (one, other)]

    assert common(*mapped, 128) == common(one, other, 128)


@given(st.one_of(st.tuples(blocks4(), blocks4()), st.tuples(blocks6(), blocks6())))
def test_blocks_keep_their_size_and_lie_to_each_other_as_before(pair: tuple[str, str]) -> None:
    one, other = map(ip_network, pair)
    mapped = [ip_network(ADDRESSES.text(text)) for text in pair]

    assert [found.prefixlen for found in mapped] == [one.prefixlen, other.prefixlen]
    assert mapped[0].overlaps(mapped[1]) == one.overlaps(other)  # type: ignore[arg-type]
    assert ip_address(ADDRESSES.text(str(one[0]))) in mapped[0]


@given(st.one_of(blocks4(), blocks6()))
def test_what_an_address_is_for_stays(text: str) -> None:
    one, mapped = ip_network(text)[0], ip_network(ADDRESSES.text(text))[0]
    meanings = ("is_private", "is_loopback", "is_link_local", "is_multicast", "is_unspecified")

    if ip_network(text).prefixlen >= 10:
        kept = [name for name in meanings if getattr(one, name) != getattr(mapped, name)]
        # ipaddress knows small blocks that no rule looks at.
        assert kept in ([], ["is_private"])


@given(st.lists(blocks4(), max_size=8), st.lists(blocks6(), max_size=4))
def test_as_much_of_the_internet_is_meant_as_before(four: list[str], six: list[str]) -> None:
    before = union([of_text(text) or () for text in (*four, *six)])
    after = union([of_text(ADDRESSES.text(text)) or () for text in (*four, *six)])

    for family in (4, 6):
        assert public_size(after, family) == public_size(before, family)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0",
        "::/0",
        "0.0.0.0",
        "::",
        "::1",
        "127.0.0.1",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "22/22",
        "-1/-1",
        "",
    ],
)
def test_everybody_ports_and_whole_ranges_stay(text: str) -> None:
    assert ADDRESSES.text(text) == text


@given(IPV4, st.integers(1, 31))
def test_block_with_host_bits_set_has_some_afterwards(number: int, length: int) -> None:
    text = f"{IPv4Address(number)}/{length}"
    before, after = block(text, 4), block(ADDRESSES.text(text), 4)

    assert before is not None
    assert after is not None
    assert after.aligned == before.aligned


def test_several_blocks_and_spaces_keep_their_places() -> None:
    one, other = ADDRESSES.text("203.0.113.0/25"), ADDRESSES.text("10.1.0.0/16")

    assert ADDRESSES.text("203.0.113.0/25, 10.1.0.0/16 ") == f"{one}, {other} "


@pytest.mark.parametrize(
    "text", ["10.0.0.1/33", "010.0.0.1", "10.0.0.0/255.0.0.0", "fe80::1%eth0", "everybody"]
)
def test_text_that_is_no_address_is_replaced_by_one_that_is_none(text: str) -> None:
    found = ADDRESSES.text(text)

    assert text not in found
    assert of_text(found) is None


def test_spelling_makes_no_other_address() -> None:
    assert ADDRESSES.text("2001:DB8:0:0::1") == ADDRESSES.text("2001:db8::1")


def test_another_secret_gives_other_addresses() -> None:
    other = Pseudonyms(b"another secret here").addresses
    texts = [f"10.{number}.0.0/16" for number in range(64)]

    assert sum(ADDRESSES.text(text) == other.text(text) for text in texts) < 8
