"""What a call takes from an ENI: prefixes and addresses it unassigns, or all that the ENI holds."""

from __future__ import annotations

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.kinds import Eni
from eniguard.model import ActorKind
from eniguard.rules.pfx.request import FAMILIES, listed

UNASSIGN = frozenset(("ecs:UnassignPrivateIpAddresses", "ecs:UnassignIpv6Addresses"))
#: Whom rules about taking judge: people and their tools. Controllers and services drain nodes all day.
ACCOUNT: frozenset[ActorKind] = frozenset(("account",))

_PREFIXES = tuple(family.prefix for family in FAMILIES)
_ADDRESSES = tuple(family.address for family in FAMILIES)


class GivenUp(Struct, frozen=True, gc=False):
    """Prefixes and secondary addresses, as texts where they are named; ``more`` are known only by number."""

    prefixes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    more: int = 0

    @property
    def number(self) -> int:
        """How many they are."""
        return len(self.prefixes) + len(self.addresses) + self.more

    @property
    def texts(self) -> list[str]:
        """Those that are named."""
        return [*self.prefixes, *self.addresses]


NOTHING = GivenUp()


def unassigned(call: Call) -> GivenUp:
    """What a call unassigns; nothing for a call that does not unassign."""
    return call.once(_unassigned) if call.action in UNASSIGN else NOTHING


def _unassigned(call: Call) -> GivenUp:
    return GivenUp(_listed(call, _PREFIXES), _listed(call, _ADDRESSES))


def _listed(call: Call, parameters: tuple[str, ...]) -> tuple[str, ...]:
    """The texts of several list parameters, each once."""
    texts: list[str] = []
    for name in parameters:
        texts += listed(call, name)
    return tuple(dict.fromkeys(texts))


def held(eni: Eni) -> GivenUp | None:
    """What an ENI holds beside its primary address; ``None`` when that is not known."""
    if eni.ipv4_prefixes is None or eni.ipv6_prefixes is None:
        return None
    if eni.ipv4_addresses is None or eni.ipv6_addresses is None:
        return None
    addresses = (*eni.ipv4_addresses[1:], *eni.ipv6_addresses)
    prefixes = (*eni.ipv4_prefixes, *eni.ipv6_prefixes)
    unnamed = eni.unnamed_ipv4_prefixes + eni.unnamed_ipv6_prefixes + eni.unnamed_ipv6_addresses
    primary = 0 if eni.ipv4_addresses else 1
    return GivenUp(prefixes, addresses, unnamed + max(0, eni.unnamed_ipv4_addresses - primary))
