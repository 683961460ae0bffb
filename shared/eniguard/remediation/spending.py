"""How many plans were carried out within the hour: budgets, and the breaker of loops."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from eniguard.errors import BudgetExceeded, LoopDetected, StateError
from eniguard.remediation.plan import Plan
from eniguard.settings import RemediationSettings
from eniguard.state import Store

_HOUR = 3600.0
_KEY = "plans_spent"
_MOST_TRIES = 20


class Spent(Struct, frozen=True, gc=False):
    """One plan that was carried out; ``at`` is in seconds since 1970 (UTC)."""

    plan_id: str
    at: float
    rule: str
    account: str
    region: str
    resource: str


_read = msgspec.json.Decoder(list[Spent]).decode


class Spending:
    """Counts what is carried out, for all instances together.

    Parameters
    ----------
    store
        Where it is counted, under one key: all budgets are looked at in one step.
    settings
        The budgets, and how often is a loop.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self, store: Store, settings: RemediationSettings, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def take(self, plan: Plan) -> None:
        """Count a plan that is about to be carried out; one that is counted already is not counted again.

        Raises
        ------
        LoopDetected
            The same rule was put right on the same resource too often.
        BudgetExceeded
            A budget is used up.
        StateError
            The store did not do what was asked.
        """
        for _ in range(_MOST_TRIES):
            item, now = self._store.get(_KEY), self._clock()
            spent = [] if item is None else [one for one in _of(item.value) if now - one.at < _HOUR]
            if any(one.plan_id == plan.id for one in spent):
                return
            self._check(plan, spent)
            mine = Spent(plan.id, now, plan.rule, plan.account, plan.region, _resource(plan))
            value = msgspec.json.encode([*spent, mine])
            if item is None:
                kept = self._store.create(_KEY, value, ttl=_HOUR)
            else:
                kept = self._store.replace(_KEY, value, version=item.version, ttl=_HOUR)
            if kept is not None:
                return
        raise StateError(f"{_KEY} changes all the time: nothing was carried out, try again later")

    def _check(self, plan: Plan, spent: list[Spent]) -> None:
        settings, limits = self._settings, self._settings.per_hour
        again = [one for one in spent if _same(one, plan)]
        if len(again) >= settings.repeats:
            raise LoopDetected(
                f"{plan.rule} was put right on {plan.subject.id} {len(again)} times within the hour, and is "
                "there again: find out who puts it back; nothing more is done about it for now"
            )
        used = (
            (f"of {plan.rule}", limits.rule, [one for one in spent if one.rule == plan.rule]),
            (f"of account {plan.account}", limits.account, [o for o in spent if o.account == plan.account]),
            ("of everything", limits.total, spent),
        )
        for whose, most, counted in used:
            if len(counted) >= most:
                raise BudgetExceeded(
                    f"plan {plan.id}: the budget {whose}, {most} an hour, is used up "
                    "(remediation.per_hour in guard.yml): look at what is going on, and try again later"
                )


def _of(value: bytes) -> list[Spent]:
    try:
        return _read(value)
    except msgspec.MsgspecError as error:
        raise StateError(
            f"{_KEY} in the state store is nothing that this version reads ({error}): nothing is carried out "
            "until it is removed"
        ) from None


def _resource(plan: Plan) -> str:
    return f"{plan.subject.kind}/{plan.subject.id}"


def _same(one: Spent, plan: Plan) -> bool:
    return (one.rule, one.account, one.region, one.resource) == (
        plan.rule,
        plan.account,
        plan.region,
        _resource(plan),
    )
