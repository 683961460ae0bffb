"""From a finding to a plan: pure, so that replay and explain show what a function would propose."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from eniguard.events.times import parsed
from eniguard.model import Actor, Finding
from eniguard.printable import shown
from eniguard.remediation.plan import Plan, PlannedCall
from eniguard.remediation.remedies import OF_RULES, REMEDIES, Remedy
from eniguard.settings import IGNORE_TAG, Policy, least

#: Characters that are kept of what a caller says of its program, which may be as long as it likes.
_LONGEST_AGENT = 256


def plan_of(
    finding: Finding, policy: Policy, *, forgeable: bool, at: float, own: str | None = None
) -> Plan | None:
    """The plan for a finding; ``None`` when there is nothing to put back, or nothing may be.

    Parameters
    ----------
    finding
        What was found; its fix says what could be put back.
    policy
        Says how far that may go.
    forgeable
        Whether the event came by a way that anybody can use: its plan is only shown.
    at
        When the plan is made, in seconds since 1970 (UTC).
    own
        The account that the guard runs in, ``None`` when it is not known: in any other one without a role
        there, a plan is only shown.
    """
    fix, account = finding.fix, finding.account_id or ""
    if fix is None or IGNORE_TAG in fix.tags or not account or not finding.region:
        return None
    if fix.action not in OF_RULES.get(finding.rule, ()) or not fix.undo:
        return None
    settings, remedy = policy.remediation, REMEDIES[fix.action]
    mode = settings.mode_for(finding.rule, account, fix.tags)
    if mode == "off":
        return None
    event_at = _at(finding.event_time)
    held_back = (
        *_held_back(finding, event_at, settings.oldest, forgeable, at),
        *_out_of_reach(account, policy, own),
    )
    calls, inverse = remedy.calls(fix), remedy.inverse_calls(fix)
    return Plan(
        id=plan_id(finding.finding_id, calls, forgeable=forgeable),
        finding_id=finding.finding_id,
        rule=finding.rule,
        name=finding.name,
        severity=finding.severity,
        event_id=finding.event_id,
        event_at=event_at,
        account=account,
        region=finding.region,
        actor=_kept(finding.actor),
        subject=finding.subject,
        why=finding.summary,
        calls=calls,
        inverse=inverse,
        preconditions=remedy.start(fix),
        goal=remedy.goal(fix),
        permissions=permissions(remedy, calls, inverse),
        mode=least(mode, fix.limit, "plan" if held_back else "auto"),
        held_back=held_back,
        tags=finding.tags,
        cidrs=finding.cidrs,
        at=at,
        expires=at + settings.expires,
    )


def plan_id(finding_id: str, calls: tuple[PlannedCall, ...], *, forgeable: bool) -> str:
    """The same for the same finding and calls, in whatever words: 128 bits of BLAKE2b as 32 hex digits.

    What came by a way that anybody can use has a plan of its own: the event that the cloud delivers after it
    is not bound to that one.
    """
    made = [(one.action, one.parameters) for one in calls]
    content = msgspec.json.encode([finding_id, made, forgeable], order="sorted")
    return blake2b(content, digest_size=16).hexdigest()


def permissions(
    remedy: Remedy, calls: tuple[PlannedCall, ...], inverse: tuple[PlannedCall, ...]
) -> tuple[str, ...]:
    """The RAM actions that a plan and its undoing need."""
    return tuple(sorted({*remedy.reads, *[one.action for one in (*calls, *inverse)]}))


def _held_back(
    finding: Finding, event_at: float | None, oldest: float, forgeable: bool, at: float
) -> Iterator[str]:
    if finding.trigger != "event":
        yield "no call is known that brought it about"
        return
    if forgeable:
        yield "the event came by a way that anybody can use (an object of OSS, a direct call)"
    if event_at is None:
        yield "it is not known when the call was made"
    elif at - event_at > oldest:
        minutes = f"{(at - event_at) / 60:.0f} minutes"
        yield f"the call was made {minutes} before, and {oldest / 60:.0f} are allowed"


def _out_of_reach(account: str, policy: Policy, own: str | None) -> Iterator[str]:
    if own is not None and account != own and account not in policy.remediation_roles:
        yield f"account {account} has no remediation_role in `accounts` of guard.yml"


def _kept(actor: Actor | None) -> Actor | None:
    """The caller, with what it says of its program cut short: that must not keep a plan from being kept."""
    if actor is None or actor.user_agent is None:
        return actor
    return replace(actor, user_agent=shown(actor.user_agent, _LONGEST_AGENT))


def _at(text: str | None) -> float | None:
    try:
        return None if text is None else parsed(text)[1]
    except ValueError:
        return None
