"""What the rules declare of themselves, as records for people and for JSON."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from eniguard.model import Reference, Severity
from eniguard.rule_modules import registry_of
from eniguard.rules.base import Declared, Rule
from eniguard.rules.internal import InternalRule
from eniguard.rules.registry import AnyRule, catalogue, naming
from eniguard.rules.sweep import Swept
from eniguard.settings import Policy


class RuleLine(Struct, frozen=True):
    """One rule in the list; ``actions`` is how many API actions it looks at, none for one of the sweep.

    ``idle`` is why an enabled rule can say nothing of calls under the policy.
    """

    code: str
    name: str
    severity: Severity
    enabled: bool
    actions: int
    summary: str
    idle: str | None = None


class ParameterSheet(Struct, frozen=True):
    """One parameter of a rule: its JSON Schema, and the value it has under the policy."""

    name: str
    constraints: dict[str, Any]
    default: Any
    value: Any


class RuleSheet(Struct, frozen=True):
    """Everything one rule declares; ``severity``, ``enabled`` and parameter values as the policy has them.

    ``module`` is where a rule that is not packaged was found. ``notes`` is what its ``Params`` say of
    themselves. ``kinds`` are the resources that it reads in the sweep; ``actions``, ``outcomes`` and
    ``actors`` are those of the calls it looks at. ``idle`` is why it can say nothing of calls under the
    policy. ``internal`` is one that judges what the guard noted of itself.
    """

    code: str
    name: str
    severity: Severity
    enabled: bool
    event_path: bool
    module: str | None
    summary: str
    why: str
    advice: str
    false_positives: str
    actions: list[str]
    outcomes: list[str]
    actors: list[str]
    kinds: list[str]
    params: list[ParameterSheet]
    notes: str
    permissions: list[str]
    references: list[Reference]
    idle: str | None = None
    internal: bool = False


def rule_lines(policy: Policy) -> list[RuleLine]:
    """All rules in the order of the catalogue, as a policy has them."""
    registry = registry_of(policy)
    enabled = {rule.code for rule in (*registry.rules, *registry.sweeps, *registry.internal)}
    return [
        RuleLine(
            code=rule.code,
            name=rule.name,
            severity=_severity(rule, policy),
            enabled=rule.code in enabled,
            actions=len(_calls(rule, "actions")),
            summary=rule.summary,
            idle=registry.idle.get(rule.code),
        )
        for rule in registry.catalogue
    ]


def rule_sheet(cls: AnyRule, policy: Policy) -> RuleSheet:
    """What one rule declares, as a policy has it."""
    with naming(policy):
        rule = cls(policy.rules.get(cls.code))
    settings = policy.rules.get(cls.code)
    return RuleSheet(
        code=rule.code,
        name=rule.name,
        severity=_severity(cls, policy),
        enabled=rule.enabled if settings is None or settings.enabled is None else settings.enabled,
        event_path=isinstance(rule, Rule) and rule.event_path,
        module=None if cls in catalogue() else cls.__module__,
        summary=rule.summary,
        why=rule.why,
        advice=rule.advice,
        false_positives=rule.false_positives,
        actions=_calls(cls, "actions"),
        outcomes=_calls(cls, "outcomes"),
        actors=_calls(cls, "actors"),
        kinds=list(rule.kinds) if isinstance(rule, Swept) else [],
        params=_parameters(rule),
        notes=" ".join((rule.Params.__doc__ or "").split()) if rule.Params.__struct_fields__ else "",
        permissions=list(rule.permissions),
        references=list(rule.references),
        idle=rule.idle(policy) if isinstance(rule, Rule) else None,
        internal=isinstance(rule, InternalRule),
    )


def judged(sheet: RuleSheet) -> str:
    """When a rule is asked."""
    if sheet.internal:
        return "by the sweep only, on what the guard noted of itself"
    if not sheet.actions:
        return "by the sweep only"
    return "for each event" if sheet.event_path else "in replay and by the sweep only"


def _calls(rule: AnyRule, part: Literal["actions", "outcomes", "actors"]) -> list[str]:
    """One side of the calls that a rule looks at; empty for a rule of the sweep, which looks at none."""
    return sorted(getattr(rule, part)) if issubclass(rule, Rule) else []


def _severity(rule: AnyRule, policy: Policy) -> Severity:
    settings = policy.rules.get(rule.code)
    return rule.severity if settings is None else settings.severity or rule.severity


def _parameters(rule: Declared) -> list[ParameterSheet]:
    constraints = params_schema(type(rule))[0].get("properties", {})
    values = msgspec.to_builtins(rule.params)
    defaults = msgspec.to_builtins(rule.Params())
    return [
        ParameterSheet(
            name=name,
            constraints={key: value for key, value in schema.items() if key != "default"},
            default=defaults[name],
            value=values[name],
        )
        for name, schema in constraints.items()
    ]


def params_schema(rule: type[Declared]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON Schema of a rule's parameters, and the definitions it refers to, by their names."""
    prefix = f"{rule.code}."
    (own,), found = msgspec.json.schema_components([rule.Params], ref_template=f"#/$defs/{prefix}{{name}}")
    definitions = {f"{prefix}{name}": schema for name, schema in found.items()}
    return definitions.pop(own["$ref"].removeprefix("#/$defs/")), definitions
