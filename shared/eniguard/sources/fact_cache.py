"""The facts that an instance keeps between events: bounded, of limited age, dropped when a call changes them.

cachetools was looked at: its TTLCache forgets what is too old, while here an old fact is what is wanted as
the copy from before an event.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts import effects
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.facts.rule_effects import groups_changed
from eniguard.facts.state import reference
from eniguard.model.kinds import INSTANCE_TYPE, SECURITY_GROUP_RULE

#: Facts an instance keeps; an ENI takes about 1 KB.
MOST_FACTS = 10_000
#: Seconds for which a fact answers again: as long as one burst of calls lasts, and a choice of this project.
_AGE = 60.0
#: What an instance type allows does not change.
_AGE_OF_A_TYPE = 86_400.0
#: Seconds for which it is not asked again for what could not be had.
_AGE_OF_AN_UNKNOWN = 10.0
#: Events are stamped with whole seconds (docs/sources.md, Events): what was seen within that second may be
#: from before the call or from after it, unless it was looked up because of the event.
_STAMP = 1.0
#: Copies from before the newest that are kept with it.
_MOST_OLDER = 2


#: What calls begin with that only take something away. One in the same second as another call may have been
#: before it: what was there before the first must not hide what the second brings back.
_TAKES_AWAY = ("Delete", "Detach", "Disassociate", "Leave", "Release", "Remove", "Revoke", "Unassign")
_NEVER = float("inf")


class _Kept(Struct):
    """The newest fact, and copies from before it, the newest first.

    Each comes with the last time at which it was so for certain, as the first call known to have changed it
    since says; ``inf`` where there is none. ``turn`` is the number of the decision that the newest was looked
    up for.
    """

    fact: Fact
    turn: int
    older: tuple[tuple[Fact, float], ...] = ()
    changed_at: float = _NEVER


class FactCache:
    """The newest fact of each reference, and the one before it.

    Parameters
    ----------
    most
        How many facts are kept; the longest unused goes first.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[Ref, _Kept] = OrderedDict()
        self._by_kind: dict[tuple[str, str, str], set[Ref]] = {}
        self._turn = 0

    def __len__(self) -> int:
        return len(self._kept)

    def fresh(self, ref: Ref, at: float, since: float | None = None) -> Fact | None:
        """The fact of a reference, if it is young enough; one from before ``since`` is not.

        Nor is one of which it cannot be told whether it is from before or after a call made at ``at``.
        """
        kept = self._kept.get(ref)
        if kept is None or kept.changed_at != _NEVER or self._is_unclear(kept, at):
            return None
        if since is not None and kept.fact.as_of < since:
            return None
        if self._clock() - kept.fact.as_of > _age(ref, kept.fact):
            return None
        self._kept.move_to_end(ref)
        return kept.fact

    def before(self, ref: Ref, at: float) -> Fact | None:
        """The newest kept value from before a time, of whatever age; none that a call has changed by then."""
        return next((fact for fact, until in self._values(ref) if fact.as_of < at <= until), None)

    def latest(self, ref: Ref) -> Fact | None:
        """The newest kept value, of whatever age."""
        return next((fact for fact, _ in self._values(ref)), None)

    def put(self, ref: Ref, fact: Fact, older: Sequence[Fact] = ()) -> None:
        """Keep a newer fact; ``older`` are copies from before it that somebody else kept."""
        copied = [(one, _NEVER) for one in older]
        known = {one[0].as_of: one for one in (*copied, *self._values(ref)) if one[0].as_of < fact.as_of}
        copies = sorted(known.values(), key=lambda one: one[0].as_of, reverse=True)[:_MOST_OLDER]
        self._kept.pop(ref, None)
        self._kept[ref] = _Kept(fact, self._turn, tuple(copies))
        self._by_kind.setdefault(_kind(ref), set()).add(ref)
        while len(self._kept) > self._most:
            gone, _ = self._kept.popitem(last=False)
            self._by_kind[_kind(gone)].discard(gone)

    def changed(self, call: Call) -> None:
        """Answer no more with what was seen before a call that may have changed it; its decision is over."""
        self._forget(call)
        self._turn += 1

    def _forget(self, call: Call) -> None:
        if not call.write or call.outcome != "ok":
            return
        account = call.account_id or ""
        _, _, name = call.action.partition(":")
        until = call.at - _STAMP if name.startswith(_TAKES_AWAY) else call.at
        for target in call.targets:
            self._drop(reference(call, target.kind, target.id), call.at, until)
        for kind in effects.kinds_changed(call.action):
            for ref in self._by_kind.get((account, call.region, kind), ()):
                if ref.by != "id":
                    self._drop(ref, call.at, until)
        if groups_changed(call):
            for ref in self._by_kind.get((account, call.region, SECURITY_GROUP_RULE), ()):
                self._drop(ref, call.at, until)

    def _values(self, ref: Ref) -> list[tuple[Fact, float]]:
        kept = self._kept.get(ref)
        if kept is None:
            return []
        values = ((kept.fact, kept.changed_at), *kept.older)
        return [one for one in values if not isinstance(one[0].value, Unknown)]

    def _drop(self, ref: Ref, at: float, until: float) -> None:
        kept = self._kept.get(ref)
        if kept is not None and (kept.fact.as_of <= at or self._is_unclear(kept, at)):
            kept.changed_at = min(until, kept.changed_at)

    def _is_unclear(self, kept: _Kept, at: float) -> bool:
        """Whether a fact may be from before a call or from after it."""
        return (
            at <= kept.fact.as_of < at + _STAMP
            and kept.turn != self._turn
            and not isinstance(kept.fact.value, Unknown)
        )


def _age(ref: Ref, fact: Fact) -> float:
    if isinstance(fact.value, Unknown):
        return _AGE_OF_AN_UNKNOWN
    return _AGE_OF_A_TYPE if ref.kind == INSTANCE_TYPE else _AGE


def _kind(ref: Ref) -> tuple[str, str, str]:
    return ref.account, ref.region, ref.kind
