"""Rules of security groups as a person reads them, and those that a call states as evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.kinds import SecurityGroupRule
from eniguard.facts.rule_effects import protocol_name
from eniguard.facts.stated_rules import CHANGES, added_by, dropped_by, far_side, rule_ids
from eniguard.model import Evidence


def shown(direction: str, one: Permission) -> str:
    """A rule as a person reads it, as in ``accept TCP 22/22 from 0.0.0.0/0, priority 1``."""
    text, group, listed = far_side(direction, one)
    far = text or group or listed or "a side that is not stated"
    ports = one.port_range or one.port_range_list_id or ("" if one.ip_protocol else "ports not stated")
    what = " ".join(filter(None, (protocol_name(one.ip_protocol), ports)))
    way = "to" if direction == "egress" else "from"
    return f"{(one.policy or 'accept').lower()} {what} {way} {far}, priority {one.priority or '1'}"


def shown_rule(one: SecurityGroupRule) -> str:
    """A listed rule as a person reads it."""
    return shown(one.direction or "ingress", one.permission)


def stated_rules(call: Call, peers: Collection[str] = ()) -> list[Evidence]:
    """What a call asks to do to rules of security groups, an entry for each rule.

    With ``peers``, only the rules whose other side is one of these groups.
    """
    found = [
        Evidence("permission", shown(direction, one), f"asked to {what}")
        for what, direction, one in _stated(call)
        if not peers or far_side(direction, one)[1] in peers
    ]
    return found if peers else [*found, *[Evidence("rule-id", one) for one in rule_ids(call)]]


def _stated(call: Call) -> Iterator[tuple[str, str, Permission]]:
    """Each rule in the words of a call, with what the call asks to do with it, and its direction."""
    for direction, one in added_by(call):
        yield "add", direction, one
    for direction, one in dropped_by(call):
        yield "revoke", direction, one
    if (changed := CHANGES.get(call.action)) is not None:
        for one in call.parameters.permissions():
            yield "change", changed, one
