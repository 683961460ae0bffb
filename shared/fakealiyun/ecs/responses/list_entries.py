"""The entries of prefix lists and port lists, as calls name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from fakealiyun.ecs import group_exceptions as refuse
from fakealiyun.ecs.models.lists import Family, PortRangeList, PrefixList
from fakealiyun.services import Call

#: Entries of one call.
_MOST_PER_CALL = 200


class EntryKind(NamedTuple):
    """The field that holds an entry, and its text in the one form that entries are compared in."""

    field: str
    normal: Callable[[str], str]


def _block(family: int, text: str) -> str:
    return str(IPv4Network(text) if family == 4 else IPv6Network(text))


def _ports(text: str) -> str:
    first, _, last = text.partition("/")
    if not 1 <= int(first) <= int(last) <= 65535:
        raise ValueError(text)
    return f"{int(first)}/{int(last)}"


CIDRS: dict[Family, EntryKind] = {
    4: EntryKind("Cidr", partial(_block, 4)),
    6: EntryKind("Cidr", partial(_block, 6)),
}
PORTS = EntryKind("PortRange", _ports)


def read_max_entries(call: Call, most: int) -> int:
    """For how many entries a list is made; it cannot be changed later."""
    call.parameters.required("MaxEntries")
    asked = call.parameters.integer("MaxEntries") or 0
    if not 1 <= asked <= most:
        raise refuse.list_refused(call, "max-entries", f"The parameter MaxEntries is not from 1 to {most}.")
    return asked


def first_entries(call: Call, kind: EntryKind, most: int) -> dict[str, str]:
    """The entries that a list is made with, and their descriptions."""
    entries = _read_entries(call, "Entry", kind)
    _check_room(call, entries, most)
    return entries


def modify(call: Call, found: PrefixList | PortRangeList, kind: EntryKind) -> None:
    """Change a list as a call says: its entries, its name, its description."""
    added, removed = _read_entries(call, "AddEntry", kind), _read_entries(call, "RemoveEntry", kind)
    if added.keys() & removed.keys():
        raise refuse.list_refused(call, "repeated-entry", "An entry is both added and removed.")
    if removed.keys() - found.entries.keys():
        raise refuse.list_refused(call, "no-such-entry", "An entry to remove is not in the list.")
    kept = {entry: text for entry, text in found.entries.items() if entry not in removed}
    entries = {**kept, **added}
    _check_room(call, entries, found.max_entries)
    found.entries = entries
    name = call.parameters.text("PrefixListName") or call.parameters.text("PortRangeListName")
    found.name = name or found.name
    found.description = call.parameters.text("Description") or found.description


def _read_entries(call: Call, name: str, kind: EntryKind) -> dict[str, str]:
    """Entries with their descriptions, in their normal form."""
    asked = call.parameters.objects(name)
    if len(asked) > _MOST_PER_CALL:
        raise refuse.list_refused(
            call, "too-many-entries", f"More than {_MOST_PER_CALL} entries in one call."
        )
    entries: dict[str, str] = {}
    for one in asked:
        try:
            entry = kind.normal(one.required(kind.field))
        except ValueError:
            raise refuse.list_refused(
                call, "bad-entry", f"The parameter {name}.n.{kind.field} is not valid."
            ) from None
        if entry in entries:
            raise refuse.list_refused(call, "repeated-entry", f"The entry {entry} stands there twice.")
        entries[entry] = one.text("Description") or ""
    return entries


def _check_room(call: Call, entries: Mapping[str, str], most: int) -> None:
    if len(entries) > most:
        raise refuse.list_refused(call, "too-many-entries", f"The list has room for {most} entries.")


def entry_fields(found: PrefixList | PortRangeList, kind: EntryKind) -> list[dict[str, str]]:
    """The entries of a list as answers show them."""
    return [{kind.field: entry, "Description": text} for entry, text in found.entries.items()]
