"""Policies and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fakealiyun.ram.exceptions import already_exists, delete_conflict, limit_exceeded, not_exist

Document = Mapping[str, Any]
PolicyType = Literal["System", "Custom"]
#: What a role or a user is given: type and name of a policy.
PolicyKey = tuple[PolicyType, str]

#: Versions that a custom policy may have (RAM error list, LimitExceeded.Policy.Version).
MOST_VERSIONS = 5
#: The key of the system policy that allows everything.
ADMINISTRATOR: PolicyKey = ("System", "AdministratorAccess")


def allowing(*actions: str) -> Document:
    """A policy document that allows actions on all resources."""
    return {"Version": "1", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


#: The system policies that the fake has from the start, by name.
_SYSTEM = {"AdministratorAccess": allowing("*"), "AliyunSTSAssumeRoleAccess": allowing("sts:AssumeRole")}
#: The date of what was there before the clock of any cloud started.
_LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


@dataclass
class PolicyVersion:
    """One version of a policy, as in ``v1``."""

    id: str
    document: Document
    created_at: datetime


@dataclass
class Policy:
    """One policy; ``versions`` are in the order they were made and ``default`` is the id of the one in force.

    ``service`` is set for the policy of a service-linked role: nobody but its service may edit it.
    """

    key: PolicyKey
    versions: list[PolicyVersion]
    default: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    service: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> Document:
        """The document in force."""
        return self.version(self.default).document

    def version(self, version_id: str) -> PolicyVersion:
        """A version.

        Raises
        ------
        ApiError
            ``EntityNotExist.Policy.Version``.
        """
        for version in self.versions:
            if version.id == version_id:
                return version
        raise not_exist("Policy.Version", version_id)

    def add_version(
        self, document: Document, now: datetime, *, in_force: bool, rotate: bool
    ) -> PolicyVersion:
        """A new version; with ``rotate`` the oldest one that is not in force goes when there are five.

        Raises
        ------
        ApiError
            ``LimitExceeded.Policy.Version``.
        """
        if len(self.versions) >= MOST_VERSIONS:
            if not rotate:
                raise limit_exceeded("Policy.Version", MOST_VERSIONS)
            self.versions.remove(next(one for one in self.versions if one.id != self.default))
        version = PolicyVersion(f"v{int(self.versions[-1].id[1:]) + 1}", document, now)
        self.versions.append(version)
        self.updated_at = now
        if in_force:
            self.default = version.id
        return version

    def set_default(self, version_id: str, now: datetime) -> None:
        """Put another version in force.

        Raises
        ------
        ApiError
            ``EntityNotExist.Policy.Version``.
        """
        self.default = self.version(version_id).id
        self.updated_at = now

    def delete_version(self, version_id: str) -> None:
        """Delete a version that is not in force.

        Raises
        ------
        ApiError
            ``EntityNotExist.Policy.Version``, ``DeleteConflict.Policy.Version.Default``.
        """
        version = self.version(version_id)
        if version.id == self.default:
            raise delete_conflict("Policy.Version.Default", version_id)
        self.versions.remove(version)


class Policies:
    """The policies of one account, with the system policies that every account sees."""

    def __init__(self) -> None:
        self._policies: dict[PolicyKey, Policy] = {}
        for name, document in _SYSTEM.items():
            self.put(("System", name), document, _LONG_AGO)

    def get(self, key: PolicyKey) -> Policy:
        """A policy; names are compared without case.

        Raises
        ------
        ApiError
            ``EntityNotExist.Policy``.
        """
        found = self.find(key)
        if found is None:
            raise not_exist("Policy", key[1])
        return found

    def find(self, key: PolicyKey) -> Policy | None:
        """A policy, or ``None``; names are compared without case."""
        return self._policies.get(_folded(key))

    def all(self) -> list[Policy]:
        """Every policy, in the order they were made."""
        return list(self._policies.values())

    def create(self, name: str, document: Document, now: datetime, description: str) -> Policy:
        """A new custom policy with its first version.

        Raises
        ------
        ApiError
            ``EntityAlreadyExists.Policy``.
        """
        if self.find(("Custom", name)) is not None or self.find(("System", name)) is not None:
            raise already_exists("Policy", name)
        return self.put(("Custom", name), document, now, description=description)

    def put(
        self,
        key: PolicyKey,
        document: Document,
        now: datetime,
        *,
        description: str = "",
        service: str | None = None,
    ) -> Policy:
        """A policy with a document of its own, in place of one of that name."""
        version = PolicyVersion("v1", document, now)
        policy = Policy(key, [version], version.id, now, now, description, service)
        self._policies[_folded(key)] = policy
        return policy

    def remove(self, key: PolicyKey) -> None:
        """Forget a policy."""
        self._policies.pop(_folded(key), None)


def _folded(key: PolicyKey) -> PolicyKey:
    return key[0], key[1].lower()
