"""One event of a replay, picked by its id or because it is the only one."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from eniguard.errors import InputError
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.replay.tally import Tally

#: At most this many keys are kept to choose from.
MOST_KEYS = 50


class Picked(Struct, frozen=True):
    """What looking for one event brought.

    Attributes
    ----------
    entry
        The event, when exactly one was found.
    keys
        ``path#eventId`` of the events found, as far as they are kept.
    found
        How many events were found.
    errors
        What could not be read on the way.
    tally
        The counts of the replay.
    """

    entry: Entry | None
    keys: tuple[str, ...]
    found: int
    errors: tuple[InputError, ...]
    tally: Tally


def pick(options: Options, event_id: str | None) -> Picked:
    """Replay, and pick the event with an id, or the only one when none is given.

    An event of a sequence is decided with what the events before it have changed.

    Parameters
    ----------
    options
        What to replay; ``every`` and ``jobs`` are set here.
    event_id
        The event to pick.

    Raises
    ------
    ConfigError
        As for `Replay`.
    """
    run = Replay(replace(options, every=True, jobs=1))
    errors: list[InputError] = []
    keys: list[str] = []
    found = 0
    only: Entry | None = None
    for one in run:
        if isinstance(one, InputError):
            errors.append(one)
        elif isinstance(one, Entry) and event_id in (None, one.event_id):
            found += 1
            only = one if found == 1 else None
            if found <= MOST_KEYS:
                keys.append(one.key)
    return Picked(only, tuple(keys), found, tuple(errors), run.tally)
