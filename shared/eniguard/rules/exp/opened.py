"""What the rules that report an opened group share: how a call is judged, and how it is told."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from eniguard.facts.stated_rules import CHANGES
from eniguard.model import Evidence, Finding, Fix, Undecided
from eniguard.model.finding import Inventory
from eniguard.rules.base import ANY_ACTOR, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.exp.addresses import blocks_of, is_public, is_wide
from eniguard.rules.exp.groups import (
    GroupRules,
    group_around,
    group_ids,
    group_rules,
    is_managed,
    rules_evidence,
)
from eniguard.rules.exp.needs import EXPOSURE_PERMISSIONS, may_open, needs_exposure
from eniguard.rules.exp.outline import LONGEST_WIDE_PREFIX, outline
from eniguard.rules.exp.reach import newly_wide, reach
from eniguard.rules.exp.resolved import Resolved
from eniguard.rules.exp.revocation import fix_or_why, revocation
from eniguard.rules.exp.services import shown
from eniguard.rules.exp.spans import Span, Spans, holds, meet, merged, union
from eniguard.rules.exp.stated import Stated, stated, unreadable
from eniguard.rules.managed import managed_evidence
from eniguard.rules.subjects import GroupSubject

#: Whoever opens a group opens it; what the guard itself does is another rule's affair (SELF011).
OPENERS = ANY_ACTOR - {"self"}


class WideParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``wide_prefix``: addresses of the Internet count as all of it from a block of this mask on.

    They are taken together, wherever they lie; for IPv6 the mask is twice as long.
    """

    wide_prefix: Annotated[int, Meta(ge=1, le=LONGEST_WIDE_PREFIX)] = 8


