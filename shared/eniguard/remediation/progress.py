"""Where a plan stands: what is to be done about it next, by when, and by whom."""

from __future__ import annotations

from msgspec.structs import replace

from eniguard.errors import AlreadyInProgress, RemediationError, VerdictRefused
from eniguard.remediation.plan import PlanRecord, PlanState, Purpose, Verdict

#: Seconds after a decision until a plan that no run has begun is set going again: the call of the function
#: that carries plans out was lost. A choice of this project.
BEGUN_WITHIN = 120.0
#: The states that a run may begin in, and the one that it is then in.
_FROM: dict[Purpose, PlanState] = {"apply": "approved", "undo": "applied"}
DURING: dict[Purpose, PlanState] = {"apply": "applying", "undo": "undoing"}


def purpose_of(record: PlanRecord) -> Purpose:
    """What a run would do about a plan: carry it out, or take it back once that was decided."""
    if record.state in ("undoing", "undone") or _undo_awaited(record):
        return "undo"
    return "apply"


def decided(record: PlanRecord, purpose: Purpose) -> Verdict:
    """What was decided on carrying a plan out, or on taking it back.

    Raises
    ------
    RemediationError
        Nobody approved that.
    """
    verdict = record.verdict if purpose == "apply" else record.undo_verdict
    if verdict is None or not verdict.approved:
        raise RemediationError(f"plan {record.plan.id} is {record.state}: nobody has approved it")
    return verdict


def is_ended(record: PlanRecord, purpose: Purpose) -> bool:
    """Whether nothing is left to do but, maybe, to tell."""
    if purpose == "undo":
        return record.state == "undone"
    return record.state in ("applied", "undone") or (record.state == "failed" and not record.resumable)


def due_at(record: PlanRecord) -> float | None:
    """When a run has something to do about a plan, be it to begin, to go on, or to tell how it ended.

    In seconds since 1970 (UTC); ``None`` when there is nothing to do.
    """
    if record.run is not None:
        return record.run.until
    if record.state == "approved" and record.verdict is not None:
        return record.verdict.at + BEGUN_WITHIN
    if _undo_awaited(record) and record.undo_verdict is not None:
        return record.undo_verdict.at + BEGUN_WITHIN if not record.told else None
    if record.state in ("applied", "failed", "undone") and not record.told:
        return record.changed
    return None


def check_idle(record: PlanRecord, now: float) -> None:
    """Let a plan pass that no run has in hand; one that broke off has it until its time is over.

    Raises
    ------
    AlreadyInProgress
        A run has it in hand.
    """
    run = record.run
    if run is not None and run.owner and run.until > now:
        raise AlreadyInProgress(
            f"plan {record.plan.id} is being carried out: come again in {run.until - now:.0f} s"
        )


def check_free(record: PlanRecord, purpose: Purpose, now: float) -> None:
    """Let a plan pass that a run may take into hand.

    Raises
    ------
    AlreadyInProgress
        Another run has it in hand.
    RemediationError
        It is not approved, or was carried out already.
    """
    check_idle(record, now)
    run = record.run
    if record.state == _FROM[purpose]:
        return
    if record.state == DURING[purpose] and run is not None and run.purpose == purpose:
        return
    if record.state == "failed" and record.resumable and purpose == "apply":
        return
    wanted = "it has to be approved first" if purpose == "apply" else "only what was applied is undone"
    raise RemediationError(f"plan {record.plan.id} is {record.state}: {wanted}, and is done once")


def with_verdict(record: PlanRecord, verdict: Verdict) -> PlanRecord:
    """The record with a verdict, if it is the first that this state waits for.

    Raises
    ------
    VerdictRefused
        It is not.
    """
    if verdict.purpose == "apply":
        if record.state != "proposed" or record.verdict is not None:
            raise VerdictRefused
        return replace(record, state="approved" if verdict.approved else "rejected", verdict=verdict)
    earlier = record.undo_verdict
    if record.state != "applied" or not verdict.approved or (earlier and earlier.at >= verdict.at):
        raise VerdictRefused
    # How that ends is something new to tell.
    return replace(record, undo_verdict=verdict, reason=None, resumable=False, told=False)


def _undo_awaited(record: PlanRecord) -> bool:
    """Whether an undoing was decided that no run began, or that failed and may be tried again."""
    if record.state != "applied" or record.undo_verdict is None:
        return False
    return record.resumable or (record.reason is None and not record.told)
