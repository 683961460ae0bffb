"""``eniguard doctor``: whether an account has what the guard needs, and what to do where it has not."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from eniguard.cli import exit_codes
from eniguard.cli.findings_output import FORMATS
from eniguard.cli.json_text import indented, json_text, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import say
from eniguard.errors import ConfigError

if TYPE_CHECKING:
    from eniguard.doctor import Check, Setup

_EPILOG = """\b
Examples:
  eniguard doctor --region cn-hangzhou
  eniguard doctor --only trail --only event-rule
  eniguard doctor --format json

\b
Exit codes:
  2  usage or configuration
  1  something is wrong, or could not be found out
  0  all that is configured is as it has to be"""

#: The keys of `eniguard.doctor.CHECKS`, which loads the rules.
_GROUPS = (
    "credentials",
    "clock",
    "trail",
    "linked-role",
    "event-rule",
    "function",
    "permissions",
    "store",
    "canary",
    "account",
    "remediation",
)
_STYLES = {"ok": "green", "wrong": "bold red", "unknown": "yellow", "not_configured": "dim"}
#: The longest text of a check that is shown in the table.
_LONGEST = 1_000


@click.command(epilog=_EPILOG, short_help="Check what the guard needs in the account, and say what to do.")
@click.option("--only", type=click.Choice(_GROUPS), multiple=True, help="These checks; may be given again.")
@click.option("--region", metavar="ID", help="Where the guard is; else as the environment or guard.yml says.")
@policy_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.pass_context
def doctor(
    context: click.Context,
    /,
    *,
    only: tuple[str, ...],
    region: str | None,
    policy_path: str | None,
    form: str,
) -> None:
    """Check what the guard needs in the account, and say what to do.

    Trails, event rule and its roles, functions, permissions, state store, canary, member accounts and what
    puts things back are looked at as guard.yml describes them. A check that cannot be made says why. Nothing
    is changed.
    """
    from eniguard.doctor import examine

    checks = examine(_setup(policy_path, region), only)
    made = _write(checks, form)
    counts = Counter(one.status for one in made)
    say(", ".join(f"{status.replace('_', ' ')} {count}" for status, count in counts.items()))
    context.exit(exit_codes.FINDINGS if counts["wrong"] or counts["unknown"] else exit_codes.OK)


def _setup(policy_path: str | None, region: str | None) -> Setup:
    from eniguard.cli.connections import OFFLINE_VARIABLE, Connections
    from eniguard.doctor import Setup
    from eniguard.settings.location import find_policy

    if os.environ.get(OFFLINE_VARIABLE) == "1":
        raise ConfigError(f"doctor asks the cloud, and {OFFLINE_VARIABLE}=1 forbids it: unset it")
    policy = find_policy(policy_path)
    connections = Connections(policy, region)
    return Setup(
        policy,
        connections.client,
        accounts=connections.accounts,
        open_store=lambda deployed: connections.store(deployed=deployed),
        secret=connections.secrets.get,
        clock=connections.clock,
        keys_from=connections.keys_from,
    )


def _write(checks: Iterable[Check], form: str) -> list[Check]:
    """Write checks, as lines while they are made or all at the end."""
    made: list[Check] = []
    for one in checks:
        made.append(one)
        if form == "ndjson":
            tell_json(f"{json_text(one)}\n")
            if sys.stdout is not None:
                sys.stdout.buffer.flush()
    if form == "json":
        tell_json(indented(made) + "\n")
    elif form == "table" and made:
        _print(made)
    return made


def _print(made: list[Check]) -> None:
    from rich.text import Text

    from eniguard.cli.findings_table import cell, plain_table, print_table

    table = plain_table()
    table.add_column("status", no_wrap=True)
    table.add_column("check", overflow="fold", max_width=40)
    table.add_column("found, and what to do", overflow="fold", ratio=1)
    for one in made:
        told = cell(one.found, _LONGEST)
        if one.advice is not None:
            told = Text("\n→ ", overflow="fold").join([told, cell(one.advice, _LONGEST)])
        status = cell(one.status.replace("_", " "), style=_STYLES[one.status])
        table.add_row(status, cell(one.id), told)
    print_table(table)
