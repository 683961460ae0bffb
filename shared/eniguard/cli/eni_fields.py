"""What the record of an ENI says, for people and for JSON: ``None`` is not known, an empty text is none."""

from __future__ import annotations

from eniguard.facts.kinds import Eni


def instance_of(eni: Eni) -> str | None:
    """The instance that uses an ENI, empty when none does; the record may not name it."""
    return eni.instance_id or ("" if eni.attached is False else None)


def addresses_of(eni: Eni) -> list[str] | None:
    """The addresses of both IP families; not known where the record has no IPv4 address, as each ENI does."""
    return _both(eni.ipv4_addresses or None, eni.ipv6_addresses)


def prefixes_of(eni: Eni) -> list[str] | None:
    """The prefixes of both IP families."""
    return _both(eni.ipv4_prefixes, eni.ipv6_prefixes)


def _both(ipv4: tuple[str, ...] | None, ipv6: tuple[str, ...] | None) -> list[str] | None:
    return None if ipv4 is None or ipv6 is None else [*ipv4, *ipv6]
