"""Permissions that let another account use an ENI."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from eniguard.facts.kinds import Eni, Tags
from eniguard.model import Evidence, Fix, Reference
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.managed import managed_evidence
from eniguard.rules.subjects import EniSubject, eni_subjects, needs_enis
from eniguard.settings import IGNORE_TAG

_PERMISSION_ID = "NetworkInterfacePermissionId"
#: The only permission there is (CreateNetworkInterfacePermission, Permission).
_ATTACH = "InstanceAttach"


class CrossAccountParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``accounts`` may use ENIs of the account, beside those that ``accounts`` in guard.yml lists."""

    accounts: tuple[Annotated[str, Meta(pattern=r"^[0-9]+$")], ...] = ()


class EniCrossAccountPermission(Rule):
    """ENI012."""

    code = "ENI012"
    name = "eni-cross-account-permission"
    severity = "high"
    summary = "The account let a foreign account use one of its ENIs."
    why = (
        "Whoever holds the permission can attach the ENI to an instance of its own, and is then inside the "
        "VPC with that ENI's addresses and security groups."
    )
    advice = (
        "If nobody expected this, delete the permission and look at what else the caller did. If the account "
        "is a partner's, add it to this rule's `accounts`."
    )
    actions = frozenset(("ecs:CreateNetworkInterfacePermission",))
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    Params = CrossAccountParams
    references = (Reference("ECS API reference", "CreateNetworkInterfacePermission, AccountId"),)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = "Set-ups that hand an ENI to a service's own account by script; list that account."

    needs = staticmethod(needs_enis)

    def evaluate(self, case: Case) -> Verdicts:
        account = case.call.parameters.text("AccountId")
        if not case.check("the call names the account it lets in", account is not None, account):
            return [self.undecided(case, "the event does not name the account that was let in")]
        own = {case.call.account_id, *case.policy.accounts, *case.params.accounts}
        if not case.check(
            "the account is neither your own nor on the rule's list", account not in own, account
        ):
            return ()
        return [self._let_in(case, subject, account or "") for subject in eni_subjects(case)]

    def _let_in(self, case: Case, subject: EniSubject, account: str) -> Verdict:
        permission_ids = case.call.response.get(_PERMISSION_ID, ())
        tags = _tags(case, subject)
        obstacle = _obstacle(subject, tags) or (
            "" if permission_ids else "the event does not carry the permission's id"
        )
        case.check("the permission may be taken back", not obstacle, obstacle or permission_ids[0])
        fix = None if obstacle else _delete(case, permission_ids[0], subject.name, account, dict(tags or ()))
        evidence = [
            Evidence("AccountId", account),
            Evidence("Permission", case.call.parameters.text("Permission")),
        ]
        if permission_ids:
            evidence.append(Evidence(_PERMISSION_ID, permission_ids[0]))
        if obstacle:
            evidence.append(Evidence("fix", None, f"none is offered: {obstacle}"))
        return self.finding(
            case,
            subject.resource(),
            f"Account {account} may now use ENI {subject.name}",
            inventory="known" if subject.managed is not None else "unknown",
            evidence=(*evidence, *managed_evidence(case, subject)),
            fix=fix,
        )


def _tags(case: Case, subject: EniSubject) -> Tags | None:
    """The tags of the ENI, as they are by now if they are not known from before: the call changes none."""
    if subject.eni is not None and subject.eni.tags is not None:
        return subject.eni.tags
    later = case.after.get(subject.missing)
    return later.tags if isinstance(later, Eni) else None


def _obstacle(subject: EniSubject, tags: Tags | None) -> str | None:
    """Why the permission must not be taken back; an unknown fact is such a reason."""
    if subject.managed is None:
        return f"it is not known whether the ENI is managed: {subject.reason}"
    if subject.managed:
        return "the ENI is managed, and its service may rely on the permission"
    if tags is None:
        return "the tags of the ENI are not known"
    return f"the ENI is tagged {IGNORE_TAG}" if any(key == IGNORE_TAG for key, _ in tags) else None


def _delete(case: Case, permission_id: str, eni_id: str, account: str, tags: dict[str, str]) -> Fix:
    kind = case.call.parameters.text("Permission") or _ATTACH
    return Fix(
        summary=f"Delete permission {permission_id}, so that account {account} can no longer use {eni_id}",
        limit="approve",
        action="ecs:DeleteNetworkInterfacePermission",
        parameters={_PERMISSION_ID: permission_id},
        undo={"NetworkInterfaceId": eni_id, "AccountId": account, "Permission": kind},
        tags=tags,
    )
