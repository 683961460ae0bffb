"""Prefix lists and port lists that open every group whose rules name them, without an event of the group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.blocks import cidrs
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import CidrList, SecurityGroupRule
from eniguard.facts.refs import Gone, Ref, Unknown
from eniguard.facts.state import reference
from eniguard.model import Evidence, Reference, Resource, Severity
from eniguard.model.finding import Inventory
from eniguard.model.kinds import PORT_RANGE_LIST, PREFIX_LIST, SECURITY_GROUP, SECURITY_GROUP_RULE
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.exp.addresses import is_public, is_wide
from eniguard.rules.exp.groups import group_rules, list_refs, lists_in, resolved, rules_ref
from eniguard.rules.exp.needs import EXPOSURE_PERMISSIONS, listed_rules
from eniguard.rules.exp.open_ports import RiskyParams, risky_points
from eniguard.rules.exp.opened import OPENERS
from eniguard.rules.exp.outline import is_drop
from eniguard.rules.exp.reach import newly_wide, stretches
from eniguard.rules.exp.resolved import union_of_texts
from eniguard.rules.exp.services import services_of
from eniguard.rules.exp.spans import Spans, minus, union

#: The relation in which the rules that name a list stand.
_RELATIONS = {PREFIX_LIST: "prefix_list", PORT_RANGE_LIST: "port_range_list"}
_NOUNS = {PREFIX_LIST: "Prefix list", PORT_RANGE_LIST: "Port list"}
#: Entries that are shown in one sentence.
_SHOWN = 4
_KINDS = {"ecs:ModifyPrefixList": PREFIX_LIST, "ecs:ModifyPortRangeList": PORT_RANGE_LIST}


class _Users(Struct, frozen=True):
    """The groups that the list opens, and those of which that is not known."""

    opened: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


def needs_users(call: Call, facts: Facts) -> Sequence[Ref]:
    """The list, the rules that name it, and all rules of their groups with the lists these name."""
    found = list(call.once(_first))
    for ref in found[1::2]:
        naming = listed_rules(facts, ref)
        for group_id in dict.fromkeys(one.security_group_id for one in naming):
            rules = rules_ref(call, group_id)
            found += (rules, *list_refs(call, lists_in(listed_rules(facts, rules))))
    return found


def _first(call: Call) -> tuple[Ref, ...]:
    kind = _KINDS[call.action]
    if not _added(call):
        return ()
    return tuple(
        [
            ref
            for list_id in call.ids(kind)
            for ref in (
                reference(call, kind, list_id),
                reference(call, SECURITY_GROUP_RULE, list_id, _RELATIONS[kind]),
            )
        ]
    )


def _added(call: Call) -> tuple[str, ...]:
    return call.parameters.texts("AddEntry")


class ListWidened(Rule):
    """EXP003."""

    code = "EXP003"
    name = "list-widened"
    severity = "high"
    summary = "A prefix list or port list was widened, and with it every security group whose rules name it."
    why = (
        "The rules of those groups let in more than before, and no event of any of them says so: whoever "
        "may change the list opens them all."
    )
    advice = (
        "Tell the owners of the groups. Take the entry out of the list again, or give the groups that need "
        "it a list of their own."
    )
    #: The prefix lists of VPC are another kind, which rules of groups do not name.
    actions = frozenset(_KINDS)
    outcomes = SUCCEEDED
    actors = OPENERS
    Params = RiskyParams
    references = (Reference("ECS API reference", "ModifyPrefixList and ModifyPortRangeList"),)
    permissions = (
        *EXPOSURE_PERMISSIONS,
        "ecs:DescribePrefixListAssociations",
        "ecs:DescribePortRangeListAssociations",
    )
    false_positives = (
        "Lists that are meant to hold the whole Internet, or ports that are meant for everybody."
    )

    needs = staticmethod(needs_users)

    def evaluate(self, case: Case) -> Verdicts:
        call = case.call
        kind = _KINDS[call.action]
        if call.parameters.malformed and "AddEntry" in call.parameters.malformed:
            return (self.undecided(case, "the entries in the event cannot be read"),)
        if not case.check("the call adds entries", bool(_added(call)), len(_added(call))):
            return ()
        judge = self._prefixes if kind == PREFIX_LIST else self._ports
        return [verdict for list_id in call.ids(kind) for verdict in judge(case, list_id)]

    def _prefixes(self, case: Case, list_id: str) -> Verdicts:
        added = union_of_texts(_added(case.call))
        public = added is None or is_public(added)
        if not case.check("an entry has addresses of the Internet", public):
            return ()
        grew = _grew(case, list_id, added)
        if grew is None:
            reason = f"it is not known how wide {list_id} was before: its entries cannot be read"
            return (self._undecided(case, PREFIX_LIST, list_id, reason),)
        if not case.check("the list is wide now, and more so than before", grew):
            return ()
        naming = self._naming(case, PREFIX_LIST, list_id)
        if isinstance(naming, Unknown):
            note = f"it is not known which groups use it: {naming.reason}"
            return (self._finding(case, PREFIX_LIST, list_id, note, inventory="unknown"),)
        users = self._users(case, PREFIX_LIST, list_id, naming)
        if users.opened or users.unclear:
            return (self._used(case, PREFIX_LIST, list_id, users),)
        note = "no rule lets anything in by it now"
        return (self._finding(case, PREFIX_LIST, list_id, note, severity="info"),)

    def _ports(self, case: Case, list_id: str) -> Verdicts:
        ports = [services_of(name, _added(case.call)) for name in ("TCP", "UDP")]
        risky = any(one is None or risky_points(case, one) for one in ports)
        if not case.check("an entry holds risky ports", risky, list(_added(case.call))):
            return ()
        naming = self._naming(case, PORT_RANGE_LIST, list_id)
        if isinstance(naming, Unknown):
            reason = f"it is not known which groups use {list_id}: {naming.reason}"
            return (self._undecided(case, PORT_RANGE_LIST, list_id, reason),)
        users = self._users(case, PORT_RANGE_LIST, list_id, naming)
        if users.opened:
            return (self._used(case, PORT_RANGE_LIST, list_id, users),)
        if users.unclear:
            reason = f"it is not known whether {list_id} opens {', '.join(users.unclear)}"
            return (self._undecided(case, PORT_RANGE_LIST, list_id, reason, users.unclear),)
        return ()

    def _naming(self, case: Case, kind: str, list_id: str) -> Sequence[SecurityGroupRule] | Unknown:
        return case.after.security_group_rules(_RELATIONS[kind], list_id)

    def _users(self, case: Case, kind: str, list_id: str, naming: Iterable[SecurityGroupRule]) -> _Users:
        """Which groups the list opens, by all of their rules."""
        accepting: dict[str, list[SecurityGroupRule]] = {}
        for one in naming:
            if one.direction != "egress" and not is_drop(one.permission):
                accepting.setdefault(one.security_group_id, []).append(one)
        judged = {group_id: self._opens(case, kind, group_id, rules) for group_id, rules in accepting.items()}
        users = _Users(
            tuple([group_id for group_id, opens in judged.items() if opens]),
            tuple([group_id for group_id, opens in judged.items() if opens is None]),
        )
        text = f"{list_id} opens a group to the world"
        case.check(text, bool(users.opened), f"{len(users.opened)} groups, {len(users.unclear)} not known")
        return users

    def _opens(
        self, case: Case, kind: str, group_id: str, naming: Sequence[SecurityGroupRule]
    ) -> bool | None:
        """Whether a group is open to the world by the list, and was not before; ``None`` if unclear."""
        rules = group_rules(case, group_id)
        before, after = rules.earlier("ingress"), rules.later("ingress")
        if before is None or after is None:
            return None
        ours = resolved(case, case.after, naming)
        known = [one for one in ours if one.known]
        services = union([one.services or () for one in known])
        if kind == PORT_RANGE_LIST:
            points = risky_points(case, services)
        else:
            points = [first for first, _ in stretches(services, before, after)]
        if any(newly_wide(before, after, point, case.params.wide_prefix) for point in points):
            return True
        return None if len(known) < len(ours) or rules.unclear("ingress", services) else False

    def _used(self, case: Case, kind: str, list_id: str, users: _Users) -> Verdict:
        groups = [*users.opened, *users.unclear]
        note = f"rules that let the world in by it: {', '.join(groups)}"
        inventory: Inventory = "known" if users.opened else "unknown"
        return self._finding(case, kind, list_id, note, groups=groups, inventory=inventory)

    def _finding(
        self,
        case: Case,
        kind: str,
        list_id: str,
        note: str,
        *,
        groups: Sequence[str] = (),
        inventory: Inventory = "known",
        severity: Severity | None = None,
    ) -> Verdict:
        ref = reference(case.call, SECURITY_GROUP_RULE, list_id, _RELATIONS[kind])
        return self.finding(
            case,
            Resource(kind, list_id),
            f"{_NOUNS[kind]} {list_id} was widened by {', '.join(_added(case.call)[:_SHOWN])}",
            severity=severity,
            inventory=inventory,
            evidence=(
                Evidence("added", list(_added(case.call))),
                from_fact(case.after, ref, "groups", list(groups), note),
            ),
            others=[Resource(SECURITY_GROUP, one) for one in groups],
            cidrs=cidrs(_added(case.call)) if kind == PREFIX_LIST else (),
        )

    def _undecided(
        self, case: Case, kind: str, list_id: str, reason: str, groups: Sequence[str] = ()
    ) -> Verdict:
        call = case.call
        missing = [
            reference(call, kind, list_id),
            reference(call, SECURITY_GROUP_RULE, list_id, _RELATIONS[kind]),
            *[rules_ref(call, group_id) for group_id in groups],
        ]
        return self.undecided(case, reason, *missing, subject=Resource(kind, list_id))


def _grew(case: Case, list_id: str, added: Spans | None) -> bool | None:
    """Whether a prefix list became wide, or wider by as much; ``None`` when that is not known."""
    if added is None:
        return None
    wide_prefix = case.params.wide_prefix
    now = _addresses(case.after.prefix_list(list_id))
    if now is None:
        return True if is_wide(added, wide_prefix) else None
    was = _addresses(case.before.prefix_list(list_id))
    was = minus(now, added) if was is None else was
    return is_wide(now, wide_prefix) and (
        not is_wide(was, wide_prefix) or is_wide(minus(now, was), wide_prefix)
    )


def _addresses(found: CidrList | Unknown | Gone) -> Spans | None:
    if not isinstance(found, CidrList) or found.entries is None:
        return None
    return union_of_texts(found.entries)
