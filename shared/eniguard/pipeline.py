"""The way of one event: parameters read, facts gathered in rounds, rules decided.

The only module that puts sources, the deciding core and the windows together; functions, replay and the
command line call it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from msgspec import Struct

from eniguard import identity
from eniguard.decide import decide, observations
from eniguard.events.calls import Call
from eniguard.events.outcomes import Outcome
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.facts.state import State
from eniguard.model import Actor, Decision, History, Observation, Undecided
from eniguard.rule_modules import registry_of
from eniguard.rules.answers import PASSED_ON, failed
from eniguard.rules.base import NO_PARAMS
from eniguard.rules.case import Case
from eniguard.rules.registry import Chosen, Concerned, Needs, Registry
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.sources import Following, NoSource, Source, SourceAtHand

#: EIP → ENI → vSwitch → its reservations and ENIs: no rule needs more (design, "The way of one event").
MOST_ROUNDS = 4

#: Who made a call, the rules that look at such calls, and those of them that can say something of this one.
Aim = tuple[Actor, Chosen, Concerned]
_Aimed = tuple[identity.Kind, Chosen]
#: What was raised where a rule was asked for its needs.
_Failures = dict[Needs, BaseException]


class HistoryStore(Protocol):
    """Where the windows of the rules are kept."""

    def observe(self, observations: Iterable[Observation]) -> Mapping[str, History]:
        """Set marks, and give back what their series then hold."""


class Decided(Struct, frozen=True, gc=False):
    """A decision with what it was made from, for the journal and for ``explain``.

    ``case`` is bound to no rule's parameters.
    """

    decision: Decision
    case: Case
    facts: Facts
    chosen: Chosen


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
    brief
        In decisions without findings, do not put undecided verdicts in words: only their rules are told.
    """

    def __init__(
        self,
        policy: Policy = DEFAULT_POLICY,
        *,
        registry: Registry | None = None,
        source: Source | SourceAtHand | None = None,
        history: HistoryStore | None = None,
        ledger: Container[str] = identity.NO_LEDGER,
        brief: bool = False,
    ) -> None:
        self.policy = policy
        self.registry = registry or registry_of(policy)
        source = source or NoSource()
        self._rounds = None if isinstance(source, SourceAtHand) else _Rounds(source)
        self._new_facts = source.facts if isinstance(source, SourceAtHand) else _unasked
        self._following = source if isinstance(source, Following) else None
        self.history = history
        self.ledger = ledger
        self._brief = brief
        #: Most calls of a trail share their action, outcome, and type and role of caller with others.
        self._aimed = lru_cache(maxsize=4096)(self._aim)

    def aim(self, call: Call) -> Aim | None:
        """Who made a call and the rules for it, as far as the call alone tells; ``None``: facts have to."""
        caller = call.caller
        aimed = None if call.platform else self._aimed(caller.type, caller.role, call.action, call.outcome)
        if aimed is None:
            return None
        kind, chosen = aimed
        return identity.actor_of(caller, kind), chosen, chosen.concerned(call)

    def decide(self, call: Call, now: float, aim: Aim | None = None) -> Decided:
        """Decide one call.

        Parameters
        ----------
        call
            The call.
        now
            The time of judging, in seconds since 1970 (UTC).
        aim
            What `aim` says of the call, where it was asked before.
        """
        facts = self._new_facts(call.at)
        actor, chosen, concerned = aim or self.aim(call) or self._looked_up(call, facts)
        rounds, failures = (0, []) if self._rounds is None else self._rounds.gather(call, chosen, facts)
        history: dict[str, History] = {}  # filled when the observers have seen their cases
        before, after = State(call, facts, "before"), State(call, facts, "after")
        case = Case(call, actor, before, after, history, NO_PARAMS, now, self.policy, None, self._brief)
        cases = concerned.cases(case)
        observers, kept = concerned.observers, self.history
        if observers and kept is not None and (marks := observations(cases, observers, failures)):
            history.update(kept.observe(marks))
        decision = decide(cases, concerned.steps, failures, rounds)
        if self._following is not None:
            self._following.changed(call)
        return Decided(decision, case, facts, chosen)

    def look_ahead(self, calls: Sequence[Call]) -> None:
        """Let the source find at once what the rules need of many calls, before they are decided one by one.

        Only a source that keeps what it finds (`Following`) is asked. A rule that cannot say what it needs
        is passed over here; `decide` reports it.
        """
        if self._following is None or not calls:
            return
        at = max(call.at for call in calls)
        facts = [Facts() for _ in calls]
        wanted = [list(identity.needs(call)) for call in calls]
        _refresh(self._following, wanted, facts, at)
        needs = [self._needs(call, known) for call, known in zip(calls, facts, strict=True)]
        for _ in range(MOST_ROUNDS):
            for number, call in enumerate(calls):
                wanted[number], needs[number] = _missing(call, needs[number], facts[number], {})
            if not any(wanted):
                return
            _refresh(self._following, wanted, facts, at)

    def _needs(self, call: Call, facts: Facts) -> Sequence[Needs]:
        """What the rules that a call concerns need, by what is known of its caller."""
        _, chosen, _ = self.aim(call) or self._classified(call, facts)
        return chosen.needs

    def ask(self, refs: Sequence[Ref], decided: Decided) -> None:
        """Let the facts of a decision grow by more than its rules needed; a source in memory is not asked."""
        if self._rounds is not None and (missing := decided.facts.missing(refs)):
            self._rounds.ask(missing, decided.case.call, decided.facts)

    def _looked_up(self, call: Call, facts: Facts) -> Aim:
        """As `aim`; a role that may be a service's is looked up if some rule looks at the call."""
        refs = identity.needs(call)
        if refs and self.registry.chosen(call.action, call.outcome, "unconfirmed_service").rules:
            if self._rounds is None:
                for ref in refs:
                    facts[ref]
            else:
                self._rounds.ask(refs, call, facts)
        return self._classified(call, facts)

    def _classified(self, call: Call, facts: Facts) -> Aim:
        actor = identity.classify(call, self.policy, facts, self.ledger)
        chosen = self.registry.chosen(call.action, call.outcome, actor.kind)
        return actor, chosen, chosen.concerned(call)

    def _aim(self, type_: str, role: str | None, action: str, outcome: Outcome) -> _Aimed | None:
        """The kind of all callers of a type and role, and its rules; ``None`` where they may differ."""
        kind = identity.common_kind(type_, role, self.policy)
        return None if kind is None else (kind, self.registry.chosen(action, outcome, kind[0]))


