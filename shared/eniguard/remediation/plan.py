"""The plan: exactly which calls would put something back, on what conditions, and how to take them back."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct

from eniguard.model import Actor, Resource, Severity
from eniguard.settings import Mode


class PlannedCall(Struct, frozen=True, gc=False):
    """One call of the cloud: its action (``ecs:RevokeSecurityGroup``), parameters, and what it changes."""

    action: str
    parameters: dict[str, str]
    changes: str


class Precondition(Struct, frozen=True, gc=False):
    """What has to hold right before the calls: a name for it, and the value that it had when planned."""

    name: str
    value: str


class Plan(Struct, frozen=True, gc=False):
    """A plan for one finding.

    Attributes
    ----------
    id
        The same for the same finding and the same calls.
    finding_id, rule, name, severity, event_id, event_at
        What it is for; the event's time in seconds since 1970 (UTC).
    account, region
        Where the calls are made.
    actor
        Who made the call that is put right: nobody approves a plan against himself.
    subject
        The resource that is changed.
    why
        One sentence.
    calls, inverse
        The calls, and those that take them back, each in their order.
    preconditions
        What has to hold right before the calls, and is so again when they are taken back.
    goal
        What has to hold after them; where it holds before, nothing is left to do.
    permissions
        The RAM actions that it needs, those of reading included.
    mode
        How far it may go.
    at, expires
        When it was made, and until when it may be approved and carried out, in seconds since 1970 (UTC).
    held_back
        Why it goes no further, where the policy would let it.
    tags, cidrs
        Those of the finding: how the plan ended is told to whom the finding was told.
    """

    id: str
    finding_id: str
    rule: str
    name: str
    severity: Severity
    event_id: str | None
    event_at: float | None
    account: str
    region: str
    actor: Actor | None
    subject: Resource
    why: str
    calls: tuple[PlannedCall, ...]
    inverse: tuple[PlannedCall, ...]
    preconditions: tuple[Precondition, ...]
    permissions: tuple[str, ...]
    mode: Mode
    at: float
    expires: float
    goal: tuple[Precondition, ...] = ()
    held_back: tuple[str, ...] = ()
    tags: dict[str, str] | None = None
    cidrs: tuple[str, ...] = ()
    schema: Literal[1] = 1

    @property
    def digest(self) -> str:
        """Stands for all that the plan says: the SHA-256 of its JSON, in hexadecimal."""
        return sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


class Approver(Struct, frozen=True, gc=False):
    """Who decided about a plan.

    ``by`` is how the person was told: ``oidc`` an id token that was verified, ``ram`` the identity of RAM
    that signed a call, ``mode`` nobody: the mode of the plan is auto. ``subject`` is the id there (of RAM,
    the principal id), ``issuer`` who gave it (the issuer of OIDC, the account of RAM), ``name`` what to call
    the person: of OIDC the name that he signs in by, of RAM ``user/NAME``, ``assumed-role/ROLE/SESSION`` or
    ``root``.
    """

    by: Literal["oidc", "ram", "mode"]
    issuer: str
    subject: str
    name: str


#: What a plan is carried out for: its calls, or those that take them back.
Purpose = Literal["apply", "undo"]


class Verdict(Struct, frozen=True, gc=False):
    """What was decided about a plan, once: by whom, when, for what, and over which form of the plan.

    ``seal`` is an HMAC-SHA256 over all the rest, by a key that is not in the store: whoever can write to the
    store can make no verdict.
    """

    plan_id: str
    digest: str
    approved: bool
    approver: Approver
    at: float
    nonce: str
    key_id: str
    seal: str
    purpose: Purpose = "apply"


PlanState = Literal["proposed", "approved", "rejected", "applying", "applied", "failed", "undoing", "undone"]
#: How a call went: it is about to be made; it was made; what it changes is so already; it failed.
StepStatus = Literal["begun", "done", "already", "failed"]


class Step(Struct, frozen=True, gc=False):
    """One call of a plan: the how-manieth, from 0, and how it went.

    ``request_id`` is that of the answer; ``None`` when there was none.
    """

    purpose: Purpose
    call: int
    status: StepStatus
    at: float
    request_id: str | None = None
    error: str | None = None


class Run(Struct, frozen=True, gc=False):
    """Who carries the plan out, until when nobody else takes it over, in seconds since 1970 (UTC).

    Of a plan that failed and is to be tried again it says when, and nobody is its owner.
    """

    owner: str
    purpose: Purpose
    until: float


class PlanRecord(Struct, frozen=True, gc=False):
    """What is kept of a plan: the plan, where it stands, what was decided, and what was done.

    Attributes
    ----------
    verdict, undo_verdict
        What was decided on carrying it out, and on taking it back.
    run
        Who is at it; ``None`` when nobody is.
    steps
        The calls that were begun, in their order; the last one about a call counts.
    before, after
        What the preconditions said right before the calls, and what was read back, by name.
    reason
        Why it failed.
    resumable
        Whether what failed may be tried again.
    told
        Whether somebody was told how it ended.
    changed
        When the record was last written, in seconds since 1970 (UTC).
    """

    plan: Plan
    state: PlanState
    verdict: Verdict | None = None
    undo_verdict: Verdict | None = None
    run: Run | None = None
    steps: tuple[Step, ...] = ()
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    reason: str | None = None
    resumable: bool = False
    told: bool = False
    changed: float = 0.0