class OpenedRule(Rule):
    """A rule about services that a call opens to the world.

    ``direction`` is that of the rules it looks at.
    """

    direction: ClassVar[str]

    outcomes = SUCCEEDED
    actors = OPENERS
    Params = WideParams
    permissions = EXPOSURE_PERMISSIONS

    concerns = staticmethod(may_open)
    needs = staticmethod(needs_exposure)

    @abstractmethod
    def interest(self, case: Case, services: Spans) -> Spans:
        """Those of the services of one stated rule that the rule looks at."""

    @abstractmethod
    def points(self, case: Case, interest: Spans, rules: Sequence[Resolved]) -> Sequence[Span]:
        """The services out of ``interest`` that are judged together, by the first of each.

        ``rules`` are all that count.
        """

    @abstractmethod
    def said(self, group_id: str, opened: Spans, offending: Sequence[Stated]) -> str:
        """The finding in one sentence."""

    def plan(
        self, case: Case, subject: GroupSubject, rules: GroupRules, offending: Sequence[Stated]
    ) -> Fix | str | None:
        """The plan to undo it, or why there is none; ``None`` for a rule that only reports."""
        return revocation(case, subject, rules, offending, "auto")

    def watches(self, case: Case, subject: GroupSubject) -> bool | None:
        """Whether the rule is about this group at all; ``None`` when that is not known."""
        return True

    def evaluate(self, case: Case) -> Verdicts:
        call = case.call
        if unreadable(call):
            return (self.undecided(case, "the rules in the event cannot be read"),)
        if call.action not in CHANGES and not case.check(
            "an added rule may be wide, or names a prefix list", outline(call).may_open
        ):
            return ()
        ours = [one for one in stated(case) if self._concerns(case, one)]
        shown = _texts(ours) if ours else ""
        if not case.check("a rule accepts such services from the Internet", bool(ours), shown):
            return ()
        return self._groups(case, ours)

    def _groups(self, case: Case, ours: Sequence[Stated]) -> Verdicts:
        return [verdict for one in group_ids(case.call) for verdict in self._group(case, one, ours)]

    def _concerns(self, case: Case, one: Stated) -> bool:
        """Whether a stated rule may be about it; what is not known may be anything."""
        rule = one.rule
        if rule.direction != self.direction or rule.accepts is False:
            return False
        services = rule.within if rule.services is None else rule.services
        if services is not None and not self.interest(case, services):
            return False
        return rule.peers is None or is_public(rule.peers)

    def _group(self, case: Case, group_id: str, ours: Sequence[Stated]) -> Verdicts:
        subject = group_around(case, group_id)
        if is_managed(case, subject):
            return ()
        watched = self.watches(case, subject)
        if watched is False:
            return ()
        rules = group_rules(case, group_id)
        clear = [one for one in ours if one.rule.known]
        opened = self._opened(case, rules, clear)
        case.check("the call opens a service that was closed to the world", bool(opened), shown(opened))
        if opened and watched is None:
            reason = f"the tags of {group_id} are not known: {subject.reason}"
            return (self.undecided(case, reason, subject.missing, subject=subject.resource()),)
        if opened:
            return (self._finding(case, subject, rules, opened, clear),)
        if case.check("what a list or a rule says is not known, and may do so", self._may_open(case, ours)):
            return (self._unclear(case, subject, ours),)
        return ()

    def _opened(self, case: Case, rules: GroupRules, clear: Sequence[Stated]) -> Spans:
        """The judged services that the world reaches through the call, and did not before.

        What the call added is there even when a listing does not show it yet.
        """
        wide_prefix = case.params.wide_prefix
        added = [one.rule for one in clear]
        before = rules.earlier(self.direction)
        all_added = [one.rule for one in stated(case) if one.direction == self.direction]
        later = rules.later(self.direction)
        after = [*((before if later is None else later) or ()), *all_added]
        interest = union([self.interest(case, one.services or ()) for one in added])
        points = self.points(case, interest, [*after, *(before or ())])
        return merged(
            [
                span
                for span in points
                if newly_wide(before, after, span[0], wide_prefix)
                and _makes_wide(reach(before or (), span[0]), _stated_peers(added, span[0]), wide_prefix)
            ]
        )

    def _may_open(self, case: Case, ours: Sequence[Stated]) -> bool:
        """Whether rules of which something is not known may be wide, together with the others."""
        if all(one.rule.known for one in ours):
            return False
        peers = [one.rule.peers for one in ours]
        known = union([one for one in peers if one is not None])
        return None in peers or is_wide(known, case.params.wide_prefix)

    def _unclear(self, case: Case, subject: GroupSubject, ours: Sequence[Stated]) -> Undecided:
        unread = [one for one in ours if not one.rule.known]
        missing = [ref for one in unread for ref in one.missing]
        named = ", ".join([str(ref) for ref in missing]) or "what the event states"
        reason = f"it is not known whether {subject.name} is opened: {named} cannot be read"
        return self.undecided(case, reason, *missing, subject=subject.resource())

    def _finding(
        self, case: Case, subject: GroupSubject, rules: GroupRules, opened: Spans, clear: Sequence[Stated]
    ) -> Finding:
        offending = [one for one in clear if meet(one.rule.services or (), opened)]
        fix, why_none = fix_or_why(self.plan(case, subject, rules, offending))
        return self.finding(
            case,
            subject.resource(),
            self.said(subject.name, opened, offending),
            inventory=self._inventory(subject, rules, opened),
            evidence=(
                *[Evidence("permission", one.text, one.rule_id or None) for one in offending],
                Evidence("opened", shown(opened), "to the world"),
                rules_evidence(case, rules),
                *managed_evidence(case, subject),
                *why_none,
            ),
            fix=fix,
            cidrs=blocks_of(union([one.rule.peers or () for one in offending])),
        )

    def _inventory(self, subject: GroupSubject, rules: GroupRules, opened: Spans) -> Inventory:
        if rules.before is None and rules.after is None:
            return "unknown"
        return "partial" if subject.managed is None or rules.unclear(self.direction, opened) else "known"


def _makes_wide(was: Spans, added: Spans, wide_prefix: int) -> bool:
    """Whether some addresses are wide, or become so together with those that got through before."""
    if is_wide(was, wide_prefix):
        return is_wide(added, wide_prefix)
    return is_wide(union((was, added)), wide_prefix)


def _stated_peers(added: Sequence[Resolved], point: int) -> Spans:
    """The far sides that stated rules let through to one service."""
    return union([one.peers or () for one in added if holds(one.services or (), point)])


def _texts(found: Sequence[Stated]) -> str:
    return "; ".join([one.text for one in found])
