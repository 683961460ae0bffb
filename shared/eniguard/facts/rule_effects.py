"""What calls ask for on the rules of security groups, and on prefix lists and port lists.

A call names most rules by what they say, not by an id, so its effect is one on the listing of a group's
rules: what a call adds stands in it with an empty id, until a call names it by the one it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec.structs import asdict, replace

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.blocks import LONGEST, address, block, canonical, cidr
from eniguard.facts.kinds import CidrList, SecurityGroupRule
from eniguard.facts.refs import Unknown
from eniguard.facts.stated_rules import (
    ADDS,
    CHANGES,
    CONFIGURES,
    DROPS,
    SAY_WHICH,
    added_by,
    dropped_by,
    far_side,
    rule_ids,
    states_nothing,
)
from eniguard.model.kinds import SECURITY_GROUP

Rules = tuple[SecurityGroupRule, ...]
#: What one rule says: its direction, and its permission in normal form with the far side as its source.
Content = tuple[str, Permission]

#: A new group has no rules: it lets nobody in from outside (docs/sources.md, API).
_MAKES, _DELETES = "ecs:CreateSecurityGroup", "ecs:DeleteSecurityGroup"
#: Calls that can change the rules of a group that they leave in place, and those that make or delete one.
CHANGE_RULES = frozenset((*ADDS, *DROPS, *CHANGES, CONFIGURES))
START_OR_END = frozenset((_MAKES, _DELETES))

_ENTRIES = frozenset(("AddEntry", "RemoveEntry"))
_UNREADABLE = Unknown("what a call did to the rules of the group cannot be read")
_UNCLEAR = Unknown("a call named one of the rules that were added before it by its id, and it is open which")

#: Spellings of one protocol: the numbers are those of IANA.
_PROTOCOLS = {"6": "TCP", "17": "UDP", "1": "ICMP", "58": "ICMPV6", "47": "GRE", "-1": "ALL"}
#: Of each of these a rule has one: a call that states another takes it away, with the owner of a group.
_EITHER = (
    ("source_cidr_ip", "ipv6_source_cidr_ip", "source_group_id", "source_prefix_list_id"),
    ("dest_cidr_ip", "ipv6_dest_cidr_ip", "dest_group_id", "dest_prefix_list_id"),
    ("port_range", "port_range_list_id"),
)
_OWNED = {
    "source_group_id": ("source_group_owner_id", "source_group_owner_account"),
    "dest_group_id": ("dest_group_owner_id", "dest_group_owner_account"),
}
#: Permissions kept in their normal form, at about a kilobyte each.
_MOST_FORMS = 4_096


def groups_changed(call: Call) -> tuple[str, ...]:
    """The security groups whose rules a call can change, those that it makes or deletes among them."""
    if call.action in CHANGE_RULES or call.action == _DELETES:
        return call.ids(SECURITY_GROUP, "subject")
    return call.ids(SECURITY_GROUP, "created") if call.action == _MAKES else ()


def named_by(call: Call, rules: Rules) -> Rules | None:
    """The rules that a call names by their ids; ``None`` when it cannot be told which these are.

    An id that no rule is known by is the one of a rule that an earlier call added: which, is clear only when
    there are as many such ids as such rules.
    """
    ids = frozenset(rule_ids(call))
    if not ids:
        return ()
    named = tuple([one for one in rules if one.id in ids])
    strange = len(ids) - len(named)
    if not strange:
        return named
    direction = DROPS.get(call.action) or CHANGES.get(call.action)
    nameless = [one for one in rules if not one.id and one.direction == direction]
    if not nameless:
        return named
    return (*named, *nameless) if strange == len(nameless) else None


def rules_after(call: Call, group_id: str, rules: Rules | Unknown) -> Rules | Unknown:
    """The rules of a security group after a call; the same object when it changes none.

    Parameters
    ----------
    call
        The call, whether it succeeded or not.
    group_id
        The security group.
    rules
        All its rules before the call.
    """
    if call.action in START_OR_END:
        return () if group_id in groups_changed(call) else rules
    if isinstance(rules, Unknown) or group_id not in groups_changed(call):
        return rules
    if states_nothing(call) or not SAY_WHICH.isdisjoint(call.parameters.malformed):
        return _UNREADABLE
    if call.action in CHANGES:
        return _changed(call, rules)
    kept = _without(call, rules)
    return kept if isinstance(kept, Unknown) else _with_added(call, group_id, kept)


def changed_permission(call: Call, permission: Permission) -> Permission:
    """A rule after a call that changes it under its id: what the call leaves out stays as it was."""
    stated = call.parameters.permissions()
    if not stated:
        return permission
    said = {name: value for name, value in asdict(stated[0]).items() if value is not None}
    gone = [
        one
        for names in _EITHER
        if any(said.get(name) for name in names)
        for name in names
        for one in (name, *_OWNED.get(name, ()))
    ]
    return replace(permission, **{**dict.fromkeys(gone), **said})


def content(direction: str | None, permission: Permission) -> tuple[Content, ...]:
    """What a permission says, in the one form in which two rules are the same: one for each of its blocks.

    Everything counts but the owner of a group (group ids are unique) and the type of NIC (a VPC has one).
    """
    return _content(direction or "", permission)


@lru_cache(maxsize=_MOST_FORMS)
def _content(direction: str, one: Permission) -> tuple[Content, ...]:
    form = Permission(
        ip_protocol=protocol_name(one.ip_protocol),
        port_range=_ports(one.port_range),
        port_range_list_id=None if one.port_range else one.port_range_list_id or None,
        source_port_range=_ports(one.source_port_range),
        policy=(one.policy or "accept").lower(),
        priority=_number(one.priority or "1"),
    )
    far, group, listed = far_side(direction, one)
    near, _, _ = far_side("ingress" if direction == "egress" else "egress", one)
    form = replace(form, dest_cidr_ip=_block(near) if near else None)
    if far:
        return tuple([(direction, replace(form, source_cidr_ip=_block(text))) for text in far.split(",")])
    if group:
        return ((direction, replace(form, source_group_id=group)),)
    return ((direction, replace(form, source_prefix_list_id=listed or None)),)


def protocol_name(text: str | None) -> str | None:
    """One spelling for all spellings of a protocol."""
    return _PROTOCOLS.get(text, text.upper()) if text else None


def change_list(call: Call, listed: CidrList) -> CidrList:
    """A prefix list or port list with its new entries."""
    if listed.entries is None:
        return listed
    if not _ENTRIES.isdisjoint(call.parameters.malformed):
        return replace(listed, entries=None)
    form: Callable[[str], str | None] = _ports if call.name == "ModifyPortRangeList" else _block
    kept = {form(one): one for one in listed.entries}
    for one in call.parameters.texts("RemoveEntry"):
        kept.pop(form(one), None)
    for one in call.parameters.texts("AddEntry"):
        kept.setdefault(form(one), one)
    return replace(listed, entries=tuple(kept.values()))


def make_list(call: Call, list_id: str) -> CidrList:
    """The prefix list or port list that a call made."""
    if "Entry" in call.parameters.malformed:
        return CidrList(list_id)
    return CidrList(list_id, call.parameters.texts("Entry"))


def _without(call: Call, rules: Rules) -> Rules | Unknown:
    """The rules that a call leaves: by their ids, else by what they say."""
    dropped: Callable[[SecurityGroupRule], bool]
    if rule_ids(call):
        named = named_by(call, rules)
        if named is None:
            return _UNCLEAR
        dropped = frozenset(named).__contains__
    else:
        if not all(_is_readable(direction, one) for direction, one in dropped_by(call)):
            return _UNREADABLE
        stated = {key for direction, one in dropped_by(call) for key in content(direction, one)}
        if not stated:
            return rules

        def dropped(one: SecurityGroupRule) -> bool:
            return stated.issuperset(content(one.direction, one.permission))

    kept = tuple([one for one in rules if not dropped(one)])
    return rules if len(kept) == len(rules) else kept


def _is_readable(direction: str, one: Permission) -> bool:
    """Whether it can be told which rules a call drops by stating this one: the far side says it."""
    blocks, group, listed = far_side(direction, one)
    if blocks:
        return None not in [cidr(text.strip()) for text in blocks.split(",")]
    return bool(group or listed)


def _with_added(call: Call, group_id: str, rules: Rules) -> Rules:
    """The rules with those that a call adds: one for each block, unless one says the same already."""
    stated = added_by(call)
    if not stated:
        return rules
    there = {key for one in rules for key in content(one.direction, one.permission)}
    new: list[SecurityGroupRule] = []
    for direction, permission in stated:
        for one in _of_one_block(direction, permission):
            says = content(direction, one)
            if there.issuperset(says):
                continue
            there.update(says)
            new.append(SecurityGroupRule("", group_id, direction, one, call.time))
    return (*rules, *new) if new else rules


def _of_one_block(direction: str, one: Permission) -> Sequence[Permission]:
    """A permission for each block of the far side: each is a rule that can be revoked alone."""
    side = "dest" if direction == "egress" else "source"
    for name in (f"{side}_cidr_ip", f"ipv6_{side}_cidr_ip"):
        blocks: str = getattr(one, name) or ""
        if blocks:
            return [replace(one, **{name: text.strip()}) for text in blocks.split(",")]
    return (one,)


def _changed(call: Call, rules: Rules) -> Rules | Unknown:
    if not call.parameters.permissions():
        return rules
    named = named_by(call, rules)
    if named is None:
        return _UNCLEAR
    return tuple([_changed_rule(call, one) if one in named else one for one in rules]) if named else rules


def _changed_rule(call: Call, one: SecurityGroupRule) -> SecurityGroupRule:
    permission = changed_permission(call, one.permission)
    return replace(one, id=one.id or rule_ids(call)[0], permission=permission)


def _block(text: str) -> str:
    """One spelling for a block or a lone address; bits beyond the mask count for nothing."""
    text = text.strip()
    if len(text) > LONGEST:
        return text
    family = 6 if ":" in text else 4
    if "/" not in text:
        return text if address(text, family) is None else f"{canonical(text)}/{32 if family == 4 else 128}"
    found = block(text, family)
    return text if found is None else found.text


def _ports(text: str | None) -> str | None:
    """One spelling for a range of ports: ``22/22`` for ``22``, ``-1/-1`` for all."""
    if not text:
        return None
    first, _, last = text.strip().partition("/")
    first, last = _number(first), _number(last or first)
    if (first, last) in (("1", "65535"), ("0", "65535")):
        return "-1/-1"
    return f"{first}/{last}"


def _number(text: str) -> str:
    """A number without leading zeros; any other text as it is."""
    return text.lstrip("0") or "0" if text.isdecimal() else text
