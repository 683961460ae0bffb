"""``eniguard inventory``: which ENIs and security groups a state snapshot lists, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from eniguard.cli.findings_output import FORMATS
from eniguard.cli.findings_table import STYLES, cell, plain_table, print_table
from eniguard.cli.json_text import indented, json_text, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import say, shown
from eniguard.cli.state_option import not_listed, say_unreadable, snapshot_of, state_option, view_of
from eniguard.model import SEVERITIES
from eniguard.model.kinds import ENI, SECURITY_GROUP

if TYPE_CHECKING:
    from rich.text import Text

    from eniguard.cli.inventory_lines import InventoryLine
    from eniguard.model import Sweep
    from eniguard.sources.snapshot import Snapshot

_EPILOG = """\b
Examples:
  eniguard inventory --managed --state state.json
  eniguard inventory --state state.json.gz --format ndjson"""
#: The longest description of a resource in the table, with all that stands before it.
_LONGEST = 400


@click.command(short_help="List ENIs and security groups, and whose they are.", epilog=_EPILOG)
@state_option
@click.option("--managed", is_flag=True, help="Leave out what is known to be the account's own.")
@policy_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.pass_context
def inventory(
    context: click.Context, *, state: str | None, managed: bool, policy_path: str | None, form: str
) -> None:
    """List the ENIs and security groups of a state snapshot: managed or not, by which service, and where.

    What the rules of the sweep say of each stands beside it. The list goes to standard output, what could
    not be told to standard error. The exit code is 4 when an item of the snapshot cannot be read.
    """
    from eniguard.cli.inventory_lines import LISTED, inventory_lines
    from eniguard.cli.ownership import by_subject
    from eniguard.replay.sweeps import judged
    from eniguard.rule_modules import registry_of
    from eniguard.settings.location import find_policy

    snapshot, policy = snapshot_of(state), find_policy(policy_path)
    missing = [kind for kind in LISTED if kind not in snapshot.kinds()]
    if len(missing) == len(LISTED):
        raise not_listed(snapshot, *LISTED)
    sweep = judged(snapshot, registry_of(policy), policy)
    resources = {kind: snapshot.items(kind) for kind in LISTED}
    everything = inventory_lines(view_of(snapshot, policy), resources, by_subject(sweep))
    lines = [one for one in everything if one.ownership.managed is not False] if managed else everything
    _write(lines, form)
    code = say_unreadable(snapshot)
    for kind in missing:
        say(f"eniguard: {shown(str(not_listed(snapshot, kind)))}")
    _say_counts(everything, snapshot)
    _say_sweep(sweep, {line.id for line in lines})
    context.exit(code)


def _write(lines: Sequence[InventoryLine], form: str) -> None:
    if form == "json":
        tell_json(indented(lines) + "\n")
    elif form == "ndjson":
        tell_json("".join(f"{json_text(line)}\n" for line in lines))
    elif lines:
        _print(lines)


def _print(lines: Sequence[InventoryLine]) -> None:
    from eniguard.cli.ownership import managed_text

    table = plain_table()
    for header in ("id", "managed", "findings"):
        table.add_column(header, no_wrap=True)
    table.add_column("owner, place, use, description", ratio=1, overflow="fold")
    for line in lines:
        managed = managed_text(line.ownership)
        table.add_row(cell(line.id), managed, _findings(line), cell("; ".join(_parts(line)), _LONGEST))
    print_table(table)


def _parts(line: InventoryLine) -> Iterator[str]:
    """What is known of a resource, in a few words each."""
    if line.ownership.owner_service:
        yield line.ownership.owner_service
    if place := line.vswitch_id or line.vpc_id:
        yield f"in {place}"
    if line.kind == ENI:
        yield line.status or "status not known"
        yield f"addresses {_count(line.addresses)}"
        yield f"prefixes {_count(line.prefixes)}"
    else:
        yield f"ENIs {'not known' if line.enis is None else line.enis}"
    if line.description:
        yield line.description


def _count(texts: Sequence[str] | None) -> str:
    return "not known" if texts is None else str(len(texts))


def _findings(line: InventoryLine) -> Text:
    from rich.text import Text

    parts = [cell(f"{one.rule} {one.severity}", style=STYLES[one.severity]) for one in line.findings]
    return Text("\n").join(parts) if parts else cell("-")


def _say_counts(lines: Sequence[InventoryLine], snapshot: Snapshot) -> None:
    counts = []
    for kind, noun in ((ENI, "ENIs"), (SECURITY_GROUP, "security groups")):
        if kind not in snapshot.kinds():
            counts.append(f"{noun} not known")
            continue
        of_kind = [line.ownership.managed for line in lines if line.kind == kind]
        unsure = f", {of_kind.count(None)} not known" if None in of_kind else ""
        counts.append(f"{noun} {len(of_kind)} (managed {of_kind.count(True)}{unsure})")
    place = f"account {snapshot.account_id} in {snapshot.region} at {snapshot.captured_at}"
    say(f"{', '.join(counts)}; {shown(place)}")


def _say_sweep(sweep: Sweep, listed: set[str]) -> None:
    """The findings on what is not in the list, and what could not be told."""
    for severity in reversed(SEVERITIES):
        for one in sweep.findings:
            if one.severity == severity and one.subject.id not in listed:
                say(f"{one.rule} {severity}: {shown(one.summary)}")
    reasons: dict[str, list[str]] = {}
    for undecided in sweep.undecided:
        reasons.setdefault(undecided.rule, []).append(undecided.reason)
    for rule, all_ in reasons.items():
        more = f" (and {len(all_) - 1} more)" if len(all_) > 1 else ""
        say(f"undecided: {rule}: {shown(all_[0])}{more}")
