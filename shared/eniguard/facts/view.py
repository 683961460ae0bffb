"""Everything known of one account and region at one moment, as the rules of the sweep see it.

Where a `State` shows the two sides of one call, a `View` shows what stands there: each kind of resource is a
complete listing, or Unknown with its reason. It does no I/O; whoever makes it says how a kind is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from eniguard.facts.kinds import (
    AnyResource,
    CidrReservation,
    Eni,
    Instance,
    InstanceType,
    RamPolicy,
    Role,
    SecurityGroup,
    SecurityGroupRule,
    VSwitch,
)
from eniguard.facts.refs import GLOBAL, Ref, Unknown
from eniguard.facts.relations import Relation, relations_of
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    ENI,
    INSTANCE,
    INSTANCE_TYPE,
    POLICY,
    ROLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    VSWITCH,
)

#: All resources of a kind in the account and region, or why they are not known.
Listing = tuple[AnyResource, ...] | Unknown
#: Gives the listing of a kind; asked once for each kind.
Lister = Callable[[str], Listing]
#: Gives one resource by its kind and id, ``None`` where it is known not to be there, or why it is not known.
Finder = Callable[[str, str], AnyResource | Unknown | None]

_Kind = TypeVar("_Kind")
#: The relation of a reference to all resources of a kind; its value is the region, or the account.
EVERYTHING = "listing"


class View:
    """Everything known of one account and region at one moment.

    Every look-up by id gives the resource, ``None`` when the complete listing does not have it, or
    ``Unknown``; every other one gives all resources asked for, or ``Unknown``.

    Parameters
    ----------
    account, region
        Whose resources these are.
    as_of
        When they were seen, in seconds since 1970 (UTC).
    source
        Where they come from (``snapshot`` …), for evidence.
    read
        Gives the listing of a kind.
    find
        Gives one resource, also of a kind whose listing is not known; by default, it is looked for there.
    service_ids
        Which trusted service a ServiceID of managed security groups stands for, as guard.yml says.
    """

    __slots__ = (
        "_by_id",
        "_find",
        "_indexed",
        "_listings",
        "_members",
        "_read",
        "account",
        "as_of",
        "region",
        "service_ids",
        "source",
    )

    def __init__(
        self,
        account: str,
        region: str,
        *,
        as_of: float,
        source: str,
        read: Lister,
        find: Finder | None = None,
        service_ids: Mapping[str, str] | None = None,
    ) -> None:
        self.account = account
        self.region = region
        self.as_of = as_of
        self.source = source
        self.service_ids: Mapping[str, str] = service_ids or {}
        self._read = read
        self._find = find
        self._listings: dict[str, Listing] = {}
        self._by_id: dict[str, dict[str, AnyResource]] = {}
        self._members: dict[Relation, list[AnyResource]] = {}
        self._indexed: set[str] = set()

    def ref(self, kind: str, value: str = "", by: str = "id") -> Ref:
        """The reference of a fact of this view; without a value, of all resources of the kind."""
        region = "" if kind in GLOBAL else self.region
        if not value:
            value, by = region or self.account, EVERYTHING
        return Ref(self.account, region, kind, by, value)

    def listing(self, kind: str) -> Listing:
        """All resources of a kind."""
        found = self._listings.get(kind)
        if found is None:
            found = self._listings[kind] = self._read(kind)
        return found

    def seen(self, kind: str, value: str) -> AnyResource | None:
        """A resource by its kind and id, out of the listings that were read already."""
        if kind not in self._listings:
            return None
        found = self._in_listing(kind, value)
        return None if isinstance(found, Unknown) else found

    def all_of(self, kind: str, cls: type[_Kind]) -> tuple[_Kind, ...] | Unknown:
        """All resources of a kind, each an instance of ``cls``."""
        return _typed(self.listing(kind), cls)

    def one_of(self, kind: str, value: str, cls: type[_Kind]) -> _Kind | Unknown | None:
        """One resource of a kind by its id, an instance of ``cls``."""
        found = self._in_listing(kind, value) if self._find is None else self._find(kind, value)
        return found if isinstance(found, (cls, Unknown)) else None

    def related(self, kind: str, by: str, value: str, cls: type[_Kind]) -> tuple[_Kind, ...] | Unknown:
        """All resources of a relation (`eniguard.facts.relations`), each an instance of ``cls``."""
        found = self.listing(kind)
        if isinstance(found, Unknown):
            return found
        if kind not in self._indexed:
            self._index(kind, found)
        return _typed(tuple(self._members.get((kind, by, value), ())), cls)

    def enis(self) -> tuple[Eni, ...] | Unknown:
        """All ENIs."""
        return self.all_of(ENI, Eni)

    def eni(self, eni_id: str) -> Eni | Unknown | None:
        """An ENI by its id."""
        return self.one_of(ENI, eni_id, Eni)

    def enis_by(self, by: str, value: str) -> tuple[Eni, ...] | Unknown:
        """All ENIs of a ``vswitch``, ``security_group``, ``instance`` or ``vpc``, or all ``managed`` ones."""
        return self.related(ENI, by, value, Eni)

    def security_groups(self) -> tuple[SecurityGroup, ...] | Unknown:
        """All security groups."""
        return self.all_of(SECURITY_GROUP, SecurityGroup)

    def security_group(self, group_id: str) -> SecurityGroup | Unknown | None:
        """A security group by its id."""
        return self.one_of(SECURITY_GROUP, group_id, SecurityGroup)

    def security_groups_by(self, by: str, value: str) -> tuple[SecurityGroup, ...] | Unknown:
        """All security groups of a ``vpc``, or all ``managed`` ones (``true``)."""
        return self.related(SECURITY_GROUP, by, value, SecurityGroup)

    def security_group_rules(self) -> tuple[SecurityGroupRule, ...] | Unknown:
        """All rules of all security groups."""
        return self.all_of(SECURITY_GROUP_RULE, SecurityGroupRule)

    def vswitches(self) -> tuple[VSwitch, ...] | Unknown:
        """All vSwitches."""
        return self.all_of(VSWITCH, VSwitch)

    def vswitch(self, vswitch_id: str) -> VSwitch | Unknown | None:
        """A vSwitch by its id."""
        return self.one_of(VSWITCH, vswitch_id, VSwitch)

    def reservations(self) -> tuple[CidrReservation, ...] | Unknown:
        """All reserved blocks."""
        return self.all_of(CIDR_RESERVATION, CidrReservation)

    def reservations_of(self, vswitch_id: str) -> tuple[CidrReservation, ...] | Unknown:
        """All reserved blocks of a vSwitch."""
        return self.related(CIDR_RESERVATION, "vswitch", vswitch_id, CidrReservation)

    def instances(self) -> tuple[Instance, ...] | Unknown:
        """All ECS instances."""
        return self.all_of(INSTANCE, Instance)

    def instance(self, instance_id: str) -> Instance | Unknown | None:
        """An ECS instance by its id."""
        return self.one_of(INSTANCE, instance_id, Instance)

    def instance_type(self, name: str) -> InstanceType | Unknown | None:
        """An instance type by its name."""
        return self.one_of(INSTANCE_TYPE, name, InstanceType)

    def roles(self) -> tuple[Role, ...] | Unknown:
        """All RAM roles of the account."""
        return self.all_of(ROLE, Role)

    def role(self, name: str) -> Role | Unknown | None:
        """A RAM role by its name."""
        return self.one_of(ROLE, name, Role)

    def policies(self) -> tuple[RamPolicy, ...] | Unknown:
        """All RAM policies that the account can see."""
        return self.all_of(POLICY, RamPolicy)

    def _in_listing(self, kind: str, value: str) -> AnyResource | Unknown | None:
        """One resource of a kind, found in its listing."""
        found = self.listing(kind)
        if isinstance(found, Unknown):
            return found
        if kind not in self._by_id:
            self._by_id[kind] = {one.id: one for one in found}
        return self._by_id[kind].get(value)

    def _index(self, kind: str, listing: tuple[AnyResource, ...]) -> None:
        """Put all resources of a kind into the listings that they stand in."""
        for resource in listing:
            for relation in relations_of(resource):
                self._members.setdefault(relation, []).append(resource)
        self._indexed.add(kind)


def _typed(listing: Listing, cls: type[_Kind]) -> tuple[_Kind, ...] | Unknown:
    if isinstance(listing, Unknown):
        return listing
    return tuple([one for one in listing if isinstance(one, cls)])
