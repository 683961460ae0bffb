"""The free places of a reserved block, against a search through every one of them."""

from __future__ import annotations

import time
from ipaddress import ip_network
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.facts.blocks import Block, Piece, block, holding
from eniguard.facts.free_blocks import Places, free_prefixes, places


def parsed(text: str) -> Block:
    found = block(text, 6 if ":" in text else 4)
    assert found is not None
    return found


def pieces(*texts: str) -> tuple[Piece, ...]:
    prefixes = tuple(text for text in texts if "/" in text)
    singles = tuple(text for text in texts if "/" not in text)
    return holding(prefixes, singles, 6 if any(":" in text for text in texts) else 4).pieces


RESERVED = "10.0.0.128/25"
_singles = st.integers(0, 511).map(lambda number: f"10.0.{number // 256}.{number % 256}")
_prefixes = st.tuples(st.integers(0, 511), st.sampled_from([25, 27, 28, 29, 30])).map(
    lambda one: str(ip_network((f"10.0.{one[0] // 256}.{one[0] % 256}", one[1]), strict=False))
)


@given(st.lists(st.one_of(_singles, _prefixes), max_size=12))
def test_a_place_is_free_when_nothing_in_use_touches_it(texts: list[str]) -> None:
    # given
    used = [ip_network(text) for text in texts]
    every = list(ip_network(RESERVED).subnets(new_prefix=28))
    free = [str(place) for place in every if not any(place.overlaps(one) for one in used)]
    held = [one for one in used if one.prefixlen < 32]
    with_prefix = sum(any(place.overlaps(one) for one in held) for place in every)

    # when
    found = places(parsed(RESERVED), pieces(*texts))

    # then
    assert list(free_prefixes(parsed(RESERVED), pieces(*texts))) == free
    assert found == Places(8, with_prefix, 8 - with_prefix - len(free))
    assert found.free == len(free)


def test_ipv6_prefixes_are_80_bits_long() -> None:
    used = pieces("2001:db8::/80", "2001:db8:0:0:2::1")

    found = free_prefixes(parsed("2001:db8::/64"), used)

    assert list(islice(found, 2)) == ["2001:db8:0:0:1::/80", "2001:db8:0:0:3::/80"]
    assert places(parsed("2001:db8::/64"), used) == Places(65_536, 1, 1)


def test_a_block_that_is_smaller_than_a_prefix_has_no_place() -> None:
    used = pieces("10.0.0.8")

    assert list(free_prefixes(parsed("10.0.0.8/29"), used)) == []
    assert places(parsed("10.0.0.8/29"), used) == Places(0, 0, 0)


@pytest.mark.parametrize("reserved", ["10.0.0.0/8", "2001:db8::/32"])
def test_one_prefix_over_all_of_a_huge_block_takes_no_time(reserved: str) -> None:
    start = time.perf_counter()

    found = places(parsed(reserved), pieces(reserved))

    assert (found.free, found.strays) == (0, 0)
    assert list(free_prefixes(parsed(reserved), pieces(reserved))) == []
    assert time.perf_counter() - start < 1
