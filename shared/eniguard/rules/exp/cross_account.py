"""Ingress rules that let in a security group of another account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.stated_rules import CHANGES, far_side, names_rules
from eniguard.model import Evidence, Finding, Reference, Undecided
from eniguard.model.finding import Inventory
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.exp.groups import (
    GroupRules,
    group_around,
    group_ids,
    group_rules,
    is_managed,
    rules_evidence,
)
from eniguard.rules.exp.needs import EXPOSURE_PERMISSIONS, may_open, needs_exposure
from eniguard.rules.exp.open_ports import INGRESS
from eniguard.rules.exp.outline import outline
from eniguard.rules.exp.reach import gained, stretches
from eniguard.rules.exp.revocation import fix_or_why, revocation
from eniguard.rules.exp.spans import meet
from eniguard.rules.exp.stated import Stated, stated, unreadable
from eniguard.rules.managed import managed_evidence
from eniguard.rules.subjects import GroupSubject


class SourceAccountParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``accounts`` may be let in beside those that guard.yml lists: by id, or by login name."""

    accounts: tuple[Annotated[str, Meta(min_length=1)], ...] = ()


def names_owner(call: Call) -> bool:
    """Whether a rule of a call names the owner of a group."""
    if call.action not in CHANGES:
        return outline(call).owned
    return any(map(_owner, call.parameters.permissions())) and names_rules(call)


class CrossAccountSource(Rule):
    """EXP007."""

    code = "EXP007"
    name = "cross-account-source"
    severity = "medium"
    summary = "A rule lets in a security group of another account."
    why = "Who is in that group, and so gets in, is decided in the other account."
    advice = (
        "If nobody expected this, revoke the rule and look at what else the caller did. If the account is a "
        "partner's, add it to this rule's `accounts`."
    )
    actions = INGRESS
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    Params = SourceAccountParams
    references = (Reference("ECS API reference", "AuthorizeSecurityGroup, SourceGroupOwnerId"),)
    permissions = EXPOSURE_PERMISSIONS
    false_positives = "Member accounts of a resource directory: list them under `accounts` in guard.yml."

    concerns = staticmethod(may_open)
    needs = staticmethod(needs_exposure)

    def evaluate(self, case: Case) -> Verdicts:
        call = case.call
        if unreadable(call):
            return (self.undecided(case, "the rules in the event cannot be read"),)
        owned = case.check("a rule of the call names the owner of a group", names_owner(call))
        foreign = [one for one in stated(case) if self._is_foreign(case, one)] if owned else []
        shown = "; ".join([one.text for one in foreign])
        if owned and case.check("an accepting rule lets in a group of another account", bool(foreign), shown):
            found = [verdict for one in group_ids(call) for verdict in self._group(case, one, foreign)]
            if found:
                return found
        return self._sideless(case)

    def _sideless(self, case: Case) -> Verdicts:
        """What can be said of rules of which no far side can be read: it may be any group."""
        call = case.call
        sideless = call.action not in CHANGES and outline(call).sideless
        anybody = [one for one in stated(case) if _is_sideless(one)] if sideless else []
        if not case.check("a rule lets in whom the event does not name", bool(anybody), len(anybody)):
            return ()
        subjects = [group_around(case, group_id) for group_id in group_ids(call)]
        return [self._unclear(case, one, anybody[0]) for one in subjects if not is_managed(case, one)]

    def _unclear(self, case: Case, subject: GroupSubject, one: Stated) -> Undecided:
        reason = f"it is not known whom a rule of {subject.name} lets in: {one.text}"
        return self.undecided(case, reason, subject=subject.resource())

    def _is_foreign(self, case: Case, one: Stated) -> bool:
        owner = _owner(one.permission)
        if one.direction != "ingress" or one.rule.accepts is False or owner is None:
            return False
        return owner not in {case.call.account_id, *case.policy.accounts, *case.params.accounts}

    def _group(self, case: Case, group_id: str, foreign: Sequence[Stated]) -> Verdicts:
        subject = group_around(case, group_id)
        if is_managed(case, subject):
            return ()
        rules = group_rules(case, group_id)
        new = [one for one in foreign if _lets_in(rules, one)]
        if not case.check("the group did not get through before", bool(new), len(new)):
            return ()
        unclear = [one for one in new if one.rule.accepts is None]
        if len(unclear) == len(new):
            reason = f"it is not known whether {unclear[0].rule_id} of {group_id} accepts or drops"
            return (self.undecided(case, reason, *unclear[0].missing, subject=subject.resource()),)
        return (self._found(case, subject, rules, [one for one in new if one.rule.accepts]),)

    def _found(self, case: Case, subject: GroupSubject, rules: GroupRules, new: Sequence[Stated]) -> Finding:
        owners = [_owner(one.permission) or "" for one in new]
        fix, why_none = fix_or_why(revocation(case, subject, rules, new, "approve"))
        return self.finding(
            case,
            subject.resource(),
            f"Security group {subject.name} lets in a group of account {', '.join(dict.fromkeys(owners))}",
            inventory=_inventory(subject, rules, owners),
            evidence=(
                *[Evidence("permission", one.text, one.rule_id or None) for one in new],
                *[Evidence("owner", one, _note(one)) for one in dict.fromkeys(owners)],
                rules_evidence(case, rules),
                *managed_evidence(case, subject),
                *why_none,
            ),
            fix=fix,
        )


def _owner(one: Permission) -> str | None:
    """The account that a rule names as the owner of its source group: by id, else by login name."""
    if not one.source_group_id or far_side("ingress", one)[0]:
        return None
    return one.source_group_owner_id or one.source_group_owner_account or None


def _is_sideless(one: Stated) -> bool:
    accepts = one.direction == "ingress" and one.rule.accepts is not False
    return accepts and not any(far_side(one.direction, one.permission))


def _lets_in(rules: GroupRules, one: Stated) -> bool:
    """Whether the foreign group gets through to something that was closed to it; also when not known."""
    before, services, peers = rules.earlier(one.direction), one.rule.services, one.rule.peers
    if before is None or services is None or peers is None or one.rule.accepts is None:
        return True
    after = [*(rules.later(one.direction) or ()), one.rule]
    return any(meet(gained(before, after, first), peers) for first, _ in stretches(services, before, after))


def _inventory(subject: GroupSubject, rules: GroupRules, owners: Sequence[str]) -> Inventory:
    """A login name may be that of the account itself, which no event tells."""
    if not all(one.isdecimal() for one in owners):
        return "unknown"
    if rules.before is None and rules.after is None:
        return "unknown"
    return "known" if subject.managed is False else "partial"


def _note(owner: str) -> str | None:
    return None if owner.isdecimal() else "a login name; the account id is not in the event"
