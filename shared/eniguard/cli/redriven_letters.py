"""Dead letters redriven one after the other, with look-ups and with events read again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from eniguard.alerts.undelivered import put_back
from eniguard.cli.dead_letter_lines import line_of
from eniguard.cli.deciding_again import DecidingAgain
from eniguard.cli.safe import say, shown
from eniguard.dead_letters import Again, DeadLetter, DeadLetters, Found, Origin, redrive
from eniguard.errors import CloudError, ConfigError

if TYPE_CHECKING:
    from eniguard.cli.connections import Connections
    from eniguard.state import Store


def deciding(connections: Connections, store: Store, form: str, *, looks_up: bool) -> DecidingAgain:
    """What decides; whether the cloud can be asked is found out before the first letter is touched."""
    try:
        source = connections.source(store) if looks_up else None
    except (CloudError, ConfigError) as error:
        raise ConfigError(f"nothing can be looked up: {error}\n--offline decides without look-ups") from None
    return DecidingAgain(connections.policy, store, form, source=source, clock=connections.clock)


def outcomes_of(
    chosen: Sequence[Found], decides: DecidingAgain, again: Callable[[Found], Again]
) -> list[str]:
    """What became of each letter; ctrl-C leaves whole output behind, and the other letters as they are."""
    outcomes: list[str] = []
    try:
        outcomes.extend(again(found).outcome for found in chosen)
    except KeyboardInterrupt:
        say(f"stopped after {len(outcomes)} of {len(chosen)} letters; the others stay as they are")
        raise
    finally:
        decides.close()
    return outcomes


def _rereading(connections: Connections, letter: DeadLetter, origin: Origin) -> bytes | None:
    """The event of a letter from where it came; nothing is connected before it is needed."""
    return connections.rereading.of(letter)(origin)


def redriven(
    box: DeadLetters,
    decides: DecidingAgain,
    connections: Connections | None,
    store: Store,
    found: Found,
    *,
    dry_run: bool,
) -> Again:
    """Redrive one letter, and say what became of it; without connections, its event has to be kept."""
    decides.forget()
    reader = None if connections is None else partial(_rereading, connections, found.letter)
    done = redrive(
        found,
        box,
        decides.decide,
        reader=reader,
        resend=lambda undelivered: put_back(store, undelivered, time.time()),
        report=decides.write,
        dry_run=dry_run,
    )
    line = line_of(done.letter)
    parts = [part for part in (line.event_id, line.action, done.problem) if part]
    say(f"{shown(line.id)} {done.outcome}: {shown('; '.join(parts))}")
    return done
