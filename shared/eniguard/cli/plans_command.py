"""``eniguard plans``: what could be put back, and who lets it be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

import click

from eniguard.cli.findings_output import FORMATS
from eniguard.cli.json_text import indented, json_text, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import say, shown, tell
from eniguard.errors import CloudError, ConfigError

if TYPE_CHECKING:
    from eniguard.cli.connections import Connections
    from eniguard.remediation.box import Plans
    from eniguard.remediation.plan import PlanRecord, Purpose
    from eniguard.state import Store

_LIST_EPILOG = """\b
Examples:
  eniguard plans list
  eniguard plans list --state proposed
  eniguard plans list --limit 20 --format ndjson"""

_DECIDE_EPILOG = """\b
Example:
  eniguard plans {0} 0f3c9a1b2d4e5f60718293a4b5c6d7e8 --region cn-hangzhou"""

_MOST = 1000
#: As many plans are read at once.
_PAGE = 100
#: `eniguard.cli.plan_lines.STATES`, which loads what plans are made of.
_STATES = (
    "proposed",
    "approved",
    "rejected",
    "applying",
    "applied",
    "failed",
    "undoing",
    "undone",
    "expired",
)

_region = click.option(
    "--region", metavar="ID", help="Where the guard is; else as the environment or guard.yml says."
)
_function = click.option(
    "--function", metavar="NAME", help="The function remediate; else that of guard.functions in guard.yml."
)
_version = click.option(
    "--version",
    metavar="HASH",
    default="",
    help="Of the plan that was looked at, as `plans show` says it; one that was written over is refused.",
)


@click.group(short_help="List, show, approve, reject and undo what puts things back.")
def plans() -> None:
    """List, show, approve, reject and undo what puts things back.

    Plans are in the state store that guard.yml names. Whoever approves, rejects or undoes does so as the
    caller that RAM knows him by, and needs the key that decisions are sealed with (remediation.keys). Nobody
    decides about a plan against his own call.
    """


@plans.command("list", epilog=_LIST_EPILOG)
@click.option("--limit", type=click.IntRange(1, _MOST), default=100, show_default=True, help="How many.")
@click.option("--state", type=click.Choice(_STATES), multiple=True, help="In this one; may be given again.")
@policy_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def list_plans(*, limit: int, state: tuple[str, ...], policy_path: str | None, form: str) -> None:
    """List the plans, the newest first."""
    from eniguard.cli.plan_lines import line_of
    from eniguard.remediation.box import Plans

    with _opened(policy_path, None) as (connections, store):
        now, found = connections.clock(), _all(Plans(store))
        wanted = (line for line in (line_of(one, now) for one in found) if not state or line.state in state)
        lines = list(islice(wanted, limit + 1))
    more, lines = len(lines) > limit, lines[:limit]
    if form == "json":
        tell_json(indented(lines) + "\n")
    elif form == "ndjson":
        tell_json("".join(f"{json_text(line)}\n" for line in lines))
    elif lines:
        from eniguard.cli.findings_table import cell, plain_table, print_table

        table = plain_table(gap=1)
        table.add_column("id, and why", overflow="fold")
        for header in ("made", "rule", "mode", "state"):
            table.add_column(header, no_wrap=True)
        for one in lines:
            row = (f"{one.id} {one.why}", one.at, one.rule, one.mode, one.state)
            table.add_row(*[cell(text) for text in row])
        print_table(table)
    say(f"plans: {len(lines)}{', and more: see --limit' if more else ''}")


@plans.command()
@click.argument("plan_id", metavar="ID")
@policy_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def show(plan_id: str, *, policy_path: str | None, form: str) -> None:
    """Show the plan ID: its calls, what takes them back, what was decided, and what was done."""
    import msgspec

    from eniguard.cli.plan_lines import record_lines

    with _opened(policy_path, None) as (connections, store):
        record = _named(store, plan_id)
    if form == "json":
        tell_json(indented(msgspec.json.decode(msgspec.json.encode(record))) + "\n")
        return
    for line in record_lines(record, connections.clock()):
        tell(line)


@plans.command(epilog=_DECIDE_EPILOG.format("approve"))
@click.argument("plan_id", metavar="ID")
@_region
@_function
@_version
@policy_option
def approve(
    plan_id: str, *, region: str | None, function: str | None, version: str, policy_path: str | None
) -> None:
    """Let the plan ID be carried out, once."""
    _decide(plan_id, policy_path, region, function, approved=True, purpose="apply", version=version)


@plans.command(epilog=_DECIDE_EPILOG.format("reject"))
@click.argument("plan_id", metavar="ID")
@_region
@policy_option
def reject(plan_id: str, *, region: str | None, policy_path: str | None) -> None:
    """Let the plan ID never be carried out."""
    _decide(plan_id, policy_path, region, None, approved=False, purpose="apply")


@plans.command(epilog=_DECIDE_EPILOG.format("undo"))
@click.argument("plan_id", metavar="ID")
@_region
@_function
@_version
@policy_option
def undo(
    plan_id: str, *, region: str | None, function: str | None, version: str, policy_path: str | None
) -> None:
    """Have what the plan ID did taken back, after the same checks."""
    _decide(plan_id, policy_path, region, function, approved=True, purpose="undo", version=version)


def _decide(
    plan_id: str,
    policy_path: str | None,
    region: str | None,
    function: str | None,
    *,
    approved: bool,
    purpose: Purpose,
    version: str = "",
) -> None:
    from eniguard.cli.plan_decisions import check_open, check_version, own_seal
    from eniguard.remediation.box import Plans
    from eniguard.remediation.ram_approvers import ram_approver

    with _opened(policy_path, region) as (connections, store):
        record = _named(store, plan_id)
        check_version(record.plan, version)
        check_open(record, purpose, connections.clock())
        seal = own_seal(connections)
        approver = ram_approver(connections.client.call("sts", "GetCallerIdentity", {}))
        now = connections.clock()
        verdict = seal.verdict(record.plan, approver, approved=approved, at=now, purpose=purpose)
        box = Plans(store, seal, clock=connections.clock)
        decided = box.decide(plan_id, verdict) if purpose == "apply" else box.decide_undo(plan_id, verdict)
        say(f"plan {shown(plan_id)}: {decided.state}, by {shown(approver.name)}")
        if approved:
            _carry_out(connections, plan_id, function)


def _carry_out(connections: Connections, plan_id: str, function: str | None) -> None:
    from eniguard.remediation.invoking import invoke

    own = connections.policy.guard.functions
    name = function or next((one for one in own if "remediate" in one), None)
    if name is None:
        say(
            "no function is known to carry it out: name it under guard.functions in guard.yml or give "
            f'--function, or call it yourself with {{"plan": "{shown(plan_id)}"}}'
        )
        return
    try:
        invoke(connections.client, name, plan_id)
    except CloudError as error:
        say(f"{shown(name)} was not told to carry it out, and the sweep tells it again: {shown(str(error))}")
        return
    say(f"{shown(name)} was told to carry it out: eniguard plans show {shown(plan_id)} says how it ended")


def _all(plans: Plans) -> Iterator[PlanRecord]:
    page = plans.list(_PAGE)
    yield from page.records
    while page.after is not None:
        page = plans.list(_PAGE, page.after)
        yield from page.records


@contextmanager
def _opened(policy_path: str | None, region: str | None) -> Iterator[tuple[Connections, Store]]:
    from eniguard.cli.connections import Connections
    from eniguard.settings.location import find_policy

    connections = Connections(find_policy(policy_path), region)
    store = connections.store()
    try:
        yield connections, store
    finally:
        store.close()


def _named(store: Store, plan_id: str) -> PlanRecord:
    from eniguard.remediation.box import Plans

    found = Plans(store).get(plan_id)
    if found is None:
        raise ConfigError(
            f"there is no plan {plan_id[:80]!r}: give its whole id, as `eniguard plans list` shows it, and "
            "see that guard.yml names the store of the functions"
        )
    return found
