"""The sheets of one ENI, security group or vSwitch as text for people; what comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eniguard.cli.ownership import Ownership, Reported, managed_text
from eniguard.cli.resource_sheets import EniSheet, GroupSheet, QuotaSheet, SlotSheet
from eniguard.cli.safe import shown
from eniguard.cli.vswitch_sheet import FamilySheet, ReservationSheet, VSwitchSheet

_WIDTH = 15
#: So many ids, addresses or blocks are named in a line; the rest are counted.
MOST_NAMED = 20


def eni_lines(sheet: EniSheet) -> Iterator[str]:
    """An ENI line by line."""
    yield f"ENI {shown(sheet.id)}"
    yield from _owner(sheet.ownership)
    yield _field("status", sheet.status)
    yield _field("instance", "none" if sheet.instance_id == "" else sheet.instance_id)
    yield _field("VPC", sheet.vpc_id)
    yield _field("vSwitch", sheet.vswitch_id)
    yield _field("created", sheet.created_at)
    yield _field("description", sheet.description)
    yield _field("groups", _named(_group(one, managed) for one, managed in sheet.groups.items()))
    yield _field("addresses", _named(sheet.addresses))
    yield _field("prefixes", _named(sheet.prefixes))
    for slots in sheet.slots:
        yield _field(f"{slots.family} slots", _slots(slots))
    yield from _findings(sheet.findings)


def group_lines(sheet: GroupSheet) -> Iterator[str]:
    """A security group line by line."""
    yield f"security group {shown(sheet.id)}"
    yield from _owner(sheet.ownership)
    yield _field("name", sheet.name)
    yield _field("type", _TYPES.get((sheet.type or "").lower(), sheet.type))
    yield _field("ServiceID", sheet.service_id or ("none" if sheet.ownership.managed is False else None))
    yield _field("VPC", sheet.vpc_id)
    yield _field("created", sheet.created_at)
    yield _field("description", sheet.description)
    yield _field("quota", _no_quota(sheet.type) if sheet.quota is None else _quota(sheet.quota))
    yield _field("managed ENIs", _named(sheet.managed_enis))
    yield from _unsure(sheet.unsure_enis)
    yield _field("named by", _named(sheet.named_by))
    yield from _findings(sheet.findings)


def vswitch_lines(sheet: VSwitchSheet) -> Iterator[str]:
    """A vSwitch line by line."""
    yield f"vSwitch {shown(sheet.id)}"
    yield _field("VPC", sheet.vpc_id)
    yield _field("status", sheet.status)
    yield _field("ENIs", None if sheet.enis is None else str(sheet.enis))
    managed = sheet.managed_enis
    owners = (
        None
        if managed is None
        else (f"{one} ({owner or 'service not known'})" for one, owner in managed.items())
    )
    yield _field("managed ENIs", _named(owners))
    yield from _unsure(sheet.unsure_enis)
    for family in sheet.families:
        yield ""
        yield from _family(family)
    yield from _findings(sheet.findings)


_TYPES = {"normal": "basic (normal)", "enterprise": "advanced (enterprise)"}


def _family(family: FamilySheet) -> Iterator[str]:
    yield f"{family.family} block {shown('none' if family.cidr == '' else family.cidr or 'not known')}"
    if family.cidr == "" and not (family.addresses or family.prefixes or family.reservations):
        return
    yield _field("in use", _used(family))
    if not family.reservations:
        yield _field("reserved", None if family.reservations is None else "none")
    for one in family.reservations or ():
        yield _field("reserved", _reservation(one))
    yield _field("next free", _next_free(family))


def _next_free(family: FamilySheet) -> str | None:
    if family.next_free is None:
        return f"not known: {family.note}"
    if not family.next_free:
        return family.note
    return ", ".join(family.next_free) + (f"; perhaps others: {family.note}" if family.note else "")


def _used(family: FamilySheet) -> str | None:
    if family.addresses is None or family.prefixes is None:
        return None
    return f"{family.addresses} addresses, {family.prefixes} prefixes"


def _reservation(one: ReservationSheet) -> str:
    counts = f"{_number(one.assigned)} prefixes assigned, {_number(one.available)} available"
    seen = f"; {one.free} places free, {one.strays} lost to single addresses" if one.free is not None else ""
    return f"{one.cidr or 'block not known'} ({one.id}, {one.status or 'state not known'}): {counts}{seen}"


def _owner(one: Ownership) -> Iterator[str]:
    yield _field("managed", managed_text(one))
    if one.managed is not False:
        why = f" ({one.why})" if one.why else ""
        yield _field("owner", f"{one.owner_service or 'not known'}{why}")


def _unsure(enis: Sequence[str] | None) -> Iterator[str]:
    if enis:
        yield _field("maybe managed", _named(enis))


def _group(group_id: str, managed: bool | None) -> str:
    return group_id + {True: " (managed)", False: "", None: " (managed: not known)"}[managed]


def _slots(one: SlotSheet) -> str:
    held = f"{_number(one.addresses)} addresses, {_number(one.prefixes)} prefixes"
    if one.limit is None:
        return f"{held}; {one.note}"
    return f"{held}; {_number(one.left)} of {one.limit} left ({one.note})"


def _no_quota(group_type: str | None) -> str:
    return "not known for groups of this type" if group_type else "not known: its type is not known"


def _quota(one: QuotaSheet) -> str:
    if one.used is None:
        return f"of {one.quota}; {one.note}"
    held = f"{one.enis} ENIs with {one.addresses} addresses and {one.prefixes} prefixes"
    return f"{one.used} of {one.quota}, {one.left} left ({one.note}): {held}"


def _findings(findings: Sequence[Reported]) -> Iterator[str]:
    if findings:
        yield ""
        yield "what the sweep says:"
        for one in findings:
            yield f"  {one.rule} {one.severity}: {shown(one.summary)}"


def _named(texts: Iterable[str] | None) -> str | None:
    """Some of them in one line, and how many more; ``None`` stays ``None``: not known."""
    if texts is None:
        return None
    all_ = list(texts)
    more = f" … and {len(all_) - MOST_NAMED} more" if len(all_) > MOST_NAMED else ""
    return ", ".join(all_[:MOST_NAMED]) + more if all_ else "none"


def _number(number: int | None) -> str:
    return "?" if number is None else str(number)


def _field(name: str, value: str | None) -> str:
    text = "not known" if value is None else value or "-"
    return f"  {name:{_WIDTH}}{shown(text)}"
