"""Where plans are kept: each once, decided once, and carried out by one run at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from eniguard.errors import AlreadyInProgress, ConfigError, RemediationError, StateError, VerdictRefused
from eniguard.remediation.approvers import check_approver
from eniguard.remediation.open_plans import OpenPlans
from eniguard.remediation.plan import Plan, PlanRecord, Purpose, Run, Verdict
from eniguard.remediation.progress import BEGUN_WITHIN, DURING, check_free, due_at, with_verdict
from eniguard.remediation.seal import Seal
from eniguard.state import MOST_BYTES, Item, Store

#: Seconds that a plan is kept, from when it was last written: as long as its event can be looked up
#: (docs/sources.md, Delivery), and two days more.
KEPT = 92 * 86_400.0
#: The longest new record: what is decided and done is put down beside the plan.
_MOST_BYTES = MOST_BYTES // 2
_KEY = "plan/"
_QUEUE = "plans"
#: The queue gives what is due first: a plan is due by how long before the year 2100 it was made, so that the
#: newest come first.
_END = 4_102_444_800.0
#: A record can change between two looks at it, at most so many times before the store is out of order.
MOST_LOOKS = 10
_read_record = msgspec.json.Decoder(PlanRecord).decode


class Page(Struct, frozen=True):
    """Plans, the newest first; ``after`` asks for those that follow, ``None`` when there are none."""

    records: tuple[PlanRecord, ...]
    after: str | None = None


class Held(Struct, frozen=True):
    """The record of a plan in the hands of one run; ``due`` is its place in the queue of open ones."""

    record: PlanRecord
    version: str
    due: float | None = None


class Plans:
    """The plans in the state store. Every method raises `StateError` when it did not do what was asked.

    Parameters
    ----------
    store
        Where they are kept.
    seal
        Tells whether a verdict holds; without it nothing can be decided.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self, store: Store, seal: Seal | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._open = OpenPlans(store, self._due_at)

    def propose(self, plan: Plan) -> PlanRecord:
        """Put down a plan, once: of one that is there already, that is given back as it is.

        Raises
        ------
        RemediationError
            No store can keep it, now or later.
        """
        record = PlanRecord(plan, "proposed", changed=self._clock())
        _check_size(record)
        # Listed first: a plan that is listed and not there is passed over, the other way round it were lost.
        if self.get(plan.id) is None:
            self._store.schedule(_QUEUE, plan.id, max(0.0, _END - plan.at))
        for _ in range(MOST_LOOKS):
            if self._store.create(_KEY + plan.id, _value(record), ttl=KEPT) is not None:
                return record
            if (there := self.get(plan.id)) is not None:
                return there
        raise restless(plan.id)

    def get(self, plan_id: str) -> PlanRecord | None:
        """The record of a plan; ``None`` when there is none."""
        item = self._store.get(_KEY + plan_id)
        return None if item is None else _record(item)

    def list(self, limit: int, after: str | None = None) -> Page:
        """Plans, the newest first.

        Parameters
        ----------
        limit
            How many at most.
        after
            What the page before gave.

        Raises
        ------
        RemediationError
            ``after`` is none that a page gave.
        """
        beyond = None if after is None else _place(after)
        asked = limit + 1
        while True:
            due = self._store.due(_QUEUE, _END, asked)
            rest = due if beyond is None else [one for one in due if (one.at, one.member) > beyond]
            if len(rest) > limit or len(due) < asked:
                break
            asked *= 2
        shown = rest[:limit]
        records = []
        for one in shown:
            record = self.get(one.member)
            if record is not None:
                records.append(record)
            elif one.at < _END - self._clock() - KEPT or one.at > _END - self._clock() + KEPT:
                self._store.unschedule(_QUEUE, one.member, at=one.at)
        following = f"{shown[-1].at!r}/{shown[-1].member}" if len(rest) > limit else None
        return Page(tuple(records), following)

    def decide(self, plan_id: str, verdict: Verdict) -> PlanRecord:
        """Let the first verdict on a plan that is open count, and no other.

        Raises
        ------
        VerdictRefused
            The verdict does not hold: it is forged, out of date, of another plan, or not the first; there is
            one answer to all of that.
        ApproverIsActor
            It is that of the one who made the call.
        """
        return self._decided(plan_id, verdict, "apply")

    def decide_undo(self, plan_id: str, verdict: Verdict) -> PlanRecord:
        """Let a verdict on taking back a plan that was carried out count; errors are those of `decide`."""
        return self._decided(plan_id, verdict, "undo")

    def begin(self, held: Held, purpose: Purpose, owner: str, lasting: float) -> Held | None:
        """Take a plan into hand, to carry it out or to take it back; ``None`` when it has changed since.

        Parameters
        ----------
        held
            The plan as it was read and checked: what somebody wrote since is never taken into hand.
        purpose
            What for.
        owner
            What no other run is called.
        lasting
            Seconds after which another run may take it over: the timeout of the function.

        Raises
        ------
        AlreadyInProgress
            Another run is at it; come again when it can be taken over.
        RemediationError
            The plan is not approved, or was carried out already.
        """
        record, now = held.record, self._clock()
        check_free(record, purpose, now)
        run = Run(owner, purpose, now + lasting)
        # Before it is in hand: a run that dies in between leaves what is looked at in vain, once.
        self._open.put(record.plan.id, run.until)
        begun = replace(record, state=DURING[purpose], run=run, reason=None, told=False)
        kept = self._kept(held.version, begun)
        return None if kept is None else replace(kept, due=run.until)

    def keep(self, held: Held, record: PlanRecord) -> Held:
        """Write what a run has done so far.

        Raises
        ------
        AlreadyInProgress
            Another run has taken the plan over: stop here.
        """
        due, run = held.due, record.run
        if run is not None and run.until != due:
            due = run.until
            self._open.put(record.plan.id, due)
        kept = self._kept(held.version, record)
        if kept is not None:
            return replace(kept, due=due)
        raise AlreadyInProgress(
            f"plan {record.plan.id} was taken over by another run: let the time that a run has be no less "
            "than the timeout of the function"
        )

    def close(self, held: Held, again: Run | None = None) -> Held:
        """Put down that somebody was told how it ended; ``again`` says when it is tried once more."""
        kept = self.keep(held, replace(held.record, told=True, run=again))
        if kept.record.run is None and held.due is not None:
            self._open.take_out(held.record.plan.id, held.due)
        return kept

    def held(self, plan_id: str) -> Held | None:
        """The record of a plan with its version; ``None`` when there is none."""
        item = self._store.get(_KEY + plan_id)
        return None if item is None else Held(_record(item), item.version)

    def overdue(self, limit: int = 100) -> tuple[str, ...]:
        """The ids of plans that no run began or one left in the middle, or that are to be tried again.

        At most ``limit``; each comes again later, as long as no run has begun (`OpenPlans.due`).
        """
        return self._open.due(self._clock(), limit)

    def _decided(self, plan_id: str, verdict: Verdict, purpose: Purpose) -> PlanRecord:
        if self._seal is None:
            raise ConfigError(
                "remediation.keys is not set: nothing can be decided without a key to seal it with"
            )
        for _ in range(MOST_LOOKS):
            item = self._store.get(_KEY + plan_id)
            if item is None:
                raise VerdictRefused
            record = _record(item)
            self._seal.check(verdict, record.plan, self._clock(), purpose)
            check_approver(verdict.approver, record.plan.actor)
            changed = with_verdict(record, verdict)
            if verdict.approved:
                # First, as in `begin`: an approval is not forgotten whatever breaks off behind it.
                self._open.put(plan_id, self._clock() + BEGUN_WITHIN)
            if (kept := self._kept(item.version, changed)) is not None:
                return kept.record
        raise restless(plan_id)

    def _due_at(self, plan_id: str) -> float | None:
        item = self._store.get(_KEY + plan_id)
        if item is None:
            return None
        try:
            return due_at(_record(item))
        except StateError:  # what is wrong with it is told by the run
            return 0.0

    def _kept(self, version: str, record: PlanRecord) -> Held | None:
        written = replace(record, changed=self._clock())
        key = _KEY + record.plan.id
        item = self._store.replace(key, _value(written), version=version, ttl=KEPT)
        return None if item is None else Held(written, item.version)


def _value(record: PlanRecord) -> bytes:
    return msgspec.json.encode(record)


def _check_size(record: PlanRecord) -> None:
    size = len(_value(record))
    if size > _MOST_BYTES:
        raise RemediationError(
            f"plan {record.plan.id} has {size} bytes, and {_MOST_BYTES} are kept: put it right by hand"
        )


def _record(item: Item) -> PlanRecord:
    try:
        return _read_record(item.value)
    except msgspec.MsgspecError as error:
        raise StateError(
            f"{item.key} in the state store is no plan that this version reads: {error}; "
            "look at it with the version that wrote it"
        ) from None


def _place(after: str) -> tuple[float, str]:
    at, _, member = after.partition("/")
    try:
        return float(at), member
    except ValueError:
        raise RemediationError(f"{after!r} is not where a page of plans ended; take what it gave") from None


def restless(plan_id: str) -> StateError:
    """The error of a plan that is another one at every look."""
    return StateError(f"plan {plan_id} changes all the time in the state store: try again later")
