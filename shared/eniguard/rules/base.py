"""The base of every rule.

A rule is one small class: declarative attributes, ``needs`` (which facts it wants), ``evaluate`` (what it
says), and, where it looks across events, ``observes``. Rules are pure: they read no clock and do no I/O.
Rules about everything known at one moment stand in `eniguard.rules.sweep`; both share `Declared`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.catalog import known_action
from eniguard.events.outcomes import Outcome
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.model import (
    SEVERITIES,
    ActorKind,
    Evidence,
    Finding,
    Fix,
    Observation,
    Reference,
    Resource,
    Severity,
    Undecided,
    finding_id,
    lowered,
)
from eniguard.model.finding import Inventory
from eniguard.rules.case import Case
from eniguard.rules.declarations import (
    check_choices,
    check_names,
    check_params,
    check_texts,
    check_tuple,
    known,
)
from eniguard.settings import Policy, RuleSettings

Verdict = Finding | Undecided
Verdicts = Sequence[Verdict]

ANY_ACTOR: frozenset[ActorKind] = frozenset(
    ("self", "service", "unconfirmed_service", "controller", "account")
)
#: Everybody who is not a cloud service and not the guard itself.
CUSTOMERS: frozenset[ActorKind] = frozenset(("controller", "account"))
SERVICES: frozenset[ActorKind] = frozenset(("service",))

JUDGED: frozenset[Outcome] = frozenset(("ok", "refused", "denied", "failed"))
SUCCEEDED: frozenset[Outcome] = frozenset(("ok",))
REFUSED: frozenset[Outcome] = frozenset(("refused",))


class NoParams(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule without parameters."""


@cache
def _untuned(params: type[Struct]) -> Struct:
    """The parameters as nobody set them: one object, so that the rules that have them share a case."""
    return params()


NO_PARAMS = _untuned(NoParams)


