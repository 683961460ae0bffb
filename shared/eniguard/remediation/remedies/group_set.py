"""Putting an ENI or an instance back into the security groups that it was in."""

from __future__ import annotations

from collections.abc import Iterable

from eniguard.errors import RemediationError
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import read_item
from eniguard.facts.kinds import Eni, Instance
from eniguard.model import Fix
from eniguard.model.kinds import ENI, INSTANCE
from eniguard.remediation.plan import Plan, Precondition, Purpose
from eniguard.remediation.remedies.base import GONE, Place, Reader, Remedy, Seen, numbered


class GroupSet(Remedy):
    """The set as a whole: somebody who changed it once more is not overruled."""

    #: Which parameter names the resource, and which its groups; of which kind it is, and how RAM names it.
    subject: str
    listed: str
    kind: str
    arn: str

    def taken_back(self, fix: Fix) -> str:
        return f"Put {fix.undo[self.subject]} into {_set(numbered(fix.undo, self.listed))} again"

    def start(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("groups", _set(numbered(fix.undo, self.listed))),)

    def goal(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("groups", _set(numbered(fix.parameters, self.listed))),)

    def look(self, plan: Plan, purpose: Purpose, reader: Reader) -> Seen:
        resource_id = plan.calls[0].parameters[self.subject]
        for item in reader.items(self.kind, resource_id):
            try:
                found = read_item(self.kind, item)
            except ItemError as error:
                raise RemediationError(f"{resource_id} cannot be read: {error}") from None
            if isinstance(found, (Eni, Instance)) and found.id == resource_id:
                return Seen(
                    {"groups": _set(found.security_group_ids or ())},
                    managed=found.managed if isinstance(found, Eni) else False,
                    tags=None if found.tags is None else dict(found.tags),
                )
        return Seen({"groups": GONE}, vanished=True)

    def places(self, place: Place) -> tuple[str, ...]:
        return tuple([f"acs:ecs:*:{place.account}:{kind}/*" for kind in (self.arn, "securitygroup")])


class EniGroups(GroupSet):
    """The groups of an ENI."""

    action = inverse = "ecs:ModifyNetworkInterfaceAttribute"
    reads = ("ecs:DescribeNetworkInterfaces",)
    subject, listed, kind, arn = "NetworkInterfaceId", "SecurityGroupId", ENI, "eni"


class InstanceGroups(GroupSet):
    """The groups of an instance."""

    action = inverse = "ecs:ModifyInstanceAttribute"
    reads = ("ecs:DescribeInstances",)
    subject, listed, kind, arn = "InstanceId", "SecurityGroupIds", INSTANCE, "instance"


def _set(groups: Iterable[str]) -> str:
    """A set in one line: the order of groups says nothing."""
    return ", ".join(sorted(groups))
