"""ENIs and instances whose set of security groups was changed so that the world gets in."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.events.times import written
from eniguard.facts.kinds import Eni
from eniguard.facts.lists import joined, left
from eniguard.facts.refs import Ref
from eniguard.facts.state import State
from eniguard.model import Evidence, Fix, Reference, Resource, Undecided
from eniguard.model.finding import Inventory
from eniguard.model.kinds import ENI, INSTANCE, SECURITY_GROUP
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.exp.addresses import blocks_of
from eniguard.rules.exp.members import (
    JOIN,
    LEAVE,
    MOVE,
    REPLACE,
    Member,
    expected,
    ingress_of,
    members,
    named_groups,
    needs_swap,
)
from eniguard.rules.exp.needs import EXPOSURE_PERMISSIONS
from eniguard.rules.exp.open_ports import RiskyParams, risky, risky_points
from eniguard.rules.exp.reach import gained, newly_wide
from eniguard.rules.exp.resolved import Resolved
from eniguard.rules.exp.revocation import fix_or_why
from eniguard.rules.exp.services import shown
from eniguard.rules.exp.spans import Spans, merged, union
from eniguard.rules.subjects import eni_resource
from eniguard.settings import IGNORE_TAG

#: The parameters that name groups.
_GROUPS = frozenset(("SecurityGroupId", "SecurityGroupIds"))
#: How the set of each kind of member is replaced: the call, and its parameters.
_RESTORES = {
    ENI: ("ecs:ModifyNetworkInterfaceAttribute", "NetworkInterfaceId", "SecurityGroupId"),
    INSTANCE: ("ecs:ModifyInstanceAttribute", "InstanceId", "SecurityGroupIds"),
}


class GroupsSwapped(Rule):
    """EXP006: the rules of all groups of an ENI take effect together, by their priorities."""

    code = "EXP006"
    name = "sg-swapped-on-eni"
    severity = "medium"
    summary = "An ENI or instance got other security groups, and a risky port of it is open to the world now."
    why = (
        "Putting an ENI into an open group, or taking it out of the one that held the world back, opens it "
        "without a change to any rule."
    )
    advice = "If nobody meant to open it, put the previous groups back."
    actions = frozenset((JOIN, LEAVE)) | REPLACE
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    Params = RiskyParams
    references = (Reference("ECS API reference", "ModifyNetworkInterfaceAttribute, SecurityGroupId"),)
    permissions = EXPOSURE_PERMISSIONS
    false_positives = (
        "Instances that are meant to be reached by everybody on such a port: take the port out of `ports`. "
        "An ENI without a public address is not reached, whatever its groups let in."
    )

    needs = staticmethod(needs_swap)

    def evaluate(self, case: Case) -> Verdicts:
        if not _GROUPS.isdisjoint(case.call.parameters.malformed):
            return [self.undecided(case, "the security groups in the event cannot be read")]
        groups = named_groups(case.call)
        if not case.check("the call changes a set of security groups", bool(groups), groups):
            return ()
        named = ingress_of(case, case.after, groups)
        if not isinstance(named, Ref) and not case.check(
            "the named groups may make a difference", self._may_open(case, named)
        ):
            return ()
        found: list[Verdict] = []
        for one in members(case):
            if not _is_managed(case, one):
                found += self._judged(case, one, named)
        return found

    def _judged(self, case: Case, one: Member, named: Sequence[Resolved] | Ref) -> Verdicts:
        if isinstance(named, Ref):
            return (self._undecided(case, one, (named,)),)
        if not case.check("its set is not known to be what it was", not _same(case, one), one.before):
            return ()
        return self._opened(case, one, named)

    def _may_open(self, case: Case, named: Sequence[Resolved]) -> bool:
        """Whether a group that comes is open to the world, or one that goes held somebody back."""
        if case.call.action == LEAVE:
            return any(rule.accepts is False for rule in named)
        return bool(self._wide(case, (), named)) or any(not rule.known for rule in named)

    def _opened(self, case: Case, one: Member, named: Sequence[Resolved]) -> Verdicts:
        before, after = _sets(case, one)
        was, now = _ingress(case, case.before, before), _ingress(case, case.after, after)
        if isinstance(was, list) and isinstance(now, list):
            opened = self._wide(case, was, now)
            if case.check("a risky port is open to the world now, and was not", bool(opened), shown(opened)):
                unread = not all(rule.known for rule in (*was, *now))
                sources = _sources(opened, was, now)
                return (self._finding(case, one, opened, sources, "partial" if unread else "known"),)
            unclear = [rule for rule in named if not rule.known]
            return (self._undecided(case, one, ()),) if unclear else ()
        missing = [side for side in (was, now) if isinstance(side, Ref)] or [one.ref]
        opened = self._wide(case, (), named) if case.call.action == JOIN else ()
        if case.check("the group that is joined is open to the world", bool(opened), shown(opened)):
            return (self._finding(case, one, opened, _sources(opened, (), named), "partial"),)
        return (self._undecided(case, one, missing),)

    def _wide(self, case: Case, before: Sequence[Resolved], after: Sequence[Resolved]) -> Spans:
        """The risky ports that are open to the world after, and were not before."""
        points = risky_points(case, risky(case))
        found = [one for one in points if newly_wide(before, after, one, case.params.wide_prefix)]
        return merged([(one, one) for one in found])

    def _undecided(self, case: Case, one: Member, missing: Sequence[Ref]) -> Verdict:
        if case.brief:
            return self.unsaid
        refs = tuple(map(str, missing))
        named = ", ".join(refs) or "a list that a rule names"
        reason = f"it is not known whether the call opens {one.ref.value}: {named} cannot be read"
        return Undecided(self.code, refs, reason, case.call.event_id, _resource(one))

    def _finding(
        self, case: Case, one: Member, opened: Spans, sources: Spans, inventory: Inventory
    ) -> Verdict:
        before, after = _sets(case, one)
        fix, why_none = fix_or_why(_restored(case, one))
        if isinstance(one.known, Eni) and one.known.managed is None:
            inventory = "partial"
        return self.finding(
            case,
            _resource(one),
            f"{shown(opened)} of {one.ref.value} is open to the world by its security groups",
            inventory=inventory,
            evidence=(
                Evidence("opened", shown(opened), "to the world"),
                from_fact(case.before, one.ref, "groups-before", None if before is None else list(before)),
                from_fact(case.after, one.ref, "groups-after", None if after is None else list(after)),
                *why_none,
            ),
            others=[Resource(SECURITY_GROUP, group_id) for group_id in named_groups(case.call)],
            fix=fix,
            cidrs=blocks_of(sources),
        )


def _sources(opened: Spans, was: Sequence[Resolved], now: Sequence[Resolved]) -> Spans:
    """Who gets through to some services and did not."""
    return union([gained(was, now, point) for first, last in opened for point in range(first, last + 1)])


def _is_managed(case: Case, one: Member) -> bool:
    """Whether the member is known to be managed: what becomes of it is another rule's affair (ENI003)."""
    managed = one.known.managed if type(one.known) is Eni else None
    if case.trace is not None:
        case.check(f"{one.ref.value} is not known to be managed", not managed, managed)
    return managed is True


