"""Service roles that somebody of the account assumed."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from eniguard.model import Evidence, Finding, Reference, Resource
from eniguard.model.kinds import ROLE
from eniguard.roles import role_named, service_linked_form
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdicts
from eniguard.rules.callers import caller_name
from eniguard.rules.case import Case
from eniguard.rules.slr.named import DOCUMENT, role_resource

#: Types of callers that are somebody of an account (docs/sources.md, Events).
_PEOPLE = frozenset(("root-account", "ram-user", "assumed-role", "saml-user", "cloudsso-user"))


class _Assumed(Struct, frozen=True, gc=False):
    """A service's role as a call names it: the role, and the account that has it (``None`` if not named)."""

    role: Resource
    account: str | None


class ServiceRoleAssumed(Rule):
    """SLR007: a frequent call of which few are about a service's role; it asks for no facts."""

    code = "SLR007"
    name = "service-role-assumed-by-account"
    severity = "high"
    summary = "Somebody of the account assumed a role that belongs to a cloud service."
    why = (
        "Only its service should be able to. What is done with these keys looks like the service's doing, "
        "and may touch what is managed."
    )
    advice = (
        "Look at the trust policy of the role: take out every principal that is not the service. Go through "
        "what was done in this session, and find out who opened the role."
    )
    actions = frozenset(("sts:AssumeRole",))
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference(DOCUMENT, "Role details"),)
    false_positives = (
        "Older service roles are ordinary roles; some teams let their own tools assume one on purpose."
    )

    def evaluate(self, case: Case) -> Verdicts:
        arn = case.call.parameters.text("RoleArn") or ""
        assumed = _service_role(arn)
        case.check("the role belongs to a cloud service", assumed is not None, arn or "not named")
        if assumed is None:
            return ()
        caller = case.call.caller
        if case.check("the caller is somebody of an account", caller.type in _PEOPLE, caller.type):
            return [self._assumed(case, assumed)]
        if case.check("the caller is a cloud service", _is_service(caller.user_name), caller.user_name):
            return ()
        reason = f"it is not known who the caller of type {caller.type} is"
        ref = case.before.ref(ROLE, assumed.role.id)
        return [self.undecided(case, reason, ref, subject=assumed.role)]

    def _assumed(self, case: Case, assumed: _Assumed) -> Finding:
        role, account = assumed.role, assumed.account
        caller, session = caller_name(case.call.caller), case.call.parameters.text("RoleSessionName")
        elsewhere = account is not None and account != case.call.account_id
        whose = f" of account {account}" if elsewhere else ""
        return self.finding(
            case,
            role,
            f"{caller} assumed {role.id}{whose}, a cloud service's role",
            evidence=(Evidence("role-account", account), Evidence("session", session)),
        )


@lru_cache(maxsize=4096)
def _service_role(arn: str) -> _Assumed | None:
    """The role that a call assumes when it is a service's, by the index or by the form of its name."""
    head, _, name = arn.partition(":role/")
    if not name or (role_named(name) is None and not service_linked_form(name)):
        return None
    return _Assumed(role_resource(name), head.rpartition(":")[2] or None)


def _is_service(user_name: str | None) -> bool:
    """Whether a caller that is none of an account's is named like a trusted service."""
    return (user_name or "").endswith(".aliyuncs.com")
