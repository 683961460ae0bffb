"""What a chat is to the rest: four pure functions and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct

from eniguard.alerts.message import Message

#: What a chat said. ``throttled``: later; ``unavailable``: it takes nothing now (out of reach, a server
#: error, a wrong signature or address), whatever the message; ``refused``: it does not take this message.
Verdict = Literal["sent", "throttled", "unavailable", "refused"]


class Rendered(Struct, frozen=True):
    """A body, as the object that JSON is made of, and whether something was left out to keep to a limit."""

    body: dict[str, Any]
    cut: bool


class Outgoing(Struct, frozen=True):
    """A request that is ready to be sent; its address and headers are secrets."""

    url: str
    body: bytes
    headers: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Outgoing({len(self.body)} bytes)"


class Response(Struct, frozen=True):
    """What came back: the status of HTTP, its headers by their names in lower case, and a bounded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Answer(Struct, frozen=True):
    """What a response means.

    ``problem`` says what to do about it, without any secret; ``again_after`` is in seconds, ``None`` where
    the chat does not say.
    """

    verdict: Verdict
    problem: str = ""
    again_after: float | None = None


class Pace(Struct, frozen=True):
    """Limits of a chat: at most ``most`` messages within ``seconds``; each of several holds.

    ``blocked`` is how many seconds a chat takes nothing once it says that it was too fast.
    """

    limits: tuple[tuple[int, float], ...]
    blocked: float = 60.0


class Format(Protocol):
    """One chat."""

    pace: Pace

    def render(self, message: Message) -> Rendered:
        """The body for a message, cut to the chat's limit on character boundaries."""

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        """The signed request; ``now`` is in seconds since 1970 (UTC)."""

    def answer(self, response: Response) -> Answer:
        """What a response means."""