class Declared(ABC):
    """What every rule of the catalogue declares of itself, and how guard.yml tunes it.

    Attributes
    ----------
    code, name, severity
        Stable; users put them in guard.yml and in chat.
    summary, why, advice
        One sentence each: what it reports, why it matters, what to do.
    Params
        Its parameters, a frozen msgspec Struct with a default for each.
    references
        The documents it rests on.
    permissions
        The RAM actions its look-ups need.
    enabled
        ``False`` for a rule that guard.yml must switch on.
    false_positives
        When it speaks although nothing is wrong.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    summary: ClassVar[str]
    why: ClassVar[str]
    advice: ClassVar[str]
    Params: ClassVar[type[Struct]] = NoParams
    references: ClassVar[tuple[Reference, ...]] = ()
    permissions: ClassVar[tuple[str, ...]] = ()
    enabled: ClassVar[bool] = True
    false_positives: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" in cls.__dict__:
            cls.validate()

    def __init__(self, settings: RuleSettings | None = None) -> None:
        settings = settings or RuleSettings()
        self.params = _params(type(self), settings.params)
        self._tuned = settings.severity
        #: The verdict that this rule cannot be decided, without a word on why: enough where a case is brief.
        self.unsaid = Undecided(self.code, (), "")

    @classmethod
    def validate(cls) -> None:
        """Refuse a rule that could never work, at import.

        Raises
        ------
        ConfigError
            Something it declares is not what the catalogue takes.
        """
        check_texts(cls, SEVERITIES)
        check_tuple(cls, "references", Reference)
        check_tuple(cls, "permissions", str)
        check_params(cls)

    def level(self, severity: Severity | None, inventory: Inventory) -> Severity:
        """The severity of a finding.

        ``severity`` replaces the rule's own, and guard.yml replaces both; it drops one step when
        ``inventory`` is not ``known``.
        """
        level = self._tuned or severity or self.severity
        return level if inventory == "known" else lowered(level)


class Rule(Declared):
    """One rule of the catalogue that judges calls; it declares more than `Declared`.

    Attributes
    ----------
    actions, outcomes, actors
        The calls it looks at.
    event_path
        ``False`` where its facts cost too many calls for the path of one event: it is then judged in
        replay and by the sweep.
    """

    actions: ClassVar[frozenset[str]]
    outcomes: ClassVar[frozenset[Outcome]] = JUDGED
    actors: ClassVar[frozenset[ActorKind]] = ANY_ACTOR
    event_path: ClassVar[bool] = True

    @classmethod
    def validate(cls) -> None:
        """Refuse also a rule that looks at outcomes, actors or actions which do not exist."""
        super().validate()
        check_choices(cls, "outcomes", sorted(JUDGED))
        check_choices(cls, "actors", sorted(ANY_ACTOR))
        check_names(cls, "actions")
        for action in sorted(cls.actions):
            try:
                known_action(action)
            except ConfigError as error:
                raise ConfigError(f"{cls.code}: {error}") from None

    @staticmethod
    def concerns(call: Call) -> bool:
        """Whether the rule can say or watch anything of a call of its actions.

        Rules that share the function are asked once, and cost nothing when it says no.
        """
        return True

    def idle(self, policy: Policy, /) -> str | None:
        """Why the rule can say or watch nothing of any call under a policy; ``None`` when it can.

        A rule that gives a reason is not asked about calls.
        """
        return None

    def needs(self, call: Call, facts: Facts) -> Iterable[Ref]:
        """The facts the rule wants for a call, given those already known; monotone and pure."""
        return ()

    @abstractmethod
    def evaluate(self, case: Case) -> Verdicts:
        """What the rule says of a case."""

    def observes(self, case: Case) -> Sequence[Observation]:
        """The marks this case sets in the rule's series; their history is in ``case.history`` afterwards."""
        return ()

    def finding(
        self,
        case: Case,
        subject: Resource,
        summary: str,
        *,
        severity: Severity | None = None,
        inventory: Inventory = "known",
        evidence: Sequence[Evidence] = (),
        others: Sequence[Resource] = (),
        advice: str | None = None,
        fix: Fix | None = None,
        references: Sequence[Reference] = (),
        cidrs: Sequence[str] = (),
    ) -> Finding:
        """A finding of this rule about ``subject``.

        ``severity`` and ``inventory`` are as in `level`; ``references`` are places beside those of the rule.
        ``cidrs`` are all address blocks that the finding is about; none unless all are known.
        """
        call = case.call
        return Finding(
            finding_id=finding_id(call.event_id, self.code, subject.kind, subject.id),
            rule=self.code,
            name=self.name,
            severity=self.level(severity, inventory),
            trigger="event",
            event_id=call.event_id,
            event_time=call.time,
            region=call.region,
            account_id=call.account_id,
            action=call.action,
            outcome=call.outcome,
            actor=case.actor,
            resources=(subject, *others),
            inventory=inventory,
            summary=summary,
            evidence=tuple(evidence),
            advice=advice or self.advice,
            fix=fix,
            references=(*self.references, *references),
            cidrs=tuple(cidrs),
        )

    def undecided(self, case: Case, reason: str, *refs: Ref, subject: Resource | None = None) -> Undecided:
        """A verdict that this rule cannot be decided, because ``refs`` are missing."""
        if case.brief:
            return self.unsaid
        # Nearly always one: a loop over it takes three times as long as naming it.
        missing = (str(refs[0]),) if len(refs) == 1 else tuple([str(ref) for ref in refs])
        return Undecided(self.code, missing, reason, case.call.event_id, subject)


def _params(rule: type[Declared], given: dict[str, Any]) -> Struct:
    if not given:
        return _untuned(rule.Params)
    valid = [field.encode_name for field in msgspec.structs.fields(rule.Params)]
    for name in given:
        known(name, valid, f"rules.{rule.code}.params: unknown parameter")
    try:
        return msgspec.convert(given, rule.Params)
    except msgspec.ValidationError as error:
        raise ConfigError(f"rules.{rule.code}.params: {error}") from None
