"""A test of a sink: one message that says that it is a test, on the way that all others go."""

from __future__ import annotations

import time
from collections.abc import Callable

from eniguard.alerts.catalogue import words_of
from eniguard.alerts.channels import Reach
from eniguard.alerts.formats.base import Answer
from eniguard.alerts.message import Block, Line, Message
from eniguard.alerts.times import told
from eniguard.errors import DeliveryError, EniguardError
from eniguard.settings.alerting import Sink

#: Seconds for all of the message, as in functions.
WITHIN = 15.0


def trial_message(sink: Sink, at: float, identity: str) -> Message:
    """The message of a test, in the language and the time zone of the sink; it mentions nobody.

    Parameters
    ----------
    at
        Now, in seconds since 1970 (UTC).
    identity
        Of this test; receivers leave out a message whose id they know.
    """
    words = words_of(sink.language)
    said = words.gettext
    lines = (
        Line(sink.name, said("Sink"), code=True),
        Line(sink.kind, said("Kind"), code=True),
        Line(told(words, at, sink.time_zone), said("Sent")),
    )
    return Message(
        id=identity,
        at=at,
        language=sink.language,
        severity="info",
        title=said("[Test] Alerts of eniguard arrive here"),
        lead=said("This is a test: nothing has happened, and there is nothing to do."),
        blocks=(Block(said("What was tested"), lines),),
    )


def tried(
    sink: Sink,
    reach: Reach,
    identity: str,
    *,
    clock: Callable[[], float] = time.time,
) -> Answer:
    """Send the message of a test, and say what came of it.

    Parameters
    ----------
    sink
        Where to.
    reach
        Gives the way to it.
    identity
        As for `trial_message`.
    clock
        Gives seconds since 1970 (UTC).
    """
    now = clock()
    try:
        channel = reach(sink)
        rendered = channel.format.render(trial_message(sink, now, identity))
        request = channel.format.request(rendered, channel.url, channel.secret, now)
        return channel.format.answer(channel.post(request, within=WITHIN))
    except DeliveryError as error:
        doubt = " It may have arrived all the same." if error.in_doubt else ""
        return Answer("unavailable", f"{error}{doubt}")
    except EniguardError as error:
        return Answer("unavailable", str(error))
