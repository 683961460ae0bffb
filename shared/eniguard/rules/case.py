"""What a rule is given to judge one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.state import State
from eniguard.model import Actor, History
from eniguard.settings import DEFAULT_POLICY, Policy

_Derived = TypeVar("_Derived")

_EMPTY = History()
#: Stands for what was not derived so far.
_NOT_YET: Any = object()


class Condition(Struct, frozen=True, gc=False):
    """One condition a rule looked at: what it asked, whether it held, and the value it saw."""

    text: str
    holds: bool
    actual: str


class Trace:
    """The conditions that one rule looked at, in order; kept only when a decision is explained."""

    __slots__ = ("conditions",)

    def __init__(self) -> None:
        self.conditions: list[Condition] = []


class Case(Struct, frozen=True):
    """One call with everything known about it; frozen.

    Attributes
    ----------
    call, actor
        What was done, and by whom.
    before, after
        The world on both sides of the call.
    history
        What the rule's own series hold, by series name.
    params
        The rule's parameters (an instance of its ``Params``).
    now
        The time of judging, in seconds since 1970 (UTC); in a replay the event time.
    policy
        The compiled guard.yml.
    trace
        Where conditions are noted when the decision is explained.
    brief
        Nobody reads more of an undecided verdict than its rule, unless there is a finding: see `decide`.
    """

    call: Call
    actor: Actor
    before: State
    after: State
    history: Mapping[str, History]
    params: Any
    now: float
    policy: Policy = DEFAULT_POLICY
    trace: Trace | None = None
    brief: bool = False

    def bound(self, params: Any, trace: Trace | None = None) -> Case:
        """The same case for a rule with these parameters."""
        # In the order of the fields: keyword arguments cost more than everything else here.
        return Case(
            self.call,
            self.actor,
            self.before,
            self.after,
            self.history,
            params,
            self.now,
            self.policy,
            trace,
            self.brief,
        )

    def check(self, text: str, holds: bool, actual: object = "") -> bool:
        """Give ``holds`` back, and note the condition when the decision is being explained.

        ``text`` says what is asked, so that it reads as a fact when it holds.
        """
        if self.trace is not None:
            self.trace.conditions.append(Condition(text, holds, str(actual)))
        return holds

    def once(self, derive: Callable[[Case], _Derived]) -> _Derived:
        """What ``derive`` makes of the call and its facts, made once however many rules ask for it.

        It must not look at the parameters or the history of a rule. Under a watcher it is derived each time,
        so that each rule is seen to read the facts behind it.
        """
        before = self.before
        found: _Derived = before.memo.get(derive, _NOT_YET)
        if found is _NOT_YET or before.watcher is not None:
            found = before.memo[derive] = derive(self)
        return found

    def once_for(self, derive: Callable[[Case, str], _Derived], key: str) -> _Derived:
        """As `once`, for one of several ids."""
        before, place = self.before, (derive, key)
        found: _Derived = before.memo.get(place, _NOT_YET)
        if found is _NOT_YET or before.watcher is not None:
            found = before.memo[place] = derive(self, key)
        return found

    def series(self, name: str) -> History:
        """The history of one series; empty when it was not observed."""
        return self.history.get(name, _EMPTY)
