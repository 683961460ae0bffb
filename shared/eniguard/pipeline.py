"""The way of one event: parameters read, facts gathered in rounds, rules decided.

The only module that puts sources, the deciding core and the windows together; functions, replay and the
command line call it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Protocol

from msgspec import Struct

from eniguard import identity
from eniguard.decide import Judgement, decide
from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Fact, Unknown
from eniguard.model import Decision, History, Observation
from eniguard.rules.case import NO_HISTORY
from eniguard.rules.registry import Chosen, Registry
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.sources import NoSource, Source

#: EIP → ENI → vSwitch → its reservations and ENIs: no rule needs more (design, "The way of one event").
MOST_ROUNDS = 4


class HistoryStore(Protocol):
    """Where the windows of the rules are kept."""

    def observe(self, observations: Iterable[Observation]) -> Mapping[str, History]:
        """Set marks, and give back what their series then hold."""


class Decided(Struct, frozen=True):
    """A decision with what it was made from, for the journal and for ``explain``."""

    decision: Decision
    judgement: Judgement
    facts: Facts
    chosen: Chosen
    history: Mapping[str, History]


class Pipeline:
    """Decides calls under one policy.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    registry
        The enabled rules; by default all that ``policy`` enables.
    source
        Where facts come from; by default nowhere, so that every fact is Unknown.
    history
        Where windows are kept; by default nowhere, so that each call stands alone.
    ledger
        Request ids of the guard's own calls.
    """

    def __init__(
        self,
        policy: Policy = DEFAULT_POLICY,
        *,
        registry: Registry | None = None,
        source: Source | None = None,
        history: HistoryStore | None = None,
        ledger: Container[str] = identity.NO_LEDGER,
    ) -> None:
        self.policy = policy
        self.registry = registry or Registry(policy)
        self.source: Source = source or NoSource()
        self.history = history
        self.ledger = ledger

    def decide(self, call: Call, *, now: float) -> Decided:
        """Decide one call.

        Parameters
        ----------
        call
            The call.
        now
            The time of judging, in seconds since 1970 (UTC).
        """
        chosen = self.registry.chosen(call.action, call.outcome)
        facts, rounds = self._gathered(call, chosen)
        judgement = Judgement(call, facts, self.policy, now=now, ledger=self.ledger)
        history = NO_HISTORY
        if self.history is not None and chosen.rules:
            history = self.history.observe(judgement.observations(chosen.rules))
        decision = decide(judgement, chosen, history, rounds=rounds)
        return Decided(decision, judgement, facts, chosen, history)

    def _gathered(self, call: Call, chosen: Chosen) -> tuple[Facts, int]:
        """The facts that the chosen rules need, and how many rounds it took to get them."""
        facts = Facts()
        if not chosen.rules:
            return facts, 0
        for rounds in range(MOST_ROUNDS):
            refs = [*identity.needs(call), *(ref for need in chosen.needs for ref in need(call, facts))]
            missing = facts.missing(refs)
            if not missing:
                return facts, rounds
            facts.grow(self.source.read(missing, call.at))
        refs = [ref for need in chosen.needs for ref in need(call, facts)]
        too_deep = Unknown(f"more than {MOST_ROUNDS} rounds of look-ups")
        facts.grow({ref: Fact(too_deep, "none", call.at, folded=True) for ref in facts.missing(refs)})
        return facts, MOST_ROUNDS
