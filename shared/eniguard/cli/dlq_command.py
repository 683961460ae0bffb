"""``eniguard dlq``: the dead letters in the state store, and how they are dealt with after all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from eniguard.cli import exit_codes
from eniguard.cli.findings_output import FORMATS
from eniguard.cli.json_text import indented, json_text, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import say, shown, tell
from eniguard.errors import ConfigError

if TYPE_CHECKING:
    from eniguard.cli.connections import Connections
    from eniguard.cli.dead_letter_lines import DeadLetterLine, Wanted
    from eniguard.dead_letters import DeadLetters, Found
    from eniguard.state import Store

_LIST_EPILOG = """\b
Examples:
  eniguard dlq list
  eniguard dlq list --reason failed --format ndjson"""

_SHOW_EPILOG = """\b
Examples:
  eniguard dlq show 0f3c9a1b2d4e5f607182
  eniguard dlq show 0f3c9a1b2d4e5f607182 --format json"""

_REDRIVE_EPILOG = """\b
Examples:
  eniguard dlq redrive 0f3c9a1b2d4e5f607182
  eniguard dlq redrive --all --way sls --dry-run
  eniguard dlq redrive --all --offline"""

#: Letters read from the store at once, and those that a list or a redrive takes at most.
_PAGE = 100
_MOST = 10_000
#: The longest problem shown in the table.
_LONGEST = 240
#: Ids among which the nearest one is looked for.
_NEAR = 1_000

_WAYS = ("eventbridge", "sls", "oss", "lookup", "bare", "alert")
_REASONS = ("unreadable", "failed", "gone", "undelivered")


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which letters are meant."""
    options = (
        click.option("--way", type=click.Choice(_WAYS), help="Only those that came by this way."),
        click.option("--reason", type=click.Choice(_REASONS), help="Only those given up for this reason."),
        click.option("--function", metavar="NAME", help="Only those that this function gave up."),
        click.option("--action", metavar="ACTION", help="Only calls of this action, as in ecs:RunInstances."),
        click.option(
            "--limit",
            type=click.IntRange(1, _MOST),
            default=_PAGE,
            show_default=True,
            help="How many, the oldest first.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


_format = click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)


@click.group(short_help="List, show and redrive the events that could not be dealt with.")
def dlq() -> None:
    """List, show and redrive the events that could not be dealt with, and the alerts that were not told.

    They are in the state store that guard.yml names.
    """


_region = click.option(
    "--region", metavar="ID", help="Where the guard is; else as the environment or guard.yml says."
)


@dlq.command("list", epilog=_LIST_EPILOG)
@_filters
@policy_option
@_format
@click.pass_context
def list_letters(
    context: click.Context, /, *, policy_path: str | None, form: str, limit: int, **wanted: Any
) -> None:
    """List the open dead letters, the oldest first.

    The exit code is 4 when the store holds one that cannot be read.
    """
    from eniguard.cli.dead_letter_lines import Wanted, line_of
    from eniguard.dead_letters import DeadLetters

    with _opened(policy_path) as (_, store):
        chosen, more, unreadable = _chosen(DeadLetters(store), Wanted(**wanted), limit)
    _write([line_of(found.letter) for found in chosen], form)
    say(f"dead letters: {len(chosen)}{', and more: see --limit' if more else ''}")
    context.exit(_say_unreadable(unreadable))


@dlq.command(epilog=_SHOW_EPILOG)
@click.argument("letter_id", metavar="ID")
@policy_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def show(letter_id: str, *, policy_path: str | None, form: str) -> None:
    """Show the dead letter ID, with the event as it is kept."""
    import msgspec

    from eniguard.cli.dead_letter_lines import sheet_lines
    from eniguard.dead_letters import DeadLetters

    with _opened(policy_path) as (_, store):
        letter = _named(DeadLetters(store), letter_id).letter
    if form == "json":
        tell_json(indented(msgspec.json.decode(msgspec.json.encode(letter))) + "\n")
    else:
        for line in sheet_lines(letter):
            tell(line)


@dlq.command(epilog=_REDRIVE_EPILOG)
@click.argument("letter_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All open letters that the other options leave.")
@click.option("--dry-run", is_flag=True, help="Show what could be decided, and do nothing.")
@click.option("--offline", is_flag=True, help="Ask nothing of the cloud; what rules lack is undecided.")
@_filters
@_region
@policy_option
@_format
@click.pass_context
def redrive(
    context: click.Context,
    /,
    *,
    letter_ids: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    offline: bool,
    region: str | None,
    policy_path: str | None,
    form: str,
    limit: int,
    **wanted: Any,
) -> None:
    """Decide the events of dead letters again; a letter is marked once that is done.

    Facts are looked up as in a function, and an event that was not kept is read again where it came from: in
    the logstore, the bucket or by LookupEvents. A letter whose event cannot be read or decided stays. Alerts
    that a sink was not told of wait for it once more.
    Findings go to standard output, what became of each letter to standard error. The exit code is 4 when a
    letter stays.
    """
    from eniguard.cli.dead_letter_lines import Wanted
    from eniguard.cli.redriven_letters import deciding, outcomes_of, redriven
    from eniguard.dead_letters import DeadLetters

    filters = Wanted(**wanted)
    if bool(letter_ids) == everything:
        raise click.UsageError("name the letters by their ids, or give --all")
    if letter_ids and filters != Wanted():
        raise click.UsageError("--way, --reason, --function and --action go with --all, not with ids")
    unreadable: Sequence[str] = ()
    with _opened(policy_path, region) as (connections, store):
        box = DeadLetters(store)
        if letter_ids:
            chosen = [_named(box, one) for one in dict.fromkeys(letter_ids)]
        else:
            chosen, more, unreadable = _chosen(box, filters, limit)
            if more:
                say(f"taking the oldest {limit}; more letters are left: see --limit")
        if not chosen:
            say("nothing to do: there is no open letter of this kind")
        looks_up = not (offline or dry_run) and bool(chosen)
        decides = deciding(connections, store, form, looks_up=looks_up)
        reread = None if offline else connections
        outcomes = outcomes_of(
            chosen, decides, partial(redriven, box, decides, reread, store, dry_run=dry_run)
        )
    _say_outcomes(outcomes, decides.undecided)
    stays = exit_codes.UNREADABLE if {"unreadable", "failed"} & set(outcomes) else exit_codes.OK
    context.exit(max(stays, _say_unreadable(unreadable)))


@contextmanager
def _opened(policy_path: str | None, region: str | None = None) -> Iterator[tuple[Connections, Store]]:
    from eniguard.cli.connections import Connections
    from eniguard.settings.location import find_policy

    connections = Connections(find_policy(policy_path), region)
    store = connections.store()
    try:
        yield connections, store
    finally:
        store.close()


def _chosen(box: DeadLetters, wanted: Wanted, limit: int) -> tuple[list[Found], bool, list[str]]:
    """The oldest letters that are meant, whether there are more, and the ids of those that cannot be read."""
    chosen: list[Found] = []
    unreadable: list[str] = []
    after = None
    while True:
        page = box.page(after=after, limit=_PAGE)
        unreadable += page.unreadable
        chosen += [found for found in page.found if wanted.takes(found.letter)]
        if len(chosen) > limit or page.after is None:
            return chosen[:limit], len(chosen) > limit, unreadable
        after = page.after


def _named(box: DeadLetters, letter_id: str) -> Found:
    found = box.get(letter_id)
    if found is not None:
        return found
    from eniguard.nearest import ALIKE, nearest

    ids = [one.letter.id for one in box.page(limit=_NEAR).found]
    near = nearest(letter_id, ids, alike=ALIKE)
    hint = f"did you mean {near[0]}?" if near else "`eniguard dlq list` shows those there are"
    raise ConfigError(f"there is no dead letter {letter_id[:80]}; {hint}")


def _write(lines: Sequence[DeadLetterLine], form: str) -> None:
    if form == "json":
        tell_json(indented(lines) + "\n")
    elif form == "ndjson":
        tell_json("".join(f"{json_text(line)}\n" for line in lines))
    elif lines:
        _print_list(lines)


def _print_list(lines: Sequence[DeadLetterLine]) -> None:
    from eniguard.cli.findings_table import cell, plain_table, print_table

    table = plain_table(gap=1)
    for header in ("id", "when", "way", "reason"):
        table.add_column(header, no_wrap=True)
    table.add_column("event id, action, problem", overflow="fold")
    for one in lines:
        what = "; ".join(part for part in (one.event_id, one.action, one.problem) if part)
        table.add_row(cell(one.id), cell(one.at), cell(one.way), cell(one.reason), cell(what, _LONGEST))
    print_table(table)


def _say_outcomes(outcomes: Sequence[str], undecided: Mapping[str, int]) -> None:
    counts = {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
    if counts:
        say(", ".join(f"{outcome} {count}" for outcome, count in counts.items()))
    if undecided:
        rules = ", ".join(f"{rule} ({count})" for rule, count in sorted(undecided.items()))
        say(f"undecided for want of facts: {rules}")


def _say_unreadable(ids: Sequence[str]) -> int:
    for one in ids:
        say(f"eniguard: dead letter {shown(one)} cannot be read by this version; it stays")
    return exit_codes.UNREADABLE if ids else exit_codes.OK
