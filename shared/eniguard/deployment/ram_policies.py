"""RAM policies of the roles of a template, and the lint that they pass.

A policy can be valid for RAM and too wide, or allow nothing by a slip of the pen: the lint finds both before
an account does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from eniguard.deployment.needs import Role
from eniguard.roles import matches

Document = dict[str, Any]

_VERSION = "1"
_ACTION = re.compile(r"([a-z][a-z0-9-]*):([A-Za-z*?][A-Za-z0-9*?]*)")
#: ``acs:PRODUCT:REGION:ACCOUNT:WHAT``.
_RESOURCE = re.compile(r"acs:[a-z][a-z0-9*-]*:[a-z0-9*-]*:[0-9*]*:\S+")
_EFFECTS = ("Allow", "Deny")
_KEYS = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_KEYS_OF_TRUST = ("Effect", "Action", "Principal", "Condition")
_PRINCIPALS = ("Service", "RAM", "Federated")
#: Operators of conditions (RAM, policy elements).
_OPERATORS = re.compile(
    r"(String(Not)?Equals(IgnoreCase)?|String(Not)?Like|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?"
    r"|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|(Not)?IpAddress(IncludeBorder)?)"
)
#: How the names of calls begin that read and hand out nothing secret.
_READS = re.compile(r"(Describe|List|Lookup|Query|Check|Get)[A-Z*?]")
#: Reads that hand out what somebody wrote: their place has to be named as for a write.
_CONTENTS = (
    "kms:GetSecretValue",
    "log:GetCursorOrData",
    "log:GetLogStoreLogs",
    "oss:GetObject",
    "ots:GetRange",
    "ots:GetRow",
)
_PASS_ROLE = "ram:passrole"


def permission_policy(role: Role) -> Document:
    """The policy that allows a role what it needs, and nothing else."""
    by_resource: dict[str, list[str]] = {}
    for need in sorted(role.needs):
        by_resource.setdefault(need.resource, []).append(need.action)
    statements = [
        {"Effect": "Allow", "Action": actions, "Resource": resource}
        for resource, actions in by_resource.items()
    ]
    return {"Version": _VERSION, "Statement": statements}


def trust_policy(role: Role) -> Document:
    """The policy that lets those take a role who it is for, and nobody else."""
    principal = {"RAM": list(role.takers)} if role.takers else {"Service": [role.service]}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return {"Version": _VERSION, "Statement": [statement]}


def policy_problems(document: object, *, trust: bool = False) -> Iterator[str]:
    """What is wrong with a policy.

    Its grammar is that of RAM. Beyond that, no write and no read of contents may be allowed on ``*`` or by a
    name with ``*``, nothing by exception, and ``ram:PassRole`` only with a condition on ``acs:Service``.

    Parameters
    ----------
    document
        The policy, decoded.
    trust
        Whether it is the trust policy of a role, which has principals and no resources.
    """
    if not isinstance(document, Mapping) or sorted(document) != ["Statement", "Version"]:
        yield "a policy is an object with Version and Statement, and nothing else"
        return
    if document["Version"] != _VERSION:
        yield f'Version: {document["Version"]!r}; expected "1"'
    statements = document["Statement"]
    if not isinstance(statements, list) or not statements:
        yield "Statement: a list of statements was expected"
        return
    for place, one in enumerate(statements):
        problems = _statement(one, trust) if isinstance(one, Mapping) else ["an object was expected"]
        yield from (f"Statement[{place}]: {problem}" for problem in problems)


def _statement(one: Mapping[str, Any], trust: bool) -> Iterator[str]:
    valid = _KEYS_OF_TRUST if trust else _KEYS
    unknown = [key for key in one if key not in valid]
    if unknown:
        yield f"{', '.join(unknown)}: unknown; valid: {', '.join(valid)}"
    if one.get("Effect") not in _EFFECTS:
        yield f"Effect: {one.get('Effect')!r}; expected Allow or Deny"
    if ("Action" in one) == ("NotAction" in one):
        yield "Action: a statement has it or NotAction"
    actions = _listed(one.get("Action", one.get("NotAction", [])))
    if not actions:
        yield "Action: names nothing"
    for action in actions:
        if action != "*" and not _ACTION.fullmatch(action):
            yield f"Action: {action!r} is none, as in ecs:DescribeInstances"
    yield from _conditions(one.get("Condition", {}))
    if trust:
        yield from _principal(one, actions)
        return
    if ("Resource" in one) == ("NotResource" in one):
        yield "Resource: a statement has it or NotResource"
    resources = _listed(one.get("Resource", one.get("NotResource", [])))
    for resource in resources:
        if resource != "*" and not _RESOURCE.fullmatch(resource):
            yield f"Resource: {resource!r} is none, as in acs:ecs:REGION:ACCOUNT:instance/ID"
    if one.get("Effect") == "Allow":
        yield from _too_wide(one, actions, resources)


def _too_wide(one: Mapping[str, Any], actions: list[str], resources: list[str]) -> Iterator[str]:
    if "NotAction" in one or "NotResource" in one:
        yield "what is allowed by exception grows with every new API: name what is allowed"
        return
    for action in actions:
        wild = "*" in action or "?" in action
        contents = [one for one in _CONTENTS if matches(one, (action,))]
        if wild and not _READS.match(action.partition(":")[2]):
            yield f"Action: {action} allows writes by a wildcard: name them"
        elif wild and contents:
            yield f"Action: {action} takes in {contents[0]}, which hands out contents: name what is read"
        elif "*" in resources and (contents or not _READS.match(action.partition(":")[2])):
            yield f'Resource: {action} is allowed on "*": name what on'
        if action.lower() == _PASS_ROLE and not _about_service(one.get("Condition", {})):
            yield "Condition: ram:PassRole hands roles to any service: allow it for acs:Service alone"


def _about_service(condition: object) -> bool:
    if not isinstance(condition, Mapping):
        return False
    return any(
        key.lower() == "acs:service" and _listed(values)
        for operator, about in condition.items()
        if operator in ("StringEquals", "StringEqualsIgnoreCase") and isinstance(about, Mapping)
        for key, values in about.items()
    )


def _conditions(condition: object) -> Iterator[str]:
    if not isinstance(condition, Mapping):
        yield "Condition: an object by operator was expected"
        return
    for operator, about in condition.items():
        if not _OPERATORS.fullmatch(operator):
            yield f"Condition: {operator} is no operator, as in StringEquals"
        if not isinstance(about, Mapping) or not about:
            yield f"Condition: {operator} has no key"


def _principal(one: Mapping[str, Any], actions: Iterable[str]) -> Iterator[str]:
    principal = one.get("Principal")
    if not isinstance(principal, Mapping) or not principal or not set(principal) <= set(_PRINCIPALS):
        yield f"Principal: expected an object with one of {', '.join(_PRINCIPALS)}"
    elif any("*" in name for names in principal.values() for name in _listed(names)):
        yield "Principal: anybody may take the role: name who"
    if list(actions) != ["sts:AssumeRole"]:
        yield "Action: a trust policy allows sts:AssumeRole"


def _listed(given: Any) -> list[str]:
    found = given if isinstance(given, list) else [given]
    return [str(one) for one in found]
