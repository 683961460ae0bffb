"""How a sink is reached: what the sending needs of the chats, the words and the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from eniguard.alerts.formats.base import Format, Outgoing, Response
from eniguard.alerts.message import Composer
from eniguard.settings.alerting import Sink


class Post(Protocol):
    """Sends a request."""

    def __call__(self, outgoing: Outgoing, *, within: float) -> Response:
        """What came back, within so many seconds for all of it; raises `DeliveryError` when nothing did."""


class Channel(Struct, frozen=True):
    """The way to one sink.

    Attributes
    ----------
    format, compose
        The chat, and what writes messages.
    url, secret
        Where to, and what signs; both are secrets.
    post
        Sends a request.
    """

    format: Format
    compose: Composer
    url: str
    secret: str | None
    post: Post

    def __repr__(self) -> str:
        return "Channel(…)"


#: Gives the way to a sink, when something is to be sent to it. What it raises of `EniguardError` (a secret
#: that cannot be read) counts as a sink that is out of reach.
Reach = Callable[[Sink], Channel]
