"""What several VPC calls have in common: dry runs, lists of ids in one text, blocks, tags in answers."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from fakealiyun.services import Call
from fakealiyun.vpc import exceptions
from fakealiyun.vpc.models.networks import Network
from fakealiyun.wire.parameters import Parameters


def end_dry_run(call: Call) -> None:
    """End a dry run whose checks all passed, before anything changes.

    Raises
    ------
    ApiError
        ``DryRunOperation``: neither success nor failure.
    """
    if call.parameters.flag("DryRun"):
        raise exceptions.dry_run()


def listed(parameters: Parameters, name: str) -> list[str]:
    """Ids that one text holds, parted by commas."""
    return [part.strip() for part in (parameters.text(name) or "").split(",") if part.strip()]


def read_block(text: str, family: int) -> Network | None:
    """A block in standard form, or ``None``."""
    try:
        return IPv4Network(text) if family == 4 else IPv6Network(text)
    except ValueError:
        return None


def within(inner: Network, outer: Network) -> bool:
    """Whether a block lies within another of its family, or is the same."""
    first, last = int(inner.network_address), int(inner.broadcast_address)
    same_family = inner.version == outer.version
    return same_family and first >= int(outer.network_address) and last <= int(outer.broadcast_address)


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as VPC writes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_items(tags: Mapping[str, str]) -> dict[str, Any]:
    """Tags as most describe calls of VPC wrap them."""
    return {"Tag": tag_list(tags)}
