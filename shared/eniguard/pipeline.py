"""The way of one event: parameters read, facts gathered in rounds, rules decided.

The only module that puts sources, the deciding core and the windows together; functions, replay and the
command line call it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from eniguard import identity
from eniguard.decide import decide, observations
from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.facts.state import State
from eniguard.model import Actor, Decision, History, Observation, Undecided
from eniguard.rule_modules import registry_of
from eniguard.rules.answers import PASSED_ON, failed
from eniguard.rules.base import NO_PARAMS
from eniguard.rules.case import Case
from eniguard.rules.registry import Chosen, Needs, Registry
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.sources import NoSource, RefreshedSource, Source, SourceAtHand

#: EIP → ENI → vSwitch → its reservations and ENIs: no rule needs more (design, "The way of one event").
MOST_ROUNDS = 4

#: What was raised where a rule was asked for its needs.
_Failures = dict[Needs, BaseException]


class HistoryStore(Protocol):
    """Where the windows of the rules are kept."""

    def observe(self, observations: Iterable[Observation]) -> Mapping[str, History]:
        """Set marks, and give back what their series then hold."""


class Decided(Struct, frozen=True):
    """A decision with what it was made from, for the journal and for ``explain``.

    ``case`` is bound to no rule's parameters.
    """

    decision: Decision
    case: Case
    facts: Facts
    chosen: Chosen


class Prepared(Struct):
    """A call with what it is decided from: who made it, the rules that look at it, and the facts they need.

    ``rounds`` is how many rounds of look-ups were made, ``failures`` what was raised on the way.
    """

    call: Call
    actor: Actor
    chosen: Chosen
    facts: Facts
    rounds: int = 0
    failures: _Failures = {}


class Pipeline:
    """Decides calls under one policy.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    registry
        The enabled rules; by default all that ``policy`` enables.
    source
        Where facts come from; by default nowhere, so that every fact is Unknown. A source in memory is asked
        for a fact when a rule reads it; any other is asked in rounds, for what the rules say they need.
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
        source: Source | SourceAtHand | None = None,
        history: HistoryStore | None = None,
        ledger: Container[str] = identity.NO_LEDGER,
    ) -> None:
        self.policy = policy
        self.registry = registry or registry_of(policy)
        source = source or NoSource()
        self._look_up = _AtHand(source) if isinstance(source, SourceAtHand) else _InRounds(source)
        self.history = history
        self.ledger = ledger
        self._known = identity.Known(policy)

    def decide(self, call: Call, *, now: float) -> Decided:
        """Decide one call.

        Parameters
        ----------
        call
            The call.
        now
            The time of judging, in seconds since 1970 (UTC).
        """
        facts = self._look_up.facts(call.at)
        actor = self._known.actor(call) or self._looked_up(call, facts)
        prepared = Prepared(call, actor, self._chosen(call, actor), facts)
        self._look_up.gather((prepared,))
        return self.decided(prepared, now=now)

    def prepared(self, calls: Sequence[Call]) -> list[Prepared]:
        """Calls with what they are decided from; what several of them need is looked up once.

        They may be of different accounts and regions, and in any order.
        """
        facts = [self._look_up.facts(call.at) for call in calls]
        actors = [self._known.actor(call) for call in calls]
        self._look_up.ask(
            [
                (call, gathered, refs)
                for call, gathered, actor in zip(calls, facts, actors, strict=True)
                if actor is None and (refs := self._roles_in_doubt(call))
            ]
        )
        found = []
        for call, gathered, known in zip(calls, facts, actors, strict=True):
            actor = known or identity.classify(call, self.policy, gathered, self.ledger)
            found.append(Prepared(call, actor, self._chosen(call, actor), gathered))
        self._look_up.gather(found)
        return found

    def decided(self, prepared: Prepared, *, now: float) -> Decided:
        """Decide a prepared call; ``now`` as for `decide`."""
        call, actor, chosen, facts = prepared.call, prepared.actor, prepared.chosen, prepared.facts
        failures = list(_of_rules(prepared)) if prepared.failures else []
        concerned = chosen.concerned(call)
        history: dict[str, History] = {}  # filled when the observers have seen their cases
        before, after = State(call, facts, "before"), State(call, facts, "after")
        case = Case(call, actor, before, after, history, NO_PARAMS, now, self.policy)
        cases = concerned.cases(case)
        observers, kept = concerned.observers, self.history
        if observers and kept is not None and (marks := observations(cases, observers, failures)):
            history.update(kept.observe(marks))
        decision = decide(cases, concerned.steps, failures, rounds=prepared.rounds)
        self._look_up.changed(call)
        return Decided(decision, case, facts, chosen)

    def ask(self, refs: Sequence[Ref], decided: Decided) -> None:
        """Let the facts of a decision grow by more than its rules needed."""
        self._look_up.ask([(decided.case.call, decided.facts, refs)])

    def _chosen(self, call: Call, actor: Actor) -> Chosen:
        return self.registry.chosen(call.action, call.outcome, actor.kind)

    def _looked_up(self, call: Call, facts: Facts) -> Actor:
        """Who made the call; a role that may be a service's is looked up if some rule looks at the call."""
        if refs := self._roles_in_doubt(call):
            self._look_up.ask([(call, facts, refs)])
        return identity.classify(call, self.policy, facts, self.ledger)

    def _roles_in_doubt(self, call: Call) -> Sequence[Ref]:
        refs = identity.needs(call)
        return refs if self.registry.chosen(call.action, call.outcome, "unconfirmed_service").rules else ()


