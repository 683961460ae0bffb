"""What the rules declare of themselves, as records for people and for JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from eniguard.model import Reference, Severity
from eniguard.rules.base import Rule
from eniguard.rules.registry import PACKAGED, Registry
from eniguard.settings import Policy


class RuleLine(Struct, frozen=True):
    """One rule in the list; ``actions`` is how many API actions it looks at."""

    code: str
    name: str
    severity: Severity
    enabled: bool
    actions: int
    summary: str


class ParameterSheet(Struct, frozen=True):
    """One parameter of a rule: its JSON Schema, and the value it has under the policy."""

    name: str
    constraints: dict[str, Any]
    default: Any
    value: Any


class RuleSheet(Struct, frozen=True):
    """Everything one rule declares; ``severity``, ``enabled`` and parameter values as the policy has them."""

    code: str
    name: str
    severity: Severity
    enabled: bool
    event_path: bool
    summary: str
    why: str
    advice: str
    false_positives: str
    actions: list[str]
    outcomes: list[str]
    actors: list[str]
    params: list[ParameterSheet]
    permissions: list[str]
    references: list[Reference]


def rule_lines(policy: Policy) -> list[RuleLine]:
    """All packaged rules in the order of the catalogue, as a policy has them."""
    enabled = {rule.code for rule in Registry(policy).rules}
    return [
        RuleLine(
            code=rule.code,
            name=rule.name,
            severity=_severity(rule, policy),
            enabled=rule.code in enabled,
            actions=len(rule.actions),
            summary=rule.summary,
        )
        for rule in PACKAGED
    ]


def rule_sheet(cls: type[Rule], policy: Policy) -> RuleSheet:
    """What one rule declares, as a policy has it."""
    rule = cls(policy.rules.get(cls.code))
    return RuleSheet(
        code=rule.code,
        name=rule.name,
        severity=_severity(cls, policy),
        enabled=any(one.code == rule.code for one in Registry(policy).rules),
        event_path=rule.event_path,
        summary=rule.summary,
        why=rule.why,
        advice=rule.advice,
        false_positives=rule.false_positives,
        actions=sorted(rule.actions),
        outcomes=sorted(rule.outcomes),
        actors=sorted(rule.actors),
        params=_parameters(rule),
        permissions=list(rule.permissions),
        references=list(rule.references),
    )


def _severity(rule: type[Rule], policy: Policy) -> Severity:
    settings = policy.rules.get(rule.code)
    return rule.severity if settings is None else settings.severity or rule.severity


def _parameters(rule: Rule) -> list[ParameterSheet]:
    constraints = params_schema(type(rule)).get("properties", {})
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


def params_schema(rule: type[Rule]) -> dict[str, Any]:
    """The JSON Schema of a rule's parameters, in one piece."""
    schema = msgspec.json.schema(rule.Params)
    name = schema["$ref"].rsplit("/", 1)[-1]
    found: dict[str, Any] = schema["$defs"][name]
    return found
