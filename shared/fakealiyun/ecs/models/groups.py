"""Security groups: their life, their rules, and who refers to whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fakealiyun.ecs import group_exceptions
from fakealiyun.ecs.models.rules import Content, Rule

GroupType = Literal["normal", "enterprise"]
InnerAccess = Literal["Accept", "Drop"]


@dataclass
class Group:
    """One security group; ``service`` and ``service_id`` are set in managed mode."""

    id: str
    type: GroupType
    vpc_id: str
    created_at: datetime
    service: str | None = None
    service_id: int | None = None
    name: str = ""
    description: str = ""
    resource_group_id: str = ""
    inner_access: InnerAccess = "Accept"
    tags: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    _ids: dict[Content, str] = field(default_factory=dict)

    def rule_of(self, content: Content) -> Rule | None:
        """The rule that says this."""
        rule_id = self._ids.get(content)
        return None if rule_id is None else self.rules[rule_id]

    def put(self, rule: Rule) -> None:
        """Have a rule."""
        self.rules[rule.id] = rule
        self._ids[rule.content] = rule.id

    def drop(self, rule: Rule) -> None:
        """No longer have a rule."""
        del self.rules[rule.id]
        del self._ids[rule.content]


class Groups:
    """The security groups of one region."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        # What rules name, by kind and id, to the groups of those rules and how many they are.
        self._users: dict[tuple[str, str], Counter[str]] = {}

    def get(self, group_id: str) -> Group:
        """A group.

        Raises
        ------
        ApiError
            ``InvalidSecurityGroupId.NotFound`` with status 404.
        """
        found = self.find(group_id)
        if found is None:
            raise group_exceptions.group_not_found(group_id)
        return found

    def find(self, group_id: str) -> Group | None:
        """A group, or ``None``."""
        return self._groups.get(group_id)

    def all(self) -> list[Group]:
        """Every group, in the order they were made."""
        return list(self._groups.values())

    def add(self, group: Group) -> None:
        """Have a new group."""
        self._groups[group.id] = group

    def remove(self, group: Group) -> None:
        """Drop a group with its rules."""
        for rule in list(group.rules.values()):
            self.remove_rule(group, rule)
        del self._groups[group.id]

    def add_rule(self, group: Group, rule: Rule) -> None:
        """Have a rule that the group does not have yet."""
        group.put(rule)
        for used in rule.content.uses:
            self._users.setdefault(used, Counter())[group.id] += 1

    def remove_rule(self, group: Group, rule: Rule) -> None:
        """Drop a rule."""
        group.drop(rule)
        for used in rule.content.uses:
            users = self._users[used]
            users[group.id] -= 1
            if users[group.id] == 0:
                del users[group.id]

    def change_rule(self, group: Group, rule: Rule, content: Content) -> None:
        """Let a rule say something else under the id that it has; it keeps its place."""
        order = list(group.rules)
        self.remove_rule(group, rule)
        rule.content = content
        self.add_rule(group, rule)
        group.rules = {rule_id: group.rules[rule_id] for rule_id in order}

    def users_of(self, kind: str, used_id: str) -> list[str]:
        """The groups with rules that name a ``group``, ``prefix-list`` or ``port-list``, sorted."""
        return sorted(self._users.get((kind, used_id), ()))
