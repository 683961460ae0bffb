"""What a plan has to pass right before its calls are made; each refusal is an error of its own."""

from __future__ import annotations

from typing import Literal

from eniguard.errors import ApprovalNeeded, ModeForbids, NotTrusted, PreconditionChanged, Untouchable
from eniguard.remediation.plan import Approver, Plan, Precondition, Purpose
from eniguard.remediation.remedies import OF_RULES, Seen
from eniguard.settings import IGNORE_TAG, MODES, Policy

#: A precondition that an undone plan no longer meets: what was made again is younger.
_OF_THE_EVENT = "made"


def check_kind(plan: Plan) -> None:
    """Let a plan pass that is one of those there are.

    Raises
    ------
    Untouchable
        Its calls are not what its rule is put right by.
    """
    allowed = OF_RULES.get(plan.rule, ())
    if len(plan.calls) != 1 or len(plan.inverse) != 1 or plan.calls[0].action not in allowed:
        named = ", ".join(one.action for one in plan.calls)
        raise Untouchable(f"plan {plan.id}: {named} is not what {plan.rule} is put right by; nothing is done")


def check_trust(plan: Plan, oldest: float) -> None:
    """Let a plan pass whose event is young, and came by a way that only the cloud can use.

    Raises
    ------
    NotTrusted
        It does not go back to such an event: it is only shown.
    """
    if plan.held_back:
        raise NotTrusted(f"plan {plan.id} is only shown: {'; '.join(plan.held_back)}")
    if plan.event_at is None or plan.at - plan.event_at > oldest:
        raise NotTrusted(
            f"plan {plan.id} goes back to a call that was more than {oldest / 60:.0f} minutes old by then "
            "(remediation.oldest_minutes): look at the resource, and put it right by hand"
        )


def check_mode(plan: Plan, approver: Approver, policy: Policy, tags: dict[str, str]) -> None:
    """Let a plan pass that guard.yml, as it is now, lets go so far.

    Raises
    ------
    ModeForbids
        It does not.
    """
    mode = policy.remediation.mode_for(plan.rule, plan.account, tags)
    needed = "auto" if approver.by == "mode" else "approve"
    if MODES.index(mode) < MODES.index(needed):
        raise ModeForbids(
            f"plan {plan.id}: the mode for {plan.rule} on {plan.subject.id} is {mode} now, and {needed} "
            "would be needed (remediation.modes in guard.yml)"
        )


def check_resource(plan: Plan, seen: Seen, approver: Approver) -> None:
    """Let a plan pass whose resource is known to be an ordinary one that nobody wants left alone.

    Raises
    ------
    Untouchable
        It is managed, a default one, tagged ``guard:ignore``, or one of these is not known.
    ApprovalNeeded
        A service may rely on it, and nobody approved.
    """
    name = f"plan {plan.id}: {plan.subject.id}"
    if seen.managed is not False:
        why = "is managed by a service" if seen.managed else "is not known to be unmanaged"
        raise Untouchable(f"{name} {why}; it is left alone")
    if seen.default is not False:
        why = "is a default one" if seen.default else "is not known to be no default one"
        raise Untouchable(f"{name} {why}; it is left alone")
    if seen.tags is None or IGNORE_TAG in seen.tags:
        why = "has tags that are not known" if seen.tags is None else f"is tagged {IGNORE_TAG}"
        raise Untouchable(f"{name} {why}; it is left alone")
    if seen.relied_on is not False and approver.by == "mode":
        why = "has a managed member" if seen.relied_on else "has members that are not known"
        raise ApprovalNeeded(f"{name} {why}, on which a service may rely: somebody has to approve")


def standing(plan: Plan, purpose: Purpose, seen: Seen) -> Literal["start", "goal"]:
    """Whether everything is as before the calls, or already as after them.

    Raises
    ------
    PreconditionChanged
        It is neither: somebody else has changed it.
    """
    if reached(plan, purpose, seen):
        return "goal"
    before, _ = _ends(plan, purpose)
    changed = [
        f"{one.name} was {one.value!r} and is {seen.values.get(one.name, 'not there')!r}"
        for one in before
        if seen.values.get(one.name) != one.value
    ]
    if changed:
        raise PreconditionChanged(
            f"plan {plan.id}: {plan.subject.id} was changed since: {'; '.join(changed)}; look at it anew"
        )
    return "start"


def reached(plan: Plan, purpose: Purpose, seen: Seen) -> bool:
    """Whether everything is as after the calls; a resource that is gone needs none."""
    _, after = _ends(plan, purpose)
    return _holds(after, seen) or (purpose == "apply" and seen.vanished)


def _ends(plan: Plan, purpose: Purpose) -> tuple[tuple[Precondition, ...], tuple[Precondition, ...]]:
    if purpose == "apply":
        return plan.preconditions, plan.goal
    return plan.goal, tuple([one for one in plan.preconditions if one.name != _OF_THE_EVENT])


def _holds(wanted: tuple[Precondition, ...], seen: Seen) -> bool:
    return all(seen.values.get(one.name) == one.value for one in wanted)
