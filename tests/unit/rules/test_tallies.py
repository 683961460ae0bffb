"""What is kept of a listing from call to call is what the listing as it is now adds up to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from eniguard.facts.blocks import block, holding
from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.rules.pfx.occupied import occupied
from eniguard.rules.qta.usage import summed, usage_of
from eniguard.rules.tallies import Tallies

Held = dict[str, Any]
#: The place of an ENI in the listing, and what it holds from then on; ``None`` takes it out.
Step = tuple[int, Held | None]

ADDRESSES = st.lists(st.integers(0, 255).map("10.0.0.{}".format), max_size=3, unique=True).map(tuple)
PREFIXES = st.lists(st.integers(0, 15).map(lambda n: f"10.0.0.{16 * n}/28"), max_size=2, unique=True).map(
    tuple
)
HELD = st.fixed_dictionaries(
    {
        "ipv4_addresses": st.one_of(ADDRESSES, ADDRESSES, ADDRESSES, st.none()),
        "ipv4_prefixes": PREFIXES,
        "ipv6_addresses": st.just(()),
        "ipv6_prefixes": st.just(()),
        "unnamed_ipv4_addresses": st.integers(0, 2),
    }
)
STEPS = st.lists(st.tuples(st.integers(0, 24), st.one_of(st.none(), HELD, HELD)), max_size=12)
START = st.lists(HELD, min_size=12, max_size=24)


def listings(start: list[Held], steps: list[Step]) -> Iterator[tuple[Eni, ...]]:
    """The listings one after the other; ENIs that a step does not name stay the same objects."""
    there = {number: Eni(f"eni-{number}", **held) for number, held in enumerate(start)}
    yield tuple(there.values())
    for number, held in steps:
        there.pop(number, None)
        if held is not None:
            there[number] = Eni(f"eni-{number}", **held)
        yield tuple(there.values())


@given(START, STEPS)
def test_usage_of_a_group_is_the_sum_of_its_listing_after_whatever_went_before(
    start: list[Held], steps: list[Step]
) -> None:
    for listing in listings(start, steps):
        assert usage_of("sg-1", listing) == summed(listing)


@given(START, STEPS, st.lists(st.sampled_from(("10.0.0.0/28", "10.0.0.64/27", "10.0.0.77/32", "0.0.0.0/0"))))
def test_what_a_vswitch_holds_is_what_its_enis_hold_after_whatever_went_before(
    start: list[Held], steps: list[Step], texts: list[str]
) -> None:
    blocks = [found for text in texts if (found := block(text, 4)) is not None]

    for listing in listings(start, steps):
        taken = occupied("vsw-1", 4, listing)
        known = [eni for eni in listing if eni.ipv4_addresses is not None]
        held = [holding(eni.ipv4_prefixes or (), eni.ipv4_addresses or (), 4) for eni in known]
        assert taken.untold == len(listing) - len(known)
        assert [taken.held_by(eni) for eni in known] == held
        for wanted in blocks:
            meeting = [one for one in held if one.within(wanted.first, wanted.last)]
            assert taken.meets(wanted) == bool(meeting)


def test_an_eni_whose_record_names_a_group_twice_counts_twice() -> None:
    nothing: Held = dict.fromkeys(("ipv4_addresses", "ipv4_prefixes", "ipv6_addresses", "ipv6_prefixes"), ())
    enis = [Eni(f"eni-{number}", **nothing) for number in range(20)]
    twice = replace(enis[0], ipv4_addresses=("10.0.0.1",))

    for listing in ((twice, *enis), (twice, twice, *enis), (twice, *enis)):
        assert usage_of("sg-twice", listing) == summed(listing)


class _Added:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.adds = self.drops = 0

    def add(self, one: object) -> None:
        self.adds += 1

    def drop(self, one: object) -> None:
        self.drops += 1


def test_members_that_stay_are_not_looked_at_again() -> None:
    groups = tuple(SecurityGroup(f"sg-{number}") for number in range(10))
    tallies = Tallies(_Added)

    tallies.of("vpc-1", groups)
    tallies.of("vpc-1", groups)
    found = tallies.of("vpc-1", (*groups[1:], SecurityGroup("sg-10")))

    assert (found.adds, found.drops) == (11, 1)


def test_all_is_forgotten_when_more_members_are_kept_than_may_be() -> None:
    tallies = Tallies(_Added, most=5)
    listing = tuple(SecurityGroup(f"sg-{number}") for number in range(4))

    first = tallies.of("vpc-1", listing)
    tallies.of("vpc-2", listing)

    assert tallies.of("vpc-1", listing) is not first
