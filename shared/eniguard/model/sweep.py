"""The result of one sweep."""

from __future__ import annotations

from msgspec import Struct

from eniguard.model.finding import Finding, Undecided


class Sweep(Struct, frozen=True, gc=False):
    """What all rules said of everything known of one account and region.

    ``time`` is when the resources were judged (UTC, ISO 8601).
    """

    account_id: str
    region: str
    time: str
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    schema: int = 1
