"""Findings and what belongs to them; the JSON form carries ``schema: 1``."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

from msgspec import Struct

from eniguard.model.actor import Actor
from eniguard.model.severity import Severity

Trigger = Literal["event", "sweep", "internal"]
#: How much of what a rule wanted to know was known.
Inventory = Literal["known", "partial", "unknown"]


class Resource(Struct, frozen=True, gc=False):
    """One resource a finding is about; ``managed`` is ``None`` when not known."""

    kind: str
    id: str
    managed: bool | None = None
    owner_service: str | None = None


class Evidence(Struct, frozen=True, gc=False):
    """One fact a finding rests on.

    ``source`` names where it came from (``event``, ``snapshot``, ``journal`` …), ``as_of`` when it held
    (UTC, ISO 8601; ``None`` for the event itself).
    """

    name: str
    value: str | int | bool | list[str] | None
    note: str | None = None
    source: str = "event"
    as_of: str | None = None


class Reference(Struct, frozen=True, gc=False):
    """The place in a source document that a rule rests on."""

    document: str
    row: str | None = None


class Fix(Struct, frozen=True, gc=False):
    """What could be put back, and how far that may go without a person.

    ``undo`` are the parameters of the call that would take it back, as far as is known now; ``tags`` those of
    the resource.
    """

    summary: str
    limit: Literal["approve", "auto"]
    action: str
    parameters: dict[str, str]
    undo: dict[str, str] = {}
    tags: dict[str, str] = {}


class Finding(Struct, frozen=True, gc=False):
    """One rule's statement about one subject of one event; ``resources[0]`` is the subject."""

    finding_id: str
    rule: str
    name: str
    severity: Severity
    trigger: Trigger
    event_id: str | None
    event_time: str | None
    region: str | None
    account_id: str | None
    action: str | None
    outcome: str | None
    actor: Actor | None
    resources: tuple[Resource, ...]
    inventory: Inventory
    summary: str
    evidence: tuple[Evidence, ...]
    advice: str
    fix: Fix | None
    references: tuple[Reference, ...]
    schema: int = 1

    @property
    def subject(self) -> Resource:
        """The resource this finding is about."""
        return self.resources[0]


class Undecided(Struct, frozen=True, gc=False):
    """A rule that could not be decided because a fact its condition rests on is missing.

    ``refs`` are the missing facts in the form ``kind by=value``. ``failed`` marks a rule that broke off with
    an error of its own: no fact would help, and ``reason`` says what it was, and where.
    """

    rule: str
    refs: tuple[str, ...]
    reason: str
    event_id: str | None = None
    subject: Resource | None = None
    failed: bool = False


def finding_id(event_id: str, rule: str, subject_kind: str, subject_id: str) -> str:
    """The deterministic id of a finding: 128 bits of BLAKE2b as 32 hex digits."""
    key = "\x1f".join((event_id, rule, subject_kind, subject_id))
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
