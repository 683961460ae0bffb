"""Carrying a plan out, or taking it back: once, checked before and read back after, resumable anywhere."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from eniguard.errors import (
    ApproverIsActor,
    BudgetExceeded,
    CloudError,
    EniguardError,
    NotVerified,
    PlanExpired,
    RemediationError,
    VerdictRefused,
)
from eniguard.own_calls import Ledger
from eniguard.printable import printable, shown
from eniguard.remediation import safeguards
from eniguard.remediation.answers import answer_to
from eniguard.remediation.approvers import check_approver
from eniguard.remediation.box import MOST_LOOKS, Held, Plans, restless
from eniguard.remediation.outcome_findings import held_up
from eniguard.remediation.outcomes import Ended, Outcome, Tell
from eniguard.remediation.plan import Plan, PlanRecord, Purpose, Run, StepStatus, Verdict
from eniguard.remediation.progress import check_idle, decided, is_ended, purpose_of
from eniguard.remediation.remedies import REMEDIES, Reader, Seen
from eniguard.remediation.seal import Seal, holds_until
from eniguard.remediation.spending import Spending
from eniguard.remediation.work import Work
from eniguard.settings import Policy
from eniguard.sources.asking import Caller
from eniguard.state import Store

#: Seconds to wait before it is read back once more: what was written shows up late at times. A choice of this
#: project.
_LOOKS = (0.0, 1.0, 2.0, 4.0)
#: Seconds after which what failed by a call is tried again, as long as the plan has not expired.
_AGAIN = 600.0

#: Gives what makes calls in an account; ``None`` for one that nothing may be put back in.
Callers = Callable[[str], "Caller | None"]


class Applying:
    """Carries out plans that were approved, and takes them back.

    Parameters
    ----------
    store
        Where plans, budgets and the ledger are.
    seal
        Tells whether what was decided holds.
    policy
        As it is now: a plan that it no longer lets go so far is refused.
    callers
        Make the calls.
    tell
        Is told how each plan ended; what it raises leaves the plan to be told of by the next run.
    clock, sleep
        Gives seconds since 1970 (UTC); waits for seconds.
    owner
        Gives another text each time, which names the run.
    """

    def __init__(
        self,
        store: Store,
        seal: Seal,
        policy: Policy,
        callers: Callers,
        tell: Tell,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        owner: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._plans = Plans(store, seal, clock=clock)
        self._ledger = Ledger(store)
        self._spending = Spending(store, policy.remediation, clock=clock)
        self._seal = seal
        self._policy = policy
        self._callers = callers
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self._owner = owner

    def run(self, plan_id: str, *, lasting: float = 60.0) -> PlanRecord:
        """Carry out a plan, or take it back if that was decided, and give its record as it is then.

        A plan that is done is left as it is. What a safeguard refuses is on record and told, not raised.

        Parameters
        ----------
        plan_id
            Which.
        lasting
            Seconds after which another run may take it over: the timeout of the function.

        Raises
        ------
        VerdictRefused, ApproverIsActor
            What was decided does not hold; nothing was looked at.
        AlreadyInProgress
            Another run is at it.
        RemediationError
            There is no such plan, or nothing was decided, or it was rejected.
        CloudError
            A call failed that may go through later. It is on record and told: run it again.
        StateError
            The store did not do what was asked: run it again.
        """
        for _ in range(MOST_LOOKS):
            held = self._plans.held(plan_id)
            if held is None:
                raise RemediationError(f"there is no plan {plan_id}: eniguard plans list shows all")
            purpose = purpose_of(held.record)
            if is_ended(held.record, purpose):
                return self._told_again(held)
            verdict = decided(held.record, purpose)
            in_time = self._clock() <= holds_until(verdict, held.record.plan)
            if in_time:
                self._check(verdict, held.record.plan, purpose, self._clock())
            begun = self._plans.begin(held, purpose, self._owner(), lasting)
            if begun is not None:
                return self._ended(Work(self._plans, begun, purpose), verdict, in_time)
        raise restless(plan_id)

    def _ended(self, work: Work, verdict: Verdict, in_time: bool) -> PlanRecord:
        try:
            if not in_time and not self._worth_a_look(work.record, verdict, work.purpose):
                raise _expired(work.record, work.purpose)
            ended = self._carried_out(work, verdict, in_time)
        except (RemediationError, CloudError) as error:
            return self._failed(work, error)
        state = "applied" if work.purpose == "apply" else "undone"
        work.keep(state=state, resumable=False)
        return self._close(work, ended)

    def _check(self, verdict: Verdict, plan: Plan, purpose: Purpose, now: float) -> None:
        self._seal.check(verdict, plan, now, purpose)
        check_approver(verdict.approver, plan.actor)

    def _worth_a_look(self, record: PlanRecord, verdict: Verdict, purpose: Purpose) -> bool:
        """Whether it is looked at what became of a plan whose time is over: calls of it were begun."""
        if not _has_begun(record, purpose):
            return False
        try:
            self._check(verdict, record.plan, purpose, verdict.at)
        except (VerdictRefused, ApproverIsActor):
            return False
        return True

    def _carried_out(self, work: Work, verdict: Verdict, in_time: bool) -> Ended:
        plan, purpose = work.record.plan, work.purpose
        safeguards.check_kind(plan)
        safeguards.check_trust(plan, self._policy.remediation.oldest)
        seen = self._look(work)
        if safeguards.standing(plan, purpose, seen) == "goal":
            return self._found_done(work, seen)
        if not in_time:
            raise PlanExpired(
                f"{_named(plan, purpose)} expired before its calls were made: nothing was changed"
            )
        safeguards.check_resource(plan, seen, verdict.approver)
        safeguards.check_mode(plan, verdict.approver, self._policy, seen.tags or {})
        if purpose == "apply":
            self._spending.take(plan)
        work.keep(before=seen.values, steps=work.with_step("begun", self._clock()))
        self._call(work)
        return self._read_back(work)

    def _found_done(self, work: Work, seen: Seen) -> Ended:
        """What a run before this one did and could not put down, or what somebody else did."""
        last = work.last_step()
        ours = last is not None and last.status in ("begun", "done")
        before = work.record.before or seen.values
        if not ours or (last is not None and last.status == "begun"):
            status: StepStatus = "done" if ours else "already"
            work.keep(after=seen.values, before=before, steps=work.with_step(status, self._clock()))
        else:
            work.keep(after=seen.values)
        return work.ended() if ours else "already"

    def _call(self, work: Work) -> None:
        """Make the call; if it fails and what it should change is so all the same, that is done.

        The request id comes with the answer, so that it is in the ledger before the event of the call is out:
        seconds later at the earliest. A run that dies in between leaves an event that looks like somebody
        else's (SELF011), and a record that says when it was made.
        """
        one = work.planned()
        try:
            answer = answer_to(one, self._caller(work), work.record.plan.region)
        except CloudError as error:
            if error.request_id is not None:
                self._ledger.add(error.request_id)
            work.keep(steps=work.with_step("failed", self._clock(), error.request_id, str(error)))
            seen = self._look(work)
            if safeguards.standing(work.record.plan, work.purpose, seen) != "goal":
                raise
            status: StepStatus = "done" if error.request_id is None else "already"
            work.keep(steps=work.with_step(status, self._clock(), error.request_id))
            return
        request_id = answer.get("RequestId") or None
        if request_id is not None:
            self._ledger.add(str(request_id))
        work.keep(
            steps=work.with_step("done", self._clock(), None if request_id is None else str(request_id))
        )

    def _read_back(self, work: Work) -> Ended:
        plan = work.record.plan
        for wait in _LOOKS:
            if wait:
                self._sleep(wait)
            seen = self._look(work)
            if safeguards.reached(plan, work.purpose, seen):
                work.keep(after=seen.values)
                return work.ended()
        work.keep(after=seen.values)
        raise NotVerified(
            f"plan {plan.id}: the call went through, and {plan.subject.id} is not as it should be: "
            f"{seen.values}; look at it"
        )

    def _look(self, work: Work) -> Seen:
        plan = work.record.plan
        reader = Reader(self._caller(work), plan, self._clock)
        return REMEDIES[plan.calls[0].action].look(plan, work.purpose, reader)

    def _caller(self, work: Work) -> Caller:
        account = work.record.plan.account
        caller = self._callers(account)
        if caller is None:
            raise RemediationError(
                f"account {account} has no remediation_role in `accounts` of guard.yml: nothing is put back"
            )
        return caller

    def _failed(self, work: Work, error: RemediationError | CloudError) -> PlanRecord:
        by_call = isinstance(error, (CloudError, NotVerified))
        again = by_call or type(error) in (RemediationError, BudgetExceeded)
        now, run = self._clock(), None
        if again and now + _AGAIN < holds_until(decided(work.record, work.purpose), work.record.plan):
            run = Run("", work.purpose, now + _AGAIN)
        state = "failed" if work.purpose == "apply" else "applied"
        work.keep(state=state, reason=shown(printable(str(error))), resumable=again)
        record = self._close(work, "failed" if by_call else "refused", error, run)
        if isinstance(error, CloudError):
            raise error
        return record

    def _close(
        self, work: Work, ended: Ended, error: EniguardError | None = None, again: Run | None = None
    ) -> PlanRecord:
        found = None if error is None else held_up(work.record.plan, error)
        self._tell(Outcome(ended, work.record, error, found))
        return self._plans.close(work.held, again).record

    def _told_again(self, held: Held) -> PlanRecord:
        """A plan that ended before anybody was told is told of now."""
        record = held.record
        if record.told:
            return record
        check_idle(record, self._clock())
        ended: Ended = "failed"
        if record.state != "failed" and record.reason is None:
            ended = "undone" if record.state == "undone" else "applied"
        error = None if record.reason is None else RemediationError(record.reason)
        self._tell(Outcome(ended, record, error, repeat=True))
        return self._plans.close(held).record


def _has_begun(record: PlanRecord, purpose: Purpose) -> bool:
    return any(one.purpose == purpose for one in record.steps)


def _named(plan: Plan, purpose: Purpose) -> str:
    return f"plan {plan.id}" if purpose == "apply" else f"the undoing of plan {plan.id}"


def _expired(record: PlanRecord, purpose: Purpose) -> PlanExpired:
    name = _named(record.plan, purpose)
    if not _has_begun(record, purpose):
        return PlanExpired(f"{name} expired before it was begun: nothing was done")
    return PlanExpired(
        f"{name} expired, and what was decided on it holds no more (remediation.keys in guard.yml): its call "
        f"may have been made, so look at {record.plan.subject.id}"
    )
