"""A first look at the rules that a call states, which parses no block.

Nearly all calls state rules for a few small blocks: their masks alone show that they are not wide.
"""

from __future__ import annotations

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.blocks import BITS
from eniguard.facts.rule_effects import ADDS, added_by
from eniguard.rules.exp.addresses import is_wide
from eniguard.rules.exp.resolved import far_side, union_of_texts

#: The largest ``wide_prefix`` that the rules take. The rules of calls that state less than this are never
#: looked up.
LONGEST_WIDE_PREFIX = 16
#: Addresses of a block by the text of its mask, with the slash.
_SIZES = {
    family: {f"/{mask}": 1 << (bits - mask) for mask in range(bits + 1)} for family, bits in BITS.items()
}
_LEAST = {4: 1 << (BITS[4] - LONGEST_WIDE_PREFIX), 6: 1 << (BITS[6] - 2 * LONGEST_WIDE_PREFIX)}


class Outline(Struct, frozen=True, gc=False):
    """What a call adds, roughly.

    ``large`` marks far sides that may be wide under some ``wide_prefix``, ``listed`` prefix lists, ``owned``
    groups of named owners; all of them in rules that accept.
    """

    large: bool = False
    listed: bool = False
    owned: bool = False

    @property
    def may_open(self) -> bool:
        """Whether a rule that the call adds may let the world in or out."""
        return self.large or self.listed


_PLAIN = Outline()


def outline(call: Call) -> Outline:
    """The first look at what a call adds."""
    return call.once(_outline)


def _outline(call: Call) -> Outline:
    direction = ADDS.get(call.action)
    if direction is not None and _is_small(call.parameters.permissions(), direction == "egress"):
        return _PLAIN
    accepted = [(direction, one) for direction, one in added_by(call) if not is_drop(one)]
    sides = [far_side(direction, one) for direction, one in accepted]
    return Outline(
        large=_is_large([text for text, _, _ in sides if text]),
        listed=any(prefixes and not text and not group for text, group, prefixes in sides),
        owned=any(
            group and not text and (one.source_group_owner_id or one.source_group_owner_account)
            for (text, group, _), (_, one) in zip(sides, accepted, strict=True)
        ),
    )


def _is_small(permissions: tuple[Permission, ...], egress: bool) -> bool:
    """Whether all far sides are IPv4 blocks which together, wherever they are, cannot be wide."""
    bound = 0
    for one in permissions:
        text = one.dest_cidr_ip if egress else one.source_cidr_ip
        if not text or "," in text:
            return False
        bound += _SIZES[4].get(text[text.rfind("/") :], _LEAST[4])
    return bound < _LEAST[4]


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
    """At least as many addresses as a text names."""
    place = text.rfind("/")
    return 1 if place < 0 else _SIZES[family].get(text[place:].strip(), 1 << BITS[family])


def is_drop(one: Permission) -> bool:
    """Whether a stated rule drops traffic; without a policy it accepts."""
    return one.policy is not None and one.policy.lower() == "drop"
