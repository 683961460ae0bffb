"""A replay that explains one of its events."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from eniguard.errors import InputError
from eniguard.pipeline import Decided
from eniguard.replay.engine import Entry, Options, Replay
from eniguard.replay.explained import Explained, explained
from eniguard.replay.tally import Tally
from eniguard.rule_modules import registry_of
from eniguard.rules.registry import Registry

#: At most this many keys are kept to choose from.
MOST_KEYS = 50


class Search(Struct, frozen=True):
    """What looking for one event brought.

    Attributes
    ----------
    explained
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

    explained: Explained | None
    keys: tuple[str, ...]
    found: int
    errors: tuple[InputError, ...]
    tally: Tally


def search(options: Options, event_id: str | None) -> Search:
    """Replay, and explain the event with an id, or the only one when none is given.

    An event of a sequence is explained with the journal as the events before it have left it.

    Parameters
    ----------
    options
        What to replay; ``every``, ``jobs`` and ``watch`` are set here.
    event_id
        The event to explain.

    Raises
    ------
    InputError, ConfigError
        As for `Replay`.
    """
    watch = _First(event_id, registry_of(options.policy, only=options.only))
    run = Replay(replace(options, every=True, jobs=1, watch=watch))
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
    return Search(_placed(watch.explained, only), tuple(keys), found, tuple(errors), run.tally)


def _placed(found: Explained | None, entry: Entry | None) -> Explained | None:
    if found is None or entry is None:
        return None
    return replace(found, path=entry.path, alone=entry.alone, late=entry.decision.late)


class _First:
    """Explains the first event with an id, or the first of all, while its facts are as the rules saw them."""

    def __init__(self, event_id: str | None, registry: Registry) -> None:
        self._event_id = event_id
        self._registry = registry
        self.explained: Explained | None = None

    def __call__(self, decided: Decided) -> None:
        if self.explained is None and self._event_id in (None, decided.decision.event_id):
            self.explained = explained(decided, self._registry)