#: What is wanted for a call: its facts so far, and the references.
_Wanted = tuple[Call, Facts, Sequence[Ref]]


class _AtHand:
    """Asks a source in memory for each fact when a rule reads it."""

    def __init__(self, source: SourceAtHand) -> None:
        self.facts = source.facts

    def ask(self, wanted: Iterable[_Wanted]) -> None:
        for _, facts, refs in wanted:
            for ref in refs:
                facts[ref]

    def gather(self, _prepared: Sequence[Prepared]) -> None:
        """Nothing: each fact is found when it is read."""

    def changed(self, _call: Call) -> None:
        """Nothing: whoever fills the source folds the call in."""


class _InRounds:
    """Asks a source, before the rules are run, for all that they say they need."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def facts(self, _at: float) -> Facts:
        return Facts()

    def changed(self, call: Call) -> None:
        if isinstance(self._source, RefreshedSource):
            self._source.changed(call)

    def ask(self, wanted: Iterable[_Wanted]) -> None:
        missing = [(call, facts, found) for call, facts, refs in wanted if (found := facts.missing(refs))]
        if len(missing) > 1 and isinstance(self._source, RefreshedSource):
            distinct = list(dict.fromkeys(ref for _, _, refs in missing for ref in refs))
            self._source.refresh(distinct, max(call.at for call, _, _ in missing))
        for call, facts, refs in missing:
            facts.update(self._source.read(refs, call.at))

    def gather(self, prepared: Sequence[Prepared]) -> None:
        """Let the facts of calls grow until the chosen rules have all they need; counts the rounds it took.

        What a rule needs depends on what is known: a round that brought nothing new to know is the last.
        """
        left: list[tuple[Prepared, Sequence[Needs]]] = [(one, one.chosen.needs) for one in prepared]
        for _ in range(MOST_ROUNDS):
            asked = [(one, *_missing(one, needs)) for one, needs in left]
            asked = [(one, missing, needs) for one, missing, needs in asked if missing]
            if not asked:
                return
            self.ask([(one.call, one.facts, missing) for one, missing, _ in asked])
            left = []
            for one, missing, needs in asked:
                one.rounds += 1
                if needs and not _nothing_known(one.facts, missing):
                    left.append((one, needs))
        for one, needs in left:
            too_deep = Unknown(f"more than {MOST_ROUNDS} rounds of look-ups")
            fact = Fact(too_deep, "none", one.call.at, folded=True)
            one.facts.update(dict.fromkeys(_missing(one, needs)[0], fact))


def _nothing_known(facts: Facts, refs: Iterable[Ref]) -> bool:
    return {type(facts[ref].value) for ref in refs} == {Unknown}


def _missing(prepared: Prepared, needs: Sequence[Needs]) -> tuple[list[Ref], Sequence[Needs]]:
    """What is wanted and was not asked for, and those of ``needs`` that may want more once more is known.

    One that read no fact wants the same whatever is found. One that raises is noted as a failure.
    """
    call, facts = prepared.call, prepared.facts
    wanted: list[Ref] = []
    open_ones: list[Needs] = []
    for need in needs:
        reads = facts.reads
        try:
            wanted.extend(need(call, facts))
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            prepared.failures[need] = error
        else:
            if facts.reads != reads:
                open_ones.append(need)
    return facts.missing(wanted), open_ones


def _of_rules(prepared: Prepared) -> Iterator[Undecided]:
    """A verdict for each rule that could not say what it needs."""
    for rule in prepared.chosen.rules:
        if (error := prepared.failures.get(rule.needs)) is not None:
            yield failed(rule, error, prepared.call.event_id)
