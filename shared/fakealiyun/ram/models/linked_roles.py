"""What makes a role a service-linked one: its name, its policy, and the tasks that delete it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from fakealiyun.documents import ENI_TABLE, GROUP_TABLE
from fakealiyun.documents.roles import published_policy, roles_by_service
from fakealiyun.ram.models.policies import Document

#: How the name of every service-linked role begins, and that of its policy.
ROLE_PREFIX = "AliyunServiceRoleFor"
POLICY_PREFIX = "AliyunServiceRolePolicyFor"


def role_name(service: str) -> str:
    """The name of a service's role: as published, else made of the name of the service."""
    known = roles_by_service().get(service)
    if known is not None:
        return known
    words = re.split(r"[^a-z0-9]+", service.removesuffix(".aliyuncs.com").lower())
    return ROLE_PREFIX + "".join(word.capitalize() for word in words)


def policy_name(role: str) -> str:
    """The name of the policy of a service-linked role; the custom suffix of a role is not part of it."""
    return POLICY_PREFIX + role.removeprefix(ROLE_PREFIX).partition("_")[0]


def policy_of(service: str) -> Document:
    """The policy of a service's role.

    Where none is published whole: every row of both tables, the security groups to go with them, and the
    deletion of the role itself, so that a service of a test's own may do all that the tables let it.
    """
    published = published_policy(role_name(service))
    if published is not None:
        return published
    actions = sorted(
        {*ENI_TABLE, *GROUP_TABLE, "ecs:CreateSecurityGroup", "ecs:CreateNetworkInterfacePermission"}
    )
    return {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "ram:DeleteServiceLinkedRole",
                "Resource": "*",
                "Condition": {"StringEquals": {"ram:ServiceName": service}},
            },
        ],
    }


@dataclass(frozen=True)
class RoleUsage:
    """What of a service is still there in one region, as resource names."""

    region: str
    resources: list[str]


@dataclass(frozen=True)
class DeletionTask:
    """One task that deletes a service-linked role; it fails when there are ``usages``.

    What is still in use is found when the task is asked for, and known at ``ready_at``.
    """

    id: str
    role_name: str
    role_arn: str
    service: str
    usages: list[RoleUsage]
    created_at: datetime
    ready_at: datetime

    def over(self, now: datetime) -> bool:
        """Whether it has ended, one way or the other."""
        return now >= self.ready_at


class DeletionTasks:
    """The deletion tasks of one account."""

    def __init__(self) -> None:
        self._tasks: dict[str, DeletionTask] = {}
        self._running: list[DeletionTask] = []

    def find(self, task_id: str) -> DeletionTask | None:
        """A task, or ``None``."""
        return self._tasks.get(task_id)

    def running_for(self, role: str) -> DeletionTask | None:
        """The task of a role that has not ended, or ``None``."""
        return next((task for task in self._running if task.role_name == role), None)

    def add(self, task: DeletionTask) -> DeletionTask:
        """Keep a new task."""
        self._tasks[task.id] = task
        self._running.append(task)
        return task

    def ended(self, now: datetime) -> list[DeletionTask]:
        """The tasks that ended since this was last asked."""
        if not self._running:
            return []
        over = [task for task in self._running if task.over(now)]
        self._running = [task for task in self._running if not task.over(now)]
        return over
