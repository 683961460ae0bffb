"""The option ``--state`` of the commands that look at one state snapshot, and what it names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from eniguard.cli import exit_codes
from eniguard.cli.safe import say, shown
from eniguard.errors import InputError
from eniguard.nearest import ALIKE, nearest

if TYPE_CHECKING:
    from eniguard.facts.view import View
    from eniguard.settings import Policy
    from eniguard.sources.snapshot import Snapshot

#: So many ids are offered for one that is not there.
MOST_NEAR = 3

state_option = click.option(
    "--state", metavar="FILE", help="State snapshot: what the describe calls returned (docs: Inventory)."
)


def snapshot_of(path: str | None) -> Snapshot:
    """The snapshot in the file of ``--state``, which may be compressed.

    Raises
    ------
    click.UsageError
        The option is missing.
    InputError
        The file cannot be read or is not a state snapshot.
    """
    from eniguard.replay.files import StateFile
    from eniguard.replay.states import States

    if path is None:
        raise click.UsageError(
            "--state FILE is needed: a file with what the describe calls returned. Nothing is looked up in "
            "the cloud; `eniguard generate schema snapshot` writes the form of the file."
        )
    return States(None).alone(StateFile(path, os.path.dirname(path) or os.curdir, 0))


def say_unreadable(snapshot: Snapshot) -> int:
    """Say which items of a snapshot could not be read, of those that were asked for; gives the exit code."""
    errors = list(snapshot.unreadable())
    for error in errors:
        say(f"eniguard: {shown(str(error))}")
    return exit_codes.UNREADABLE if errors else exit_codes.OK


def view_of(snapshot: Snapshot, policy: Policy) -> View:
    """Everything a snapshot lists, with the services that guard.yml names by their ServiceID."""
    return snapshot.view(policy.actors.service_ids)


def not_listed(snapshot: Snapshot, *kinds: str) -> InputError:
    """The error that a snapshot does not list some kinds at all."""
    listed = ", ".join(snapshot.kinds()) or "nothing"
    form = ", ".join([f'"{kind}": […]' for kind in kinds])
    return InputError(
        f"the state snapshot has no listing of {' and no '.join(kinds)} (it lists {listed}); add what "
        f'the API returns for each under "resources": {{{form}}}',
        path=snapshot.path,
    )


def no_such(snapshot: Snapshot, kind: str, wanted: str, ids: Iterable[str]) -> click.UsageError:
    """The error that a snapshot does not list one resource; it names the nearest ids."""
    listed = list(ids)
    near = nearest(wanted, listed, most=MOST_NEAR, alike=ALIKE)
    meant = f"did you mean {' or '.join(near)}?" if near else f"it lists {_first(listed)}"
    return click.UsageError(f"{snapshot.path} does not list {kind} {wanted}; {meant}")


def _first(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - MOST_NEAR} more" if len(ids) > MOST_NEAR else ""
    return (", ".join(ids[:MOST_NEAR]) or "none at all") + more
