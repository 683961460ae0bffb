"""The rules of one policy, indexed by what they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.outcomes import Outcome
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.model import ActorKind
from eniguard.rules import eni, exp, pfx, qta, sg, slr
from eniguard.rules import self as self_rules
from eniguard.rules.answers import PASSED_ON
from eniguard.rules.base import NO_PARAMS, Rule
from eniguard.rules.case import Case
from eniguard.rules.internal import InternalRule
from eniguard.rules.named import check_matches, known_code
from eniguard.rules.sweep import SweepRule, Swept
from eniguard.settings import Policy, RuleSettings

Needs = Callable[[Call, Facts], Iterable[Ref]]

#: The packaged rules that judge calls, in the order of the catalogue.
PACKAGED: tuple[type[Rule], ...] = (
    *eni.RULES,
    *sg.RULES,
    *pfx.RULES,
    *slr.RULES,
    *qta.RULES,
    *exp.RULES,
    *self_rules.RULES,
)
#: The packaged rules that judge only what stands there, in the order of the catalogue.
PACKAGED_SWEEPS: tuple[type[SweepRule], ...] = (*eni.SWEEPS, *sg.SWEEPS, *pfx.SWEEPS, *slr.SWEEPS)
#: The packaged rules that judge what the guard noted of itself.
PACKAGED_INTERNAL: tuple[type[InternalRule], ...] = self_rules.INTERNAL

AnyRule = type[Rule] | type[SweepRule] | type[InternalRule]


#: A rule, and which of the cases of `Concerned` is its own.
Step = tuple[Rule, int]


class Concerned:
    """The rules that can say something of a call, in the order of the catalogue.

    Rules with the same parameters share a case.

    Attributes
    ----------
    rules
        The rules.
    steps
        Each with the place of its case.
    observers
        Those of the steps whose rules look across events.
    """

    __slots__ = ("_params", "observers", "rules", "steps")

    def __init__(self, rules: Sequence[Rule]) -> None:
        distinct = {id(params): params for params in (NO_PARAMS, *[rule.params for rule in rules])}
        places = {params: place for place, params in enumerate(distinct)}
        self._params = list(distinct.values())[1:]
        self.rules = tuple(rules)
        self.steps: tuple[Step, ...] = tuple([(rule, places[id(rule.params)]) for rule in rules])
        self.observers: tuple[Step, ...] = tuple([step for step in self.steps if _observes(step[0])])

    def cases(self, case: Case) -> list[Case]:
        """A case without parameters as the rules see it."""
        return [case, *map(case.bound, self._params)] if self._params else [case]


class Chosen:
    """The rules that look at one kind of call, and what they want of it.

    Attributes
    ----------
    rules
        The rules, in the order of the catalogue.
    needs
        The distinct ways in which they ask for facts.
    """

    __slots__ = ("_by_answers", "_questions", "needs", "rules")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.needs: tuple[Needs, ...] = tuple(dict.fromkeys(_needs(rule) for rule in rules if _asks(rule)))
        #: What rules ask first, each once however many share it.
        self._questions = tuple(
            dict.fromkeys(rule.concerns for rule in rules if rule.concerns is not Rule.concerns)
        )
        self._by_answers = lru_cache(maxsize=256)(self._left)

    def concerned(self, call: Call) -> Concerned:
        """Those of the rules that a call concerns."""
        noes, bit = 0, 1
        try:
            for asks in self._questions:
                if not asks(call):
                    noes |= bit
                bit += bit
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            noes = self._noes(call)
        return self._by_answers(noes)

    def _noes(self, call: Call) -> int:
        """The questions that say no, a bit each; one that fails rules nothing out."""
        noes = 0
        for place, asks in enumerate(self._questions):
            try:
                if not asks(call):
                    noes |= 1 << place
            except (Exception, SystemExit) as error:
                if isinstance(error, PASSED_ON):
                    raise
        return noes

    def _left(self, noes: int) -> Concerned:
        """The rules that are left after their questions; a bit of ``noes`` is one that said no."""
        no = {asks for place, asks in enumerate(self._questions) if noes >> place & 1}
        return Concerned([rule for rule in self.rules if rule.concerns not in no])


class _Index(dict[tuple[str, Outcome, ActorKind], Chosen]):
    """The rules that look at an action, outcome and kind of actor, put together when first asked for."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, key: tuple[str, Outcome, ActorKind]) -> Chosen:
        action, outcome, actor = key
        found = self[key] = Chosen(
            tuple(
                [
                    rule
                    for rule in self._rules
                    if action in rule.actions
                    and outcome in rule.outcomes
                    and (actor in rule.actors or actor == "unconfirmed_service")
                ]
            )
        )
        return found


