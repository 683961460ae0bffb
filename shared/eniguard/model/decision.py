"""The result of deciding one call."""

from __future__ import annotations

from msgspec import Struct

from eniguard.model.actor import Actor
from eniguard.model.finding import Finding, Undecided


class Decision(Struct, frozen=True, gc=False):
    """What all rules said of one call.

    ``rounds`` is how many rounds of look-ups were made; ``late`` marks an event that arrived after the
    reorder window had passed it.
    """

    event_id: str
    event_time: str
    action: str
    outcome: str
    region: str
    account_id: str | None
    actor: Actor
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    rounds: int = 0
    late: bool = False
    schema: int = 1
