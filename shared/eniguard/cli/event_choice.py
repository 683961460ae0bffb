"""The one event that a command is about, among those of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eniguard.cli import exit_codes
from eniguard.cli.safe import say, shown

if TYPE_CHECKING:
    from eniguard.replay.picking import Picked


def say_unreadable(picked: Picked) -> None:
    """Name what could not be read on the way to the event."""
    for error in picked.errors:
        say(f"eniguard: {shown(str(error))}")


def say_none_chosen(picked: Picked, path: str, event_id: str | None) -> int:
    """Say that there is no such event, or which ones there are to choose from.

    Returns
    -------
    int
        The exit code.
    """
    _say_why(picked, path, event_id)
    return exit_codes.UNREADABLE if picked.errors and not picked.found else exit_codes.USAGE


def _say_why(picked: Picked, path: str, event_id: str | None) -> None:
    if not picked.found:
        tally = picked.tally
        what = "an event that concerns a rule" if event_id is None else f"event {shown(event_id)} among those"
        counts = f"read {tally.read}, concerned {tally.concerned}, not concerned {tally.not_concerned}"
        say(f"eniguard: {shown(path)} does not hold {what} ({counts})")
        return
    if event_id is None:
        say(f"eniguard: {shown(path)} holds {picked.found} events; choose one with --event ID")
    else:
        say(f"eniguard: {picked.found} events have the id {shown(event_id)}; give the file of one")
    for key in picked.keys:
        say(f"  {shown(key)}")
    if picked.found > len(picked.keys):
        say(f"  … and {picked.found - len(picked.keys)} more")