class Registry:
    """The enabled rules of a policy.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    custom
        Rules beside the packaged ones: those of the policy's modules (`eniguard.rule_modules.registry_of`).
    event_path
        ``True`` leaves out rules whose facts cost too much on the path of one event.
    only
        Codes to keep, for trying out a few rules; ``None`` keeps all enabled ones.

    Raises
    ------
    ConfigError
        guard.yml or ``only`` names a rule that does not exist.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        custom: Iterable[AnyRule] = (),
        event_path: bool = False,
        only: Iterable[str] | None = None,
    ) -> None:
        known = _by_code((*catalogue(), *custom))
        #: Every rule there is, enabled or not.
        self.catalogue: tuple[AnyRule, ...] = tuple(known.values())
        wanted = None if only is None else {known_code(code, known) for code in only}
        with naming(policy):
            for code in policy.rules:
                known_code(code, known)
            check_matches(policy, known)
            made = [
                rule(policy.rules.get(code))
                for code, rule in known.items()
                if _enabled(rule, policy.rules.get(code), wanted) and (_on_event_path(rule) or not event_path)
            ]
        #: Those that judge calls.
        self.rules: tuple[Rule, ...] = tuple([rule for rule in made if isinstance(rule, Rule)])
        #: Those that the sweep asks; some judge calls, too.
        self.sweeps: tuple[Swept, ...] = tuple([rule for rule in made if isinstance(rule, Swept)])
        #: Those that the sweep asks about what the guard noted of itself.
        self.internal: tuple[InternalRule, ...] = tuple(
            [rule for rule in made if isinstance(rule, InternalRule)]
        )
        #: Of those that judge calls, the ones that nobody asks under this policy, and why.
        self.idle: dict[str, str] = {
            rule.code: reason for rule in self.rules if (reason := rule.idle(policy)) is not None
        }
        self._index = _Index(tuple([rule for rule in self.rules if rule.code not in self.idle]))

    def chosen(self, action: str, outcome: Outcome, actor: ActorKind) -> Chosen:
        """The rules that look at calls of this action with this outcome by this kind of actor.

        An unconfirmed service might be any actor: every rule for the action and outcome looks at it.
        """
        key = action, outcome, actor
        return self._index.get(key) or self._index[key]

    def actions(self) -> frozenset[str]:
        """Every action that some enabled rule looks at."""
        return frozenset().union(*(rule.actions for rule in self.rules))


@contextmanager
def naming(policy: Policy) -> Iterator[None]:
    """Let an error in what a policy says of rules name the file that says it."""
    try:
        yield
    except ConfigError as error:
        if policy.source is None:
            raise
        raise ConfigError(f"{policy.source}: {error}") from error


def catalogue() -> tuple[AnyRule, ...]:
    """All packaged rules: by family, and by code in each."""
    families = {rule.code[:-3]: place for place, rule in reversed(list(enumerate(PACKAGED)))}
    rules: tuple[AnyRule, ...] = (*PACKAGED, *PACKAGED_SWEEPS, *PACKAGED_INTERNAL)
    return tuple(sorted(rules, key=lambda rule: (families.get(rule.code[:-3], len(rules)), rule.code)))


def rule_named(code: str, rules: Iterable[AnyRule]) -> AnyRule:
    """The rule with a code among some.

    Raises
    ------
    ConfigError
        There is none; the message names the nearest.
    """
    known = _by_code(rules)
    return known[known_code(code, known)]


def _by_code(rules: Iterable[AnyRule]) -> dict[str, AnyRule]:
    return {rule.code: rule for rule in rules}


def _on_event_path(rule: AnyRule) -> bool:
    return issubclass(rule, Rule) and rule.event_path


def _enabled(rule: AnyRule, settings: RuleSettings | None, wanted: set[str] | None) -> bool:
    if wanted is not None:
        return rule.code in wanted
    if settings is not None and settings.enabled is not None:
        return settings.enabled
    return rule.enabled


def _asks(rule: Rule) -> bool:
    return "needs" in type(rule).__dict__ or type(rule).needs is not Rule.needs


def _observes(rule: Rule) -> bool:
    return type(rule).observes is not Rule.observes


def _needs(rule: Rule) -> Needs:
    """The rule's ``needs``; a shared function (a static method) is the same object for all its rules."""
    return rule.needs
