"""The geometry of blocks, held against the standard library's own."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eniguard.facts.blocks import BITS, LONGEST, Block, address, block, canonical, holding

FAMILIES = st.sampled_from((4, 6))


@st.composite
def written(draw: st.DrawFn) -> tuple[str, int]:
    """An address and a mask in CIDR notation, host bits and all, with its family."""
    family = draw(FAMILIES)
    number = draw(st.integers(0, 2 ** BITS[family] - 1))
    return f"{_address(number, family)}/{draw(st.integers(0, BITS[family]))}", family


@st.composite
def near(draw: st.DrawFn) -> tuple[str, str, int]:
    """Two blocks of one family that lie close enough to touch in every way."""
    family = draw(FAMILIES)
    base = draw(st.sampled_from((0, 2 ** BITS[family] - 256, 10 << (BITS[family] - 8))))
    texts = []
    for _ in range(2):
        number = base + draw(st.integers(0, 255))
        texts.append(f"{_address(number, family)}/{draw(st.integers(BITS[family] - 9, BITS[family]))}")
    return texts[0], texts[1], family


def _address(number: int, family: int) -> str:
    return str(ip_address(number.to_bytes(BITS[family] // 8, "big")))


def parsed(text: str, family: int) -> Block:
    found = block(text, family)
    assert found is not None
    return found


@given(written())
def test_a_block_agrees_with_ipaddress(pair: tuple[str, int]) -> None:
    text, family = pair
    found, network = parsed(text, family), ip_network(text, strict=False)
    assert (found.first, found.last) == (int(network.network_address), int(network.broadcast_address))
    assert found.length == network.prefixlen
    assert found.text == str(network)
    assert found.aligned == (int(ip_address(text.split("/")[0])) == found.first)


@given(near())
def test_containment_and_overlap_agree_with_ipaddress(three: tuple[str, str, int]) -> None:
    one, other, family = three
    mine, theirs = parsed(one, family), parsed(other, family)
    network, other_network = ip_network(one, strict=False), ip_network(other, strict=False)
    assert mine.contains(theirs) == other_network.subnet_of(network)  # type: ignore[arg-type]
    assert mine.overlaps(theirs) == network.overlaps(other_network)
    assert mine.overlaps(theirs) == theirs.overlaps(mine)
    assert mine.holds(theirs.first) == (ip_address(other_network.network_address) in network)


@given(st.lists(near(), max_size=4), near())
def test_what_an_eni_holds_within_a_range_is_what_overlaps_it(
    held: list[tuple[str, str, int]], asked: tuple[str, str, int]
) -> None:
    family = asked[2]
    wanted = parsed(asked[0], family)
    prefixes = tuple(text for one in held for text in one[:2])
    singles = tuple(text.split("/")[0] for text in prefixes)
    found = [piece.text for piece in holding(prefixes, singles, family).within(wanted.first, wanted.last)]
    network = ip_network(asked[0], strict=False)
    mine = [text for text in prefixes if ip_network(text, strict=False).version == family]
    expected = [text for text in mine if ip_network(text, strict=False).overlaps(network)]
    expected += [text for one in mine if ip_address(text := one.split("/")[0]) in network]
    assert found == expected


@given(written(), written())
def test_blocks_of_two_families_have_nothing_in_common(one: tuple[str, int], other: tuple[str, int]) -> None:
    assume(one[1] != other[1])
    mine, theirs = parsed(*one), parsed(*other)
    assert not mine.contains(theirs)
    assert not mine.overlaps(theirs)
    assert block(one[0], other[1]) is None


@given(st.text(max_size=60), FAMILIES)
def test_any_text_is_a_block_or_none_and_never_an_error(text: str, family: int) -> None:
    found = block(text, family)
    if found is not None:
        assert ip_network(text, strict=False).prefixlen == found.length
    number = address(text, family)
    if number is not None:
        assert int(ip_address(text)) == number
    canonical(text)


#: Texts that are an address, or nearly one.
_NEARLY = st.one_of(
    st.text(st.sampled_from("0123456789abcdefABCDEFgx:.%/ \0\n\ud800٣"), max_size=24),
    st.lists(st.sampled_from(["", "0", "00", "1", "01", "255", "256", "1a", "٣"]), max_size=6).map(".".join),
    st.lists(
        st.sampled_from(["", "", "0", "ffff", "0000", "00000", "1.2.3.4", "01.2.3.4", "g"]), max_size=10
    ).map(":".join),
)


@given(_NEARLY, FAMILIES)
def test_an_address_is_what_ipaddress_takes_for_one(text: str, family: int) -> None:
    try:
        expected = int((IPv4Address if family == 4 else IPv6Address)(text))
    except AddressValueError:
        expected = None
    assert address(text, family) == (None if "%" in text else expected)
    if family == 4 and expected is not None:
        assert str(IPv4Address(text)) == text  # one spelling only


@given(written())
def test_one_block_has_one_canonical_text(pair: tuple[str, int]) -> None:
    network = ip_network(pair[0], strict=False)
    assert canonical(network.exploded) == canonical(network.compressed.upper()) == str(network)
    assert canonical(network.network_address.exploded) == str(network.network_address)


@pytest.mark.parametrize(
    "text", ["10.0.0.17/28", "2001:DB8::1/80", "nonsense", "", "10.0.0.16/255.255.255.240"]
)
def test_a_text_that_is_no_aligned_block_keeps_its_spelling(text: str) -> None:
    assert canonical(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0/8",
        "10.0.0.0/٨",
    ],
)
def test_other_notations_are_no_blocks(text: str) -> None:
    assert block(text, 4) is None


@pytest.mark.parametrize("text", ["fe80::1%eth0/80", "::/129", "10.0.0.0/8", "1::2::3/80", "::ffff/-1"])
def test_other_notations_are_no_ipv6_blocks(text: str) -> None:
    assert block(text, 6) is None


def test_a_very_long_text_is_turned_away_before_it_reaches_a_cache() -> None:
    longest = "0000:0000:0000:0000:0000:0000:255.255.255.255/128"
    assert len(longest) == LONGEST
    assert block(longest, 6) is not None
    assert block("1" * 1_000_000, 4) is None
    assert address("1" * 1_000_000, 6) is None
    assert canonical("1" * 1_000) == "1" * 1_000