def _same(case: Case, one: Member) -> bool:
    """Whether the set is known to be what it was: the ENI was in the group already, or was not."""
    asked = expected(case, one)
    return one.before is not None and asked is not None and set(one.before) == set(asked)


def _sets(case: Case, one: Member) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The groups before and after; one step back from those after when the earlier ones are not known."""
    named, action = named_groups(case.call), case.call.action
    asked = expected(case, one)
    after = one.after if asked is None else asked
    if action in REPLACE:
        return one.before, named
    if one.before is not None or after is None:
        return one.before, after
    return (left if action == JOIN else joined)(after, named), after


def _ingress(case: Case, state: State, groups: tuple[str, ...] | None) -> list[Resolved] | Ref | None:
    return None if groups is None else ingress_of(case, state, groups)


def _resource(one: Member) -> Resource:
    if type(one.known) is Eni:
        return eni_resource(one.known)
    return Resource(one.ref.kind, one.ref.value)


def _restored(case: Case, one: Member) -> Fix | str:
    """The plan to put the previous groups back, or why none is offered."""
    known = one.known
    if case.call.action == MOVE:
        return "it is in another VPC now"
    if known is None or one.before is None:
        return "the groups before the call are not known"
    if isinstance(known, Eni) and known.managed is not False:
        return "the ENI is managed" if known.managed else "it is not known whether the ENI is managed"
    if known.tags is None:
        return f"the tags of {known.id} are not known"
    if any(key == IGNORE_TAG for key, _ in known.tags):
        return f"{known.id} is tagged {IGNORE_TAG}"
    asked = expected(case, one)
    if one.after is None or asked is None or set(one.after) != set(asked):
        return "the groups were changed again since"
    if not one.before:
        return "it was in no group before"
    action, subject, listed = _RESTORES[one.ref.kind]
    seen = case.before.fact(one.ref)
    # What was missed since then is not known: whoever approves has to see how old this is.
    when = "" if seen is None else f", its groups as seen {written(seen.as_of)}"
    return Fix(
        summary=f"Put {known.id} back into {', '.join(one.before)} only{when}",
        limit="approve",
        action=action,
        parameters={subject: known.id, **_numbered(listed, one.before)},
        undo={subject: known.id, **_numbered(listed, one.after)},
        tags=dict(known.tags),
    )


def _numbered(name: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{name}.{number}": value for number, value in enumerate(values, 1)}
