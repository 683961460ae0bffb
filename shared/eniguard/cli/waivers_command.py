"""``eniguard waivers``: which findings nobody is told of, on whose word, and until when."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from eniguard.cli import exit_codes
from eniguard.cli.findings_table import cell, plain_table, print_table
from eniguard.cli.json_text import indented, json_text, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import say, shown

if TYPE_CHECKING:
    from eniguard.cli.waiver_sheets import WaiverProblem, WaiverSheet
    from eniguard.settings import Policy

_LONGEST = 400
_format_option = click.option(
    "--format", "form", type=click.Choice(("table", "json", "ndjson")), default="table", show_default=True
)

_LIST_EPILOG = """\b
Examples:
  eniguard waivers list
  eniguard waivers list --policy guard.yml --format json"""

_CHECK_EPILOG = """\b
Examples:
  eniguard waivers check
  eniguard waivers check --policy guard.yml trail/

\b
Exit codes, highest first:
  2    usage or configuration
  4    input that could not be read
  1    a waiver has expired, or matches nothing
  0    none of these"""


@click.group(short_help="List the waivers of guard.yml, or check that each is still of use.")
def waivers() -> None:
    """List the waivers of guard.yml, or check that each is still of use.

    A waiver hides findings that somebody answers for until a day: its id, what it matches, owner, reason and
    last day stand in guard.yml under `waivers`.
    """


@waivers.command("list", epilog=_LIST_EPILOG)
@policy_option
@_format_option
def list_waivers(policy_path: str | None, form: str) -> None:
    """List the waivers: what each one matches, who answers for it, and how long it still holds."""
    from eniguard.cli.waiver_sheets import waiver_sheets
    from eniguard.settings.location import find_policy

    sheets = waiver_sheets(find_policy(policy_path), time.time())
    if form != "table":
        _tell(sheets, form)
    elif sheets:
        _print_sheets(sheets)
    else:
        say("guard.yml has no waivers")


@waivers.command(epilog=_CHECK_EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("-j", "--jobs", default=1, metavar="N", type=click.IntRange(min=1), help="Processes to use.")
@click.option("--state", metavar="FILE", help="State snapshot for every event without one of its own.")
@policy_option
@_format_option
@click.pass_context
def check(
    context: click.Context,
    *,
    paths: tuple[str, ...],
    jobs: int,
    state: str | None,
    policy_path: str | None,
    form: str,
) -> None:
    """Name the waivers that have expired, and those that can match nothing.

    A waiver can match nothing when guard.yml enables none of its rules, or lists accounts or regions and none
    of its own among them. With PATHs, the recorded events in them are replayed as by `eniguard replay`,
    and a waiver that matches none of their findings, whenever it holds, is named as well.
    """
    from eniguard.cli.waiver_sheets import standing_problems, unused_problems
    from eniguard.rule_modules import registry_of
    from eniguard.settings.location import find_policy

    policy = find_policy(policy_path)
    problems = list(standing_problems(policy, registry_of(policy), time.time()))
    unreadable = False
    if paths:
        used, unreadable = _used(policy, paths, jobs, state)
        problems += unused_problems(policy.waivers, used)
    _show(problems, form)
    say(f"waivers {len(policy.waivers)}, with problems {len({one.id for one in problems})}")
    if unreadable:
        context.exit(exit_codes.UNREADABLE)
    context.exit(exit_codes.FINDINGS if problems else exit_codes.OK)


def _used(policy: Policy, paths: tuple[str, ...], jobs: int, state: str | None) -> tuple[set[str], bool]:
    """The waivers that match some finding of recorded events, and whether some could not be read."""
    from eniguard.alerts.matching import matches
    from eniguard.errors import InputError
    from eniguard.replay.engine import Replay
    from eniguard.replay.options import Options

    used: set[str] = set()
    unreadable = False
    for one in Replay(Options(paths=paths, policy=policy, state=state, jobs=jobs, now=time.time())):
        if isinstance(one, InputError):
            unreadable = True
            say(f"eniguard: {shown(str(one))}")
            continue
        for finding in one.findings:
            used |= {waiver.id for waiver in policy.waivers if matches(waiver.match, finding)}
    return used, unreadable


def _show(problems: list[WaiverProblem], form: str) -> None:
    if form != "table":
        _tell(problems, form)
    elif problems:
        table = plain_table()
        table.add_column("waiver", no_wrap=True)
        table.add_column("owner", overflow="fold")
        table.add_column("problem", overflow="fold")
        for one in problems:
            table.add_row(cell(one.id), cell(one.owner), cell(one.problem, _LONGEST))
        print_table(table)


def _tell(records: list[Any], form: str) -> None:
    if form == "json":
        tell_json(indented(records) + "\n")
    else:
        tell_json("".join([f"{json_text(one)}\n" for one in records]))


def _print_sheets(sheets: list[WaiverSheet]) -> None:
    table = plain_table(gap=1)
    table.add_column("waiver", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("until", no_wrap=True)
    table.add_column("days left", no_wrap=True, justify="right")
    for header, ratio in (("owner", 2), ("matches", 3), ("reason", 2)):
        table.add_column(header, ratio=ratio, overflow="fold")
    for one in sheets:
        style = "red" if one.state == "expired" else ""
        table.add_row(
            cell(one.id),
            cell(one.state, style=style),
            cell(one.last_day),
            str(one.days_left),
            cell(one.owner),
            cell(one.matches, _LONGEST),
            cell(one.reason, _LONGEST),
        )
    print_table(table)
