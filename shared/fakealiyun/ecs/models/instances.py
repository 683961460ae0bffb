"""The instances of one region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fakealiyun.documents.assumptions import Code
from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.instance_types import INSTANCE_TYPES, InstanceType

InstanceStatus = Literal["Running", "Stopped"]


@dataclass
class Instance:
    """One instance; its ENIs are those that `Enis.of_instance` has of it."""

    id: str
    type: str
    status: InstanceStatus
    vpc_id: str
    vswitch_id: str
    zone_id: str
    created_at: datetime
    name: str = ""
    description: str = ""
    host_name: str = ""
    image_id: str = ""
    charge_type: str = "PostPaid"
    key_pair: str = ""
    resource_group_id: str = ""
    public_ip: str | None = None
    bandwidth_in: int = 0
    bandwidth_out: int = 0
    deletion_protection: bool = False
    stopped_mode: str = "Not-applicable"
    tags: dict[str, str] = field(default_factory=dict)


class Instances:
    """The instances of one region, and the instance types it has (add to ``types`` for more)."""

    def __init__(self) -> None:
        self.types: dict[str, InstanceType] = dict(INSTANCE_TYPES)
        self._instances: dict[str, Instance] = {}

    def add(self, instance: Instance) -> None:
        """Take up a new instance."""
        self._instances[instance.id] = instance

    def remove(self, instance: Instance) -> None:
        """Let an instance be no more."""
        del self._instances[instance.id]

    def get(self, instance_id: str) -> Instance:
        """An instance.

        Raises
        ------
        ApiError
            ``InvalidInstanceId.NotFound`` with status 404.
        """
        found = self._instances.get(instance_id)
        if found is None:
            raise exceptions.instance_not_found(instance_id)
        return found

    def get_for_eni(self, instance_id: str) -> Instance:
        """An instance that an ENI is to attach to or to detach from.

        Raises
        ------
        ApiError
            ``InvalidEcsId.NotFound`` with status 404.
        """
        found = self._instances.get(instance_id)
        if found is None:
            raise exceptions.ecs_not_found(instance_id)
        return found

    def find(self, instance_id: str) -> Instance | None:
        """An instance, or ``None``."""
        return self._instances.get(instance_id)

    def named(self, instance_ids: Iterable[str]) -> list[Instance]:
        """Those of these ids that exist, each once."""
        return [self._instances[one] for one in dict.fromkeys(instance_ids) if one in self._instances]

    def all(self) -> list[Instance]:
        """Every instance, in the order they were made."""
        return list(self._instances.values())

    def type_of(self, instance: Instance) -> InstanceType:
        """The type of an instance."""
        return self.types[instance.type]

    def type_named(self, name: str, unknown: Code) -> InstanceType:
        """An instance type.

        Raises
        ------
        ApiError
            ``unknown``: the region does not have it.
        """
        found = self.types.get(name)
        if found is None:
            raise exceptions.assumed(unknown, f"The instance type {name} is not available.")
        return found
