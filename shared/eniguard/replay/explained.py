"""Why one event was decided as it was: the same rules, run once more with their conditions written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from eniguard import identity
from eniguard.decide import looks
from eniguard.events.calls import Call
from eniguard.events.outcomes import Cause, cause_of
from eniguard.events.targets import Target
from eniguard.events.times import written
from eniguard.events.values import Value
from eniguard.facts.kinds import AnyResource
from eniguard.facts.refs import Fact, FactValue, Gone, Ref, Unknown
from eniguard.facts.state import Side
from eniguard.model import Actor, Finding, Undecided
from eniguard.pipeline import Decided
from eniguard.replay.waiving import judged_by_waivers
from eniguard.rules.answers import PASSED_ON
from eniguard.rules.base import Rule
from eniguard.rules.case import Condition, Trace
from eniguard.rules.registry import AnyRule, Registry
from eniguard.settings import Waiver

_OUTCOMES = {
    "ok": "succeeded",
    "refused": "was refused",
    "denied": "was denied for want of permission",
    "failed": "failed for a reason of the platform",
    "dry_run": "was a dry run",
}


class FactRead(Struct, frozen=True):
    """One fact as a rule saw it.

    ``side`` is the side of the call it was read on; ``asked_for`` marks a value that the call itself would
    bring about. ``reason`` says why an unknown fact is unknown; it has no ``source`` and ``as_of`` (UTC).
    """

    ref: str
    side: Side
    status: Literal["known", "unknown", "removed"]
    value: AnyResource | tuple[AnyResource, ...] | None = None
    reason: str | None = None
    source: str | None = None
    as_of: str | None = None
    asked_for: bool = False


class RuleExplained(Struct, frozen=True):
    """What one rule did with the call; ``why_not`` is set for a rule that did not look at it."""

    code: str
    name: str
    why_not: str | None = None
    conditions: tuple[Condition, ...] = ()
    facts: tuple[FactRead, ...] = ()
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()

    @property
    def looked(self) -> bool:
        """Whether the rule was run."""
        return self.why_not is None


class WaiverSaid(Struct, frozen=True):
    """A waiver that hides findings of the call, or would if it had not expired.

    ``findings`` are their ids, ``expires`` is when it ends (UTC); ``expired`` is as of the call.
    """

    id: str
    owner: str
    reason: str
    expires: str
    expired: bool
    findings: tuple[str, ...]


class Explained(Struct, frozen=True):
    """One call as it was understood, and what every rule did with it.

    ``path`` is relative to the replay root; ``alone`` marks a case with a state snapshot of its own, ``late``
    an event that came after the reorder window had passed it. ``actor_why`` says what the kind of the actor
    rests on. ``waivers`` are those that match a finding. ``parameters`` are those that were kept,
    ``malformed`` names those that could not be read.
    """

    event_id: str
    event_time: str
    action: str
    outcome: str
    error_code: str | None
    cause: Cause | None
    region: str
    account_id: str | None
    console: bool
    forgeable: bool
    actor: Actor
    actor_why: str
    targets: tuple[Target, ...]
    parameters: dict[str, Value]
    malformed: tuple[str, ...]
    rules: tuple[RuleExplained, ...]
    waivers: tuple[WaiverSaid, ...] = ()
    path: str = ""
    alone: bool = False
    late: bool = False
    schema: int = 1


def explained(decided: Decided, registry: Registry) -> Explained:
    """Explain a decision.

    Parameters
    ----------
    decided
        The decision with what it was made from; nothing has been folded into its facts since.
    registry
        The enabled rules it was made with.
    """
    call, case = decided.case.call, decided.case
    findings, expired = judged_by_waivers(case.policy.waivers, decided.decision.findings, call.at)
    return Explained(
        event_id=call.event_id,
        event_time=call.time,
        action=call.action,
        outcome=call.outcome,
        error_code=call.error_code,
        cause=None if call.error_code is None else cause_of(call.error_code),
        region=call.region,
        account_id=call.account_id,
        console=call.console,
        forgeable=call.forgeable,
        actor=case.actor,
        actor_why=identity.why(call, case.policy, decided.facts),
        targets=call.targets,
        parameters=call.parameters.values,
        malformed=call.parameters.malformed,
        rules=tuple(_rules(decided, registry, findings)),
        waivers=tuple(_waivers(case.policy.waivers, findings, expired)),
    )


def _waivers(
    waivers: Sequence[Waiver], findings: Sequence[Finding], expired: Sequence[tuple[Waiver, Finding]]
) -> Iterator[WaiverSaid]:
    for one in waivers:
        outlived = tuple([finding.finding_id for waiver, finding in expired if waiver.id == one.id])
        hidden = tuple([finding.finding_id for finding in findings if finding.waived_by == one.id])
        if ids := outlived or hidden:
            yield WaiverSaid(one.id, one.owner, one.reason, written(one.expires), bool(outlived), ids)


def _rules(decided: Decided, registry: Registry, findings: Sequence[Finding]) -> Iterator[RuleExplained]:
    chosen = {rule.code: rule for rule in decided.chosen.rules}
    for cls in registry.catalogue:
        rule = chosen.get(cls.code)
        if rule is not None and looks(rule, decided.case.actor):
            yield _looked(rule, decided, findings)
        else:
            yield RuleExplained(cls.code, cls.name, _why_not(cls, decided, registry))


def _switched_off(rule: AnyRule, decided: Decided) -> str:
    settings = decided.case.policy.rules.get(rule.code)
    if settings is not None and settings.enabled is False:
        return "guard.yml disables it"
    if not rule.enabled and (settings is None or settings.enabled is None):
        return "off unless guard.yml enables it"
    return "not among the rules of this path"


def _why_not(rule: AnyRule, decided: Decided, registry: Registry) -> str:
    """Why a rule did not look at the call."""
    call = decided.case.call
    if not issubclass(rule, Rule):
        return "it looks at what stands there, not at calls"
    if all(one.code != rule.code for one in registry.rules):
        return _switched_off(rule, decided)
    if rule.code in registry.idle:
        return registry.idle[rule.code]
    if call.action not in rule.actions:
        return f"{call.action} is not among its actions"
    if call.outcome not in rule.outcomes:
        wanted = " or ".join(_OUTCOMES[one] for one in sorted(rule.outcomes))
        return f"it looks at a call that {wanted}; this one {_OUTCOMES[call.outcome]}"
    wanted = ", ".join(sorted(rule.actors))
    return f"it looks at calls by {wanted}; this one is by {decided.case.actor.kind}"


def _looked(rule: Rule, decided: Decided, said: Sequence[Finding]) -> RuleExplained:
    """What a rule did: what it looked at, by asking it again, and what it said when the call was decided."""
    case, decision, trace = decided.case, decided.decision, Trace()
    facts: dict[tuple[Ref, Side], FactRead] = {}
    case.before.watcher = _Watcher("before", case.call, facts)
    case.after.watcher = _Watcher("after", case.call, facts)
    try:
        tuple(rule.evaluate(case.bound(rule.params, trace)) or ())
    except (Exception, SystemExit) as error:
        if isinstance(error, PASSED_ON):
            raise
        # Why it failed stands in the decision; what it looked at before is shown.
    finally:
        case.before.watcher = case.after.watcher = None
    return RuleExplained(
        code=rule.code,
        name=rule.name,
        conditions=tuple(trace.conditions),
        facts=tuple(facts.values()),
        findings=tuple(one for one in said if one.rule == rule.code),
        undecided=tuple(one for one in decision.undecided if one.rule == rule.code),
    )


class _Watcher:
    """Writes down each fact that a rule reads on one side of the call, once."""

    def __init__(self, side: Side, call: Call, seen: dict[tuple[Ref, Side], FactRead]) -> None:
        self._side = side
        self._call = call
        self._seen = seen

    def __call__(self, ref: Ref, value: FactValue, fact: Fact | None) -> None:
        self._seen[(ref, self._side)] = self._read(ref, value, fact)

    def _read(self, ref: Ref, value: FactValue, fact: Fact | None) -> FactRead:
        if isinstance(value, Unknown):
            return FactRead(str(ref), self._side, "unknown", reason=value.reason)
        if fact is not None and self._side == "before" and fact.newer_than(self._call.at):
            fact = fact.earlier
        asked_for = fact is None or fact.value != value
        return FactRead(
            str(ref),
            self._side,
            "removed" if isinstance(value, Gone) else "known",
            value=None if isinstance(value, Gone) else value,
            source="event" if fact is None else fact.source,
            as_of=None if fact is None else written(fact.as_of),
            asked_for=asked_for,
        )
