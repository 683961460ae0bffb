"""Drop rules that are gone, or that no longer go before what they kept out."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.kinds import SecurityGroupRule
from eniguard.facts.refs import Unknown
from eniguard.facts.rule_effects import Rules, changed_permission, content, named_by
from eniguard.facts.state import Side
from eniguard.facts.stated_rules import CHANGES, CONFIGURES, dropped_by, rule_ids
from eniguard.model import Evidence, Reference
from eniguard.model.finding import Inventory
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.exp.addresses import blocks_of
from eniguard.rules.exp.groups import (
    GroupRules,
    entries_of,
    group_around,
    group_ids,
    group_rules,
    is_managed,
    listed_after,
    listed_before,
    rules_evidence,
    rules_ref,
)
from eniguard.rules.exp.needs import EXPOSURE_PERMISSIONS, may_take_back, needs_exposure
from eniguard.rules.exp.opened import OPENERS
from eniguard.rules.exp.outline import is_drop
from eniguard.rules.exp.reach import gained, stretches
from eniguard.rules.exp.resolved import Resolved, resolve
from eniguard.rules.exp.services import shown as shown_services
from eniguard.rules.exp.spans import Spans, merged, union
from eniguard.rules.exp.stated import unreadable
from eniguard.rules.managed import managed_evidence
from eniguard.rules.rule_texts import shown_rule
from eniguard.rules.subjects import GroupSubject


class _Removed(Struct, frozen=True, gc=False):
    """One rule that held something back before the call: as it was listed, and resolved."""

    listed: SecurityGroupRule
    rule: Resolved


def may_drop(call: Call) -> bool:
    """Whether a call may take back a drop rule, as far as it can be read."""
    return bool(call.parameters.malformed) or may_take_back(call)


class DropRuleRemoved(Rule):
    """EXP004."""

    code = "EXP004"
    name = "drop-rule-removed"
    severity = "medium"
    summary = "A drop rule was removed, narrowed or put behind the accept rules that it held back."
    why = "Rules that accept traffic, and had no effect while the drop rule went before them, have it now."
    advice = "If nobody meant to let this traffic in, put the drop rule back with the priority it had."
    actions = frozenset(
        (
            "ecs:RevokeSecurityGroup",
            "ecs:RevokeSecurityGroupEgress",
            "ecs:ModifySecurityGroupRule",
            "ecs:ModifySecurityGroupEgressRule",
            CONFIGURES,
        )
    )
    outcomes = SUCCEEDED
    actors = OPENERS
    references = (Reference("ECS API reference", "AuthorizeSecurityGroup, Priority and Policy"),)
    permissions = EXPOSURE_PERMISSIONS
    false_positives = (
        "A drop rule that is replaced by another in a later call. That the group's own members reach each "
        "other whatever its rules say is not looked at."
    )

    concerns = staticmethod(may_drop)
    needs = staticmethod(needs_exposure)

    def evaluate(self, case: Case) -> Verdicts:
        call = case.call
        if unreadable(call):
            return (self.undecided(case, "the rules in the event cannot be read"),)
        if not case.check("the call may take back a drop rule", may_take_back(call)):
            return ()
        found: list[Verdict] = []
        for group_id in group_ids(call):
            found += self._group(case, group_id)
        return found

    def _group(self, case: Case, group_id: str) -> Verdicts:
        before = listed_before(case, group_id)
        subject = group_around(case, group_id)
        if is_managed(case, subject):
            return ()
        if type(before) is Unknown:
            return self._without_listing(case, subject, before, "before", before.reason)
        after = listed_after(case, group_id)
        if type(after) is Unknown:
            return self._without_listing(case, subject, before, "after", after.reason)
        rules = group_rules(case, group_id)
        held = _held(case, before, rules)
        if not case.check(
            "it did take back or weaken a rule that held something back", bool(held), len(held)
        ):
            return ()
        return self._verdict(case, subject, rules, held)

    def _verdict(
        self, case: Case, subject: GroupSubject, rules: GroupRules, held: Sequence[_Removed]
    ) -> Verdicts:
        clear = [one for one in held if one.rule.known]
        open_now = [(one, _gains(rules, one)) for one in clear]
        found = [(one, services) for one, services in open_now if services]
        if case.check("traffic gets through that was held back", bool(found), len(found)):
            return (self._finding(case, subject, rules, found),)
        if len(clear) < len(held):
            listed = next(one.listed for one in held if not one.rule.known)
            reason = f"it is not known what {shown_rule(listed)} of {subject.name} held back"
            return (self.undecided(case, reason, rules.ref, subject=subject.resource()),)
        return ()

    def _without_listing(
        self, case: Case, subject: GroupSubject, before: Rules | Unknown, side: Side, reason: str
    ) -> Verdicts:
        """What can be said when the rules on one ``side`` of the call are not known."""
        may_have = _may_have_dropped(case, subject.name, before)
        if not case.check("what is known leaves room for a drop rule", may_have):
            return ()
        if case.brief:
            return (self.unsaid,)
        text = f"the rules of {subject.name} {side} the call are not known: {reason}"
        ref = rules_ref(case.call, subject.name)
        return (self.undecided(case, text, ref, subject=subject.resource()),)

    def _finding(
        self,
        case: Case,
        subject: GroupSubject,
        rules: GroupRules,
        found: Sequence[tuple[_Removed, Spans]],
    ) -> Verdict:
        texts = [shown_rule(one.listed) for one, _ in found]
        unclear = any(rules.unclear(one.rule.direction, services) for one, services in found)
        inventory: Inventory = "partial" if unclear or subject.managed is None else "known"
        return self.finding(
            case,
            subject.resource(),
            f"What a rule of security group {subject.name} held back gets through: {'; '.join(texts)}",
            inventory=inventory,
            evidence=(
                *[
                    Evidence("rule", shown_rule(one.listed), _as_listed(one.listed), "event")
                    for one, _ in found
                ],
                *[Evidence("opened", shown_services(services)) for _, services in found],
                rules_evidence(case, rules),
                *managed_evidence(case, subject),
            ),
            cidrs=blocks_of(union([one.rule.peers or () for one, _ in found])),
        )


def _as_listed(one: SecurityGroupRule) -> str:
    return f"{one.id} before the call" if one.id else "added by a call before this one"


def _held(case: Case, before: Rules, rules: GroupRules) -> list[_Removed]:
    """The rules from before the call which it takes back or weakens."""
    named = named_by(case.call, before) or ()
    return [
        _Removed(one, rule)
        for one, rule in zip(before, rules.before or (), strict=True)
        if _held_back(case, one, rule, named)
    ]


def _held_back(case: Case, one: SecurityGroupRule, rule: Resolved, named: Rules) -> bool:
    """Whether the call takes a rule back or changes it so that less may be held back than before.

    ``named`` are the rules that it names by their ids.
    """
    call = case.call
    if call.action in CHANGES:
        return one in named and _is_weaker(case, one, rule)
    if rule.accepts is not False:
        return False
    if rule_ids(call):
        return one in named
    stated = {key for direction, dropped in dropped_by(call) for key in content(direction, dropped)}
    return stated.issuperset(content(one.direction, one.permission))


def _is_weaker(case: Case, one: SecurityGroupRule, rule: Resolved) -> bool:
    """A changed drop rule, or an accept rule that now goes before others."""
    if rule.accepts is False:
        return True
    changed = changed_permission(case.call, one.permission)
    now = resolve(rule.direction, changed, entries_of(case, case.after))
    return now.priority < rule.priority


def _gains(rules: GroupRules, one: _Removed) -> Spans:
    """The services of a rule to which somebody gets through who did not before."""
    direction = one.rule.direction
    before, after = rules.earlier(direction) or [], rules.later(direction) or []
    found = stretches(one.rule.services or (), before, after)
    return merged([span for span in found if gained(before, after, span[0])])


def _may_have_dropped(case: Case, group_id: str, before: Rules | Unknown) -> bool:
    """Whether the rule that the call names may have been a drop rule, from the side that is known.

    A rule that accepts after a change which says nothing of policy and priority did so before.
    """
    call = case.call
    if type(before) is not Unknown:
        return any(is_drop(one.permission) for one in before)
    if call.action not in CHANGES:
        return True
    rules = listed_after(case, group_id)
    if type(rules) is Unknown:
        return True
    if any(one.policy or one.priority for one in call.parameters.permissions()):
        return True
    ids = rule_ids(call)
    found = [one for one in rules if one.id in ids]
    return not found or any(is_drop(one.permission) for one in found)
