"""Wire in and out of STS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.identities import Identity
from fakealiyun.ram.exceptions import invalid, no_permission, not_exist
from fakealiyun.ram.models import Document, Role
from fakealiyun.services import Call, Fields, Handler

_ARN = re.compile(r"acs:ram::(?P<account>\d+):role/(?P<name>.+)\Z")
#: Names of sessions: 2 to 64 letters, digits and a few signs (STS, AssumeRole).
_SESSION_NAME = re.compile(r"[A-Za-z0-9.@_-]{2,64}\Z")
#: Seconds that a session lasts: when not asked for, and at least (STS, AssumeRole).
_DEFAULT, _LEAST = 3600, 900


def assume_role(call: Call) -> Fields:
    """AssumeRole: temporary keys, for whom the trust policy of the role names."""
    parameters = call.parameters
    arn, session = parameters.required("RoleArn"), parameters.required("RoleSessionName")
    if call.caller.type == "root-account":
        raise no_permission("Roles may not be assumed by root accounts.")
    found = _ARN.match(arn)
    if found is None:
        raise invalid("RoleArn")
    if not _SESSION_NAME.match(session):
        raise invalid("RoleSessionName")
    role = _role(call, found["account"], found["name"])
    if not trusts(role.trust, call.caller):
        raise no_permission(
            "No permission perform sts:AssumeRole on this Role. Maybe you are not authorized."
        )
    seconds = _seconds(call, role)
    keys = call.cloud.callers.session(
        role, session, assumed_by=call.caller, policy=_session_policy(call), seconds=seconds
    )
    return {
        "AssumedRoleUser": {
            "Arn": f"acs:ram::{role.account_id}:role/{role.name.lower()}/{session}",
            "AssumedRoleId": f"{role.id}:{session}",
        },
        "Credentials": {
            "AccessKeyId": keys.access_key_id,
            "AccessKeySecret": keys.access_key_secret,
            "SecurityToken": keys.token,
            "Expiration": text_of(call.cloud.clock.now() + timedelta(seconds=seconds)),
        },
    }


def get_caller_identity(call: Call) -> Fields:
    """GetCallerIdentity: whose keys these are."""
    caller = call.caller
    identity = {"AccountId": caller.account_id, "Arn": _arn(caller), "PrincipalId": caller.principal_id}
    if caller.role is not None:
        role_id = caller.principal_id.partition(":")[0]
        return {**identity, "IdentityType": "AssumedRoleUser", "RoleId": role_id}
    if caller.type == "root-account":
        return {**identity, "IdentityType": "Account"}
    return {**identity, "IdentityType": "RAMUser", "UserId": caller.principal_id}


def trusts(trust: Document, caller: Identity) -> bool:
    """Whether a trust policy lets a caller of an account assume the role; services are not asked here."""
    effects = {
        statement["Effect"]
        for statement in trust["Statement"]
        for principal in _accounts(statement)
        if principal in _names(caller)
    }
    return effects == {"Allow"}


def _accounts(statement: dict[str, Any]) -> Iterator[str]:
    named = statement["Principal"].get("RAM", [])
    for one in named if isinstance(named, list) else [named]:
        yield str(one).lower()


def _names(caller: Identity) -> tuple[str, str]:
    """What a trust policy may call a caller: all of its account, or it alone."""
    account = f"acs:ram::{caller.account_id}"
    own = f"role/{caller.role}" if caller.role is not None else f"user/{caller.user_name}"
    return f"{account}:root", f"{account}:{own}".lower()


def _role(call: Call, account_id: str, name: str) -> Role:
    role = call.cloud.in_account(account_id).ram.roles.find(name)
    if role is None:
        raise not_exist("Role", name)
    return role


def _seconds(call: Call, role: Role) -> int:
    seconds = call.parameters.integer("DurationSeconds")
    if seconds is None:
        return _DEFAULT
    if not _LEAST <= seconds <= role.max_session:
        raise invalid("DurationSeconds")
    return seconds


def _session_policy(call: Call) -> Document | None:
    text = call.parameters.text("Policy")
    if text is None:
        return None
    try:
        document: Any = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "Statement" not in document:
        raise invalid("PolicyGrammar")
    return document


def _arn(caller: Identity) -> str:
    account = f"acs:ram::{caller.account_id}"
    if caller.role is not None:
        return f"{account}:assumed-role/{caller.role.lower()}/{caller.session}"
    return f"{account}:root" if caller.type == "root-account" else f"{account}:user/{caller.user_name}"


HANDLERS: dict[str, Handler] = {
    "AssumeRole": assume_role,
    "GetCallerIdentity": get_caller_identity,
}
