"""A replay that explains one of its events."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from eniguard.pipeline import Decided
from eniguard.replay.engine import Entry
from eniguard.replay.explained import Explained, explained
from eniguard.replay.options import Options
from eniguard.replay.picking import Picked, pick
from eniguard.rule_modules import registry_of
from eniguard.rules.registry import Registry


class Search(Struct, frozen=True):
    """What looking for one event brought: the event explained, when exactly one was found."""

    explained: Explained | None
    picked: Picked


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
    ConfigError
        As for `eniguard.replay.engine.Replay`.
    """
    watch = _First(event_id, registry_of(options.policy, only=options.only))
    picked = pick(replace(options, watch=watch), event_id)
    return Search(_placed(watch.explained, picked.entry), picked)


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
