"""The neutral message: what a person is told, before any chat's markup.

All texts are plain: what comes from outside stands in them as it came. The formats of the chats escape it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from eniguard.alerts.alert import Alert
from eniguard.model import Severity
from eniguard.settings.alerting import Language, Sink


class Line(Struct, frozen=True, gc=False):
    """One line: a label that we wrote (``None`` for none), and a text; ``code`` for ids and commands."""

    text: str
    label: str | None = None
    code: bool = False


class Block(Struct, frozen=True, gc=False):
    """Lines under a heading that we wrote.

    Blocks of a lower ``weight`` are the first to be left out where a chat's limit is short.
    """

    heading: str
    lines: tuple[Line, ...]
    weight: int = 1


class Link(Struct, frozen=True, gc=False):
    """A link: its label and its address, both ours; an id in it has the form of its kind."""

    label: str
    url: str


class Message(Struct, frozen=True, gc=False):
    """What one sink is told at once.

    Attributes
    ----------
    id
        The same whenever the same alerts are told together.
    at
        When it was composed, in seconds since 1970 (UTC).
    language, severity
        In which it is written; the highest severity of its alerts.
    title, lead
        One line; and one sentence that says what happened. Both may hold texts from outside.
    blocks
        The rest, the most important first. Of a message of several alerts, one line for each of them.
    links
        Where to look.
    mentions
        Whom to mention, as the chat takes it; nobody unless it is critical.
    repeat
        Whether it may have been told before.
    alerts
        What it tells of.
    """

    id: str
    at: float
    language: Language
    severity: Severity
    title: str
    lead: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()
    mentions: tuple[str, ...] = ()
    repeat: bool = False
    alerts: tuple[Alert, ...] = ()


class Composer(Protocol):
    """Writes messages."""

    def __call__(self, alerts: Sequence[Alert], sink: Sink, *, at: float, repeat: bool = False) -> Message:
        """The message that tells of alerts, in the language and the time zone of the sink."""
