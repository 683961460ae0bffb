"""A call of a plan in one line, for whoever decides about it."""

from __future__ import annotations

from eniguard.remediation.plan import PlannedCall


def call_line(call: PlannedCall) -> str:
    """The action and its parameters: ``ecs:RevokeSecurityGroup SecurityGroupId=sg-… …``."""
    return " ".join((call.action, *[f"{name}={value}" for name, value in sorted(call.parameters.items())]))
