"""``eniguard show``: all that a state snapshot says of one ENI, security group or vSwitch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from eniguard.cli.json_text import indented, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import say, shown, tell
from eniguard.cli.state_option import no_such, not_listed, say_unreadable, snapshot_of, state_option, view_of
from eniguard.model.kinds import ENI, SECURITY_GROUP, VSWITCH

if TYPE_CHECKING:
    from eniguard.cli.ownership import Reported
    from eniguard.facts.kinds import AnyResource
    from eniguard.facts.view import View
    from eniguard.model import Sweep
    from eniguard.settings import Policy
    from eniguard.sources.snapshot import Snapshot

_EPILOG = """\b
Examples:
  eniguard show eni eni-bp1example0001 --state state.json
  eniguard show vswitch vsw-bp1example0001 --state state.json --next 20
  eniguard show sg sg-bp1example0001 --state state.json --format json"""
#: The most free prefixes that are named; so many an ENI cannot hold.
_MOST = 1_000

_format_option = click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)


@click.group(short_help="Show one ENI, security group or vSwitch.", epilog=_EPILOG)
def show() -> None:
    """Show all that a state snapshot says of one ENI, security group or vSwitch."""


@show.command(short_help="Show an ENI: whose it is, what it holds, and the slots it has left.")
@click.argument("eni_id", metavar="ID")
@state_option
@policy_option
@_format_option
def eni(*, eni_id: str, state: str | None, policy_path: str | None, form: str) -> None:
    """Show the ENI with this ID: managed or not and by whom, its addresses and prefixes, the slots left."""
    from eniguard.cli.resource_sheets import eni_sheet
    from eniguard.cli.sheet_text import eni_lines
    from eniguard.facts.kinds import Eni

    found = _Looked(ENI, eni_id, state, policy_path)
    if isinstance(found.resource, Eni):
        sheet = eni_sheet(found.resource, found.view, found.findings)
        found.write(sheet, eni_lines, form)


@show.command(short_help="Show a security group: whose it is, and how much of its quota is used.")
@click.argument("group_id", metavar="ID")
@state_option
@policy_option
@_format_option
def sg(*, group_id: str, state: str | None, policy_path: str | None, form: str) -> None:
    """Show the security group with this ID: managed or not and by whom, its quota, and who uses it."""
    from eniguard.cli.resource_sheets import group_sheet
    from eniguard.cli.sheet_text import group_lines
    from eniguard.facts.kinds import SecurityGroup

    found = _Looked(SECURITY_GROUP, group_id, state, policy_path)
    if isinstance(found.resource, SecurityGroup):
        sheet = group_sheet(found.resource, found.view, found.policy, found.findings)
        found.write(sheet, group_lines, form)


@show.command(short_help="Show a vSwitch: who is in it, its reserved blocks, and the next free prefixes.")
@click.argument("vswitch_id", metavar="ID")
@state_option
@click.option(
    "--next",
    "most",
    default=5,
    show_default=True,
    metavar="N",
    type=click.IntRange(1, _MOST),
    help="Free prefixes to name of each IP family.",
)
@policy_option
@_format_option
def vswitch(*, vswitch_id: str, state: str | None, most: int, policy_path: str | None, form: str) -> None:
    """Show the vSwitch with this ID: its managed ENIs, its reserved blocks, and the next free prefixes."""
    from eniguard.cli.sheet_text import vswitch_lines
    from eniguard.cli.vswitch_sheet import vswitch_sheet
    from eniguard.facts.kinds import VSwitch

    found = _Looked(VSWITCH, vswitch_id, state, policy_path)
    if isinstance(found.resource, VSwitch):
        sheet = vswitch_sheet(found.resource, found.view, found.findings, most=most)
        found.write(sheet, vswitch_lines, form)


class _Looked:
    """One resource of a snapshot, with what the sweep says of it.

    Raises
    ------
    click.UsageError
        ``--state`` is missing, or the snapshot does not list the id.
    InputError
        The snapshot, or its item with the id, cannot be read, or it does not list the kind.
    """

    def __init__(self, kind: str, wanted: str, state: str | None, policy_path: str | None) -> None:
        from eniguard.settings.location import find_policy

        self.snapshot: Snapshot = snapshot_of(state)
        self.policy: Policy = find_policy(policy_path)
        self.view: View = view_of(self.snapshot, self.policy)
        self.resource: AnyResource = self._resource(kind, wanted)

    @cached_property
    def sweep(self) -> Sweep:
        """What the rules of the sweep say of the whole snapshot."""
        from eniguard.replay.sweeps import judged
        from eniguard.rule_modules import registry_of

        return judged(self.snapshot, registry_of(self.policy), self.policy)

    @property
    def findings(self) -> list[Reported]:
        """What the rules of the sweep say of it."""
        from eniguard.cli.ownership import by_subject

        return by_subject(self.sweep).get(self.resource.id, [])

    def write(self, sheet: Any, lines: Callable[[Any], Iterable[str]], form: str) -> None:
        """Write its sheet, then what could not be told or read; ends the command."""
        if form == "json":
            tell_json(indented(sheet) + "\n")
        else:
            for line in lines(sheet):
                tell(line)
        for one in self.sweep.undecided:
            if one.subject is not None and one.subject.id == self.resource.id:
                say(f"undecided: {one.rule}: {shown(one.reason)}")
        click.get_current_context().exit(say_unreadable(self.snapshot))

    def _resource(self, kind: str, wanted: str) -> AnyResource:
        if kind not in self.snapshot.kinds():
            raise not_listed(self.snapshot, kind)
        found = self.snapshot.resource(kind, wanted)
        if found is not None:
            return found
        for error in self.snapshot.unreadable():  # nothing else has been asked for yet
            raise error
        raise no_such(self.snapshot, kind, wanted, self.snapshot.ids(kind))
