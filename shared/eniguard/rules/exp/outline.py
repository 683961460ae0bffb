"""A first look at the rules that a call states, which parses no block.

Nearly all calls state rules for a few small blocks: their masks alone show that they are not wide.
"""

from __future__ import annotations

from operator import attrgetter

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.blocks import BITS
from eniguard.facts.stated_rules import ADDS, DROPS, added_by, far_side, states_nothing
from eniguard.rules.exp.addresses import is_wide, of_text
from eniguard.rules.exp.resolved import union_of_texts

#: The largest ``wide_prefix`` that the rules take. The rules of calls that state less than this are never
#: looked up.
LONGEST_WIDE_PREFIX = 16
#: Addresses of a block by the text of its mask, with the slash.
_SIZES = {
    family: {f"/{mask}": 1 << (bits - mask) for mask in range(bits + 1)} for family, bits in BITS.items()
}
_LEAST = {4: 1 << (BITS[4] - LONGEST_WIDE_PREFIX), 6: 1 << (BITS[6] - 2 * LONGEST_WIDE_PREFIX)}
#: Those of IPv4 blocks that are not wide by themselves, by the last three characters of their texts.
_SMALL = {f"/{mask}": 1 << (BITS[4] - mask) for mask in range(LONGEST_WIDE_PREFIX + 1, BITS[4] + 1)}
#: What takes the IPv4 blocks of the far side out of a rule, by the action that adds or drops it.
FAR_BLOCKS = {
    action: attrgetter("dest_cidr_ip" if direction == "egress" else "source_cidr_ip")
    for action, direction in (*ADDS.items(), *DROPS.items())
}


class Outline(Struct, frozen=True, gc=False):
    """What a call adds, roughly.

    ``may_open`` marks far sides that may be wide under some ``wide_prefix``, prefix lists, and what cannot be
    read; ``owned`` groups of named owners; ``sideless`` rules of which no far side can be read; all of them
    in rules that accept.
    """

    may_open: bool = False
    owned: bool = False
    sideless: bool = False


_PLAIN = Outline()

_POLICY = attrgetter("policy")
#: How nearly all calls say that a rule accepts, or leave it out.
_ACCEPT = frozenset((None, "accept", "Accept"))


def outline(call: Call) -> Outline:
    """The first look at what a call adds."""
    return _PLAIN if _adds_small_blocks(call) else call.once(_outline)


def _outline(call: Call) -> Outline:
    accepted = [(direction, one) for direction, one in added_by(call) if not is_drop(one)]
    sides = [far_side(direction, one) for direction, one in accepted]
    sideless = not all(map(any, sides))
    return Outline(
        may_open=sideless
        or states_nothing(call)
        or _is_large([text for text, _, _ in sides if text])
        or any(prefixes and not text and not group for text, group, prefixes in sides),
        owned=any(
            group and not text and (one.source_group_owner_id or one.source_group_owner_account)
            for (text, group, _), (_, one) in zip(sides, accepted, strict=True)
        ),
        sideless=sideless,
    )


def _adds_small_blocks(call: Call) -> bool:
    """Whether all that a call adds is for IPv4 blocks which together, wherever they are, cannot be wide."""
    far_block = FAR_BLOCKS.get(call.action)
    if far_block is None:
        return False
    bound = 0
    for text in map(far_block, call.parameters.permissions()):
        if not text or "," in text:
            return False
        bound += _SMALL.get(text[-3:], _LEAST[4])
    return 0 < bound < _LEAST[4]


def _is_large(texts: list[str]) -> bool:
    """Whether blocks together may be wide; the masks tell it of most, and of the others their addresses."""
    for family in (4, 6):
        bounds = [
            _bound(part, family)
            for text in texts
            for part in text.split(",")
            if (":" in part) == (family == 6)
        ]
        if sum(bounds) >= _LEAST[family]:
            break
    else:
        return False
    addresses = union_of_texts(texts)
    return addresses is None or is_wide(addresses, LONGEST_WIDE_PREFIX)


def _bound(text: str, family: int) -> int:
    """At least as many addresses as a text names, which is all of them if it cannot be read."""
    place = text.rfind("/")
    if place < 0:
        return 1 << BITS[family] if of_text(text) is None else 1
    return _SIZES[family].get(text[place:].strip(), 1 << BITS[family])


def any_drops(permissions: tuple[Permission, ...]) -> bool:
    """Whether one of some stated rules drops traffic."""
    return not _ACCEPT.issuperset(map(_POLICY, permissions)) and any(map(is_drop, permissions))


def is_drop(one: Permission) -> bool:
    """Whether a stated rule drops traffic; without a policy it accepts."""
    return one.policy is not None and one.policy.lower() == "drop"
