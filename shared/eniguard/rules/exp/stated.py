"""The rules that a call states, with their blocks and lists resolved."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.rule_effects import Rules
from eniguard.facts.stated_rules import (
    CHANGES,
    SAY_WHICH,
    added_by,
    changes_content,
    rule_ids,
    states_nothing,
)
from eniguard.rules.case import Case
from eniguard.rules.exp.groups import entries_of, group_ids, list_refs, listed_after, rules_ref
from eniguard.rules.exp.resolved import Resolved, lists_of, resolve
from eniguard.rules.rule_texts import shown


class Stated(Struct, frozen=True, gc=False):
    """One rule as it is after a call that states it; ``missing`` are the facts that would say the rest."""

    direction: str
    permission: Permission
    rule: Resolved
    missing: tuple[Ref, ...] = ()
    rule_id: str = ""

    @property
    def text(self) -> str:
        """The rule as a person reads it."""
        return shown(self.direction, self.permission)


def stated(case: Case) -> Sequence[Stated]:
    """The rules that a call adds, and the one that it changes under its id."""
    return case.once(_stated)


def _stated(case: Case) -> list[Stated]:
    call = case.call
    if call.action in CHANGES:
        return _changed(case, CHANGES[call.action])
    return [_resolved(case, direction, one) for direction, one in added_by(call)]


def _resolved(case: Case, direction: str, one: Permission, rule_id: str = "") -> Stated:
    entries = entries_of(case, case.after)
    unread = [named for named in lists_of(direction, one) if entries(*named) is None]
    missing = tuple(list_refs(case.call, unread))
    return Stated(direction, one, resolve(direction, one, entries), missing, rule_id)


def _changed(case: Case, direction: str) -> list[Stated]:
    """The changed rule out of the listing; without one, what the call states of it."""
    if not changes_content(case.call):
        return []
    found: list[Stated] = []
    for group_id in group_ids(case.call):
        rules = listed_after(case, group_id)
        known = [] if type(rules) is Unknown else _listed(case, direction, rules)
        found += known or (_unlisted(case, direction, group_id),)
    return found


def _listed(case: Case, direction: str, rules: Rules) -> list[Stated]:
    ids = rule_ids(case.call)
    return [_resolved(case, direction, one.permission, one.id) for one in rules if one.id in ids]


def _unlisted(case: Case, direction: str, group_id: str) -> Stated:
    call = case.call
    one = call.parameters.permissions()[0]
    rule = resolve(direction, one, entries_of(case, case.after), whole=False)
    return Stated(direction, one, rule, (rules_ref(call, group_id),), rule_ids(call)[0])


def unreadable(call: Call) -> bool:
    """Whether the call holds or names rules in a form, or in a place, that cannot be read."""
    malformed = call.parameters.malformed
    return (bool(malformed) and not SAY_WHICH.isdisjoint(malformed)) or states_nothing(call)
