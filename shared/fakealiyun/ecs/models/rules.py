"""The rules of security groups; what makes two of them the same rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Direction = Literal["ingress", "egress"]
PeerKind = Literal["ipv4", "ipv6", "group", "prefix-list"]
Policy = Literal["Accept", "Drop"]


class Peer(NamedTuple):
    """One side of a rule: a block, a security group or a prefix list.

    ``owner`` is the account of a group that is not the caller's own, as the rule names it.
    """

    kind: PeerKind
    value: str
    owner: str | None = None


@dataclass(frozen=True)
class Content:
    """What a rule says. Two rules of a group never have the same content.

    Everything but the description counts, the policy and the priority as well. ``peer`` is the side that the
    rule lets in or out, ``near`` the side of the group itself (five-tuple rules only). A rule names its ports
    as a range or by a port list.
    """

    direction: Direction
    protocol: str
    peer: Peer
    policy: Policy = "Accept"
    priority: int = 1
    ports: str | None = None
    port_list_id: str | None = None
    source_ports: str | None = None
    near: Peer | None = None

    @property
    def uses(self) -> list[tuple[str, str]]:
        """What has to exist as long as the rule does: kind and id."""
        peer: list[tuple[str, str]] = [(self.peer.kind, self.peer.value)]
        named = peer if self.peer.kind in ("group", "prefix-list") else []
        return named if self.port_list_id is None else [*named, ("port-list", self.port_list_id)]


@dataclass
class Rule:
    """One rule, with an id of its own that outlives changes of its content."""

    id: str
    group_id: str
    content: Content
    created_at: datetime
    description: str = ""
