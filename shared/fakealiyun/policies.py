"""RAM: whether the policies of a caller let a call pass."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from fakealiyun.errors import ApiError
from fakealiyun.services import Call


def authorise(call: Call) -> None:
    """Let a call pass that RAM allows.

    The root account may do everything. A RAM user or a role may do what its policies allow and none denies.

    Raises
    ------
    ApiError
        The caller has no permission.
    """
    caller = call.caller
    if caller.type == "root-account":
        return
    ram = call.region.account.ram
    documents = ram.documents_of_role(caller.role) if caller.role is not None else ram.documents_of_user(caller.user_name)
    if not allowed(documents, call.action, _context(call)):
        codes = call.cloud.assumptions.denied
        product = call.action.partition(":")[0]
        code, status = codes.get(product, codes["*"])
        raise ApiError(code, status, f"User not authorized to operate {call.action} on the specified resource.")


def allowed(documents: list[Mapping[str, Any]], action: str, context: Mapping[str, str]) -> bool:
    """Whether some statement allows the action and none denies it; actions are compared without case."""
    effects = {
        statement.get("Effect")
        for document in documents
        for statement in _listed(document.get("Statement", []))
        if _matches(statement, action) and _conditions_hold(statement.get("Condition", {}), context)
    }
    return "Allow" in effects and "Deny" not in effects


def _matches(statement: Mapping[str, Any], action: str) -> bool:
    return any(fnmatchcase(action.lower(), str(one).lower()) for one in _listed(statement.get("Action", [])))


def _conditions_hold(conditions: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """``StringEquals`` over the keys of the context; any other operator does not hold."""
    for operator, pairs in conditions.items():
        if operator != "StringEquals":
            return False
        for key, wanted in pairs.items():
            if context.get(key) not in _listed(wanted):
                return False
    return True


def _context(call: Call) -> dict[str, str]:
    """The condition keys of a call: ``ram:ServiceName`` for service-linked roles (document of API Gateway)."""
    name = call.parameters.text("ServiceName")
    role = call.parameters.text("RoleName")
    if name is None and role is not None:
        name = call.region.account.ram.service_of(role)
    return {} if name is None else {"ram:ServiceName": name}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
