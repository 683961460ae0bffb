"""What one account has in RAM."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from fakealiyun.ram.models.linked_roles import DeletionTasks, policy_name, policy_of, role_name
from fakealiyun.ram.models.policies import ADMINISTRATOR, Document, Policies, PolicyKey, PolicyVersion
from fakealiyun.ram.models.roles import Role, Roles
from fakealiyun.ram.models.users import User, Users

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud

__all__ = ["Document", "RamState", "Role", "User"]


@dataclass
class RamState:
    """What one account has in RAM: roles, policies, users, and the tasks that delete service-linked roles."""

    account_id: str
    roles: Roles = field(default_factory=Roles)
    policies: Policies = field(default_factory=Policies)
    users: Users = field(default_factory=Users)
    deletions: DeletionTasks = field(default_factory=DeletionTasks)

    def documents_of_role(self, name: str) -> list[Document]:
        """The policies of a role; none when there is no such role."""
        role = self.roles.find(name)
        return self._documents(role.policies) if role is not None else []

    def documents_of_user(self, name: str) -> list[Document]:
        """The policies of a RAM user; none when there is no such user."""
        user = self.users.find(name)
        return self._documents(user.policies) if user is not None else []

    def service_of(self, role: str) -> str | None:
        """The service that a role is linked to; ``None`` for an ordinary one or none at all."""
        found = self.roles.find(role)
        return found.service if found is not None else None

    def attached_to(self, key: PolicyKey) -> tuple[list[User], list[Role]]:
        """The users and the roles that have a policy."""
        users = [user for user in self.users.all() if key in user.policies]
        return users, [role for role in self.roles.all() if key in role.policies]

    def settle(self, now: datetime) -> None:
        """Carry out what time has brought: deletion tasks that ended well take their roles with them."""
        for task in self.deletions.ended(now):
            role = self.roles.find(task.role_name)
            if role is None or task.usages:
                continue
            self.roles.remove(role)
            if not any(one.service == role.service for one in self.roles.all()):
                self.policies.remove(("System", policy_name(role.name)))

    # -- what a cloud makes for its callers ------------------------------------------------------------------

    def linked_role(self, cloud: Cloud, service: str, *, suffix: str = "", description: str = "") -> Role:
        """The service-linked role of a service, made if need be.

        A service that the fake does not know gets a role named after it, whose policy allows every row of
        both tables.
        """
        name = f"{role_name(service)}_{suffix}" if suffix else role_name(service)
        now = cloud.clock.now()
        self.settle(now)
        found = self.roles.find(name)
        if found is not None:
            return found
        key: PolicyKey = ("System", policy_name(name))
        if self.policies.find(key) is None:
            self.policies.put(key, policy_of(service), now, service=service)
        trust = trusting("Service", service)
        role = self._role(cloud, name, trust, description or f"The role of {service}.", service)
        role.policies[key] = now
        return role

    def renew_policy(self, service: str, document: Document, now: datetime) -> PolicyVersion:
        """A new version of the policy of a service's role, in force at once: its service puts it there.

        Raises
        ------
        ApiError
            ``EntityNotExist.Policy``: the service has no role here.
        """
        policy = self.policies.get(("System", policy_name(role_name(service))))
        return policy.add_version(document, now, in_force=True, rotate=True)

    def ordinary_role(self, cloud: Cloud, name: str, policy: Document | None = None) -> Role:
        """An ordinary role that the account may assume, made if need be.

        ``policy`` becomes all that it may do; a new role without one may do everything.
        """
        trust = trusting("RAM", f"acs:ram::{self.account_id}:root")
        role = self.roles.find(name) or self._role(cloud, name, trust, "", None)
        self._give(role.policies, name, policy, cloud.clock.now())
        return role

    def user(self, cloud: Cloud, name: str, policy: Document | None = None) -> User:
        """A RAM user, made if need be; ``policy`` as for roles."""
        now = cloud.clock.now()
        user = self.users.find(name)
        if user is None:
            user = self.users.add(User(name, self.new_id(cloud, "user"), now, now))
        self._give(user.policies, name, policy, now)
        return user

    def new_id(self, cloud: Cloud, kind: str) -> str:
        """The id of a new user or role: eighteen digits, the first tells which (docs/sources.md, Events)."""
        first = {"user": "2", "role": "3"}[kind]
        return f"{first}000000000{cloud.ids.number(kind):08d}"

    def _role(self, cloud: Cloud, name: str, trust: Document, description: str, service: str | None) -> Role:
        now = cloud.clock.now()
        number = self.new_id(cloud, "role")
        return self.roles.add(Role(name, number, self.account_id, trust, now, now, description, service))

    def _give(
        self, attached: dict[PolicyKey, datetime], name: str, policy: Document | None, now: datetime
    ) -> None:
        if policy is not None:
            key: PolicyKey = ("Custom", f"{name}-policy")
            self.policies.put(key, policy, now)
            attached.clear()
            attached[key] = now
        elif not attached:
            attached[ADMINISTRATOR] = now

    def _documents(self, attached: Iterable[PolicyKey]) -> list[Document]:
        found = (self.policies.find(key) for key in attached)
        return [policy.document for policy in found if policy is not None]


def trusting(kind: str, *principals: str) -> Document:
    """A trust policy; ``kind`` is ``RAM`` or ``Service``."""
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {kind: list(principals)}}
    return {"Statement": [statement], "Version": "1"}