def _unasked(_at: float) -> Facts:
    """The facts for a call before anybody was asked for one."""
    return Facts()


class _Rounds:
    """Asks a source, before the rules are run, for all that they say they need."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def ask(self, refs: Sequence[Ref], call: Call, facts: Facts) -> None:
        facts.update(self._source.read(refs, call.at))

    def gather(self, call: Call, chosen: Chosen, facts: Facts) -> tuple[int, list[Undecided]]:
        """Let the facts grow until the chosen rules have all they need.

        What a rule needs depends on what is known: a round that brought nothing new to know is the last.
        Gives the rounds it took, and a verdict for each rule that could not say what it needs.
        """
        failures: _Failures = {}
        rounds = self._until_all_known(call, chosen, facts, failures)
        return rounds, list(_of_rules(failures, chosen, call)) if failures else []

    def _until_all_known(self, call: Call, chosen: Chosen, facts: Facts, failures: _Failures) -> int:
        needs: Sequence[Needs] = chosen.needs
        for rounds in range(MOST_ROUNDS):
            missing, needs = _missing(call, needs, facts, failures)
            if not missing:
                return rounds
            found = self._source.read(missing, call.at)
            facts.update(found)
            if not needs or _brought_nothing(found):
                return rounds + 1
        too_deep = Fact(Unknown(f"more than {MOST_ROUNDS} rounds of look-ups"), "none", call.at, folded=True)
        facts.update(dict.fromkeys(_missing(call, needs, facts, failures)[0], too_deep))
        return MOST_ROUNDS


def _refresh(source: Following, wanted: Sequence[Sequence[Ref]], facts: Sequence[Facts], at: float) -> None:
    """Ask for what many calls want, each fact once, and hand each call its own."""
    distinct = list(dict.fromkeys([ref for refs in wanted for ref in refs]))
    found = source.refresh(distinct, at) if distinct else {}
    for refs, known in zip(wanted, facts, strict=True):
        known.update({ref: found[ref] for ref in refs})


def _brought_nothing(found: Mapping[Ref, Fact]) -> bool:
    return {type(fact.value) for fact in found.values()} == {Unknown}


def _missing(
    call: Call, needs: Sequence[Needs], facts: Facts, failures: _Failures
) -> tuple[list[Ref], Sequence[Needs]]:
    """What is wanted and was not asked for, and those of ``needs`` that may want more once more is known.

    One that read no fact wants the same whatever is found. One that raises is put into ``failures``.
    """
    wanted: list[Ref] = []
    open_ones: list[Needs] = []
    for need in needs:
        reads = facts.reads
        try:
            wanted.extend(need(call, facts))
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            failures[need] = error
        else:
            if facts.reads != reads:
                open_ones.append(need)
    return facts.missing(wanted), open_ones


def _of_rules(failures: _Failures, chosen: Chosen, call: Call) -> Iterator[Undecided]:
    """A verdict for each rule that could not say what it needs."""
    for rule in chosen.rules:
        if (error := failures.get(rule.needs)) is not None:
            yield failed(rule, error, call.event_id)
