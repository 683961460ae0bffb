"""The rules of one policy, indexed by what they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import groupby

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.outcomes import Outcome
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.model import ActorKind
from eniguard.rules import eni, exp, pfx, qta, sg, slr
from eniguard.rules import self as self_rules
from eniguard.rules.answers import PASSED_ON
from eniguard.rules.base import Rule
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

AnyRule = type[Rule] | type[SweepRule]


class Chosen:
    """The rules that look at one kind of call, and what they want of it.

    Attributes
    ----------
    rules
        The rules, in the order of the catalogue.
    needs
        The distinct ways in which they ask for facts.
    """

    __slots__ = ("_groups", "_observers", "needs", "rules")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.needs: tuple[Needs, ...] = tuple(dict.fromkeys(_needs(rule) for rule in rules if _asks(rule)))
        groups = _by_concern(rules)
        self._groups = None if {concerns for concerns, _ in groups} <= {Rule.concerns} else groups
        self._observers = _by_concern([rule for rule in rules if type(rule).observes is not Rule.observes])

    def concerned(self, call: Call) -> Sequence[Rule]:
        """The rules that can say something of a call, in the order of the catalogue."""
        return self.rules if self._groups is None else _concerned(self._groups, call)

    def observers(self, call: Call) -> Sequence[Rule]:
        """Those of them that look across events."""
        return _concerned(self._observers, call) if self._observers else ()


_Groups = tuple[tuple[Callable[[Call], bool], tuple[Rule, ...]], ...]


def _by_concern(rules: Sequence[Rule]) -> _Groups:
    """Neighbours with the same first question put together."""
    return tuple((concerns, tuple(group)) for concerns, group in groupby(rules, lambda rule: rule.concerns))


def _concerned(groups: _Groups, call: Call) -> Sequence[Rule]:
    found: list[Rule] = []
    for concerns, rules in groups:
        try:
            asked = concerns is Rule.concerns or concerns(call)
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            asked = True  # a question that fails rules nothing out: the rules answer for themselves
        if asked:
            found += rules
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
        wanted = None if only is None else {_known(code, known) for code in only}
        with naming(policy):
            for code in policy.rules:
                _known(code, known)
            made = [
                rule(policy.rules.get(code))
                for code, rule in known.items()
                if _enabled(rule, policy.rules.get(code), wanted) and (_on_event_path(rule) or not event_path)
            ]
        #: Those that judge calls.
        self.rules: tuple[Rule, ...] = tuple([rule for rule in made if isinstance(rule, Rule)])
        #: Those that the sweep asks; some judge calls, too.
        self.sweeps: tuple[Swept, ...] = tuple([rule for rule in made if isinstance(rule, Swept)])
        self._chosen: dict[tuple[str, Outcome, ActorKind], Chosen] = {}

    def chosen(self, action: str, outcome: Outcome, actor: ActorKind) -> Chosen:
        """The rules that look at calls of this action with this outcome by this kind of actor.

        An unconfirmed service might be any actor: every rule for the action and outcome looks at it.
        """
        key = (action, outcome, actor)
        found = self._chosen.get(key)
        if found is None:
            found = self._chosen[key] = Chosen(
                tuple(
                    rule
                    for rule in self.rules
                    if action in rule.actions
                    and outcome in rule.outcomes
                    and (actor in rule.actors or actor == "unconfirmed_service")
                )
            )
        return found

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
    rules: tuple[AnyRule, ...] = (*PACKAGED, *PACKAGED_SWEEPS)
    return tuple(sorted(rules, key=lambda rule: (families.get(rule.code[:-3], len(rules)), rule.code)))


def rule_named(code: str, rules: Iterable[AnyRule]) -> AnyRule:
    """The rule with a code among some.

    Raises
    ------
    ConfigError
        There is none; the message names the nearest.
    """
    known = _by_code(rules)
    return known[_known(code, known)]


def _by_code(rules: Iterable[AnyRule]) -> dict[str, AnyRule]:
    return {rule.code: rule for rule in rules}


def _known(code: str, known: Mapping[str, AnyRule]) -> str:
    if code.upper() in known:
        return code.upper()
    near = get_close_matches(code.upper(), known, n=1, cutoff=0.0)
    raise ConfigError(f"no rule {code!r}; did you mean {near[0]}?")


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


def _needs(rule: Rule) -> Needs:
    """The rule's ``needs``; a shared function (a static method) is the same object for all its rules."""
    return rule.needs
