"""One call of a function, and how it ends."""

from __future__ import annotations

import json

from msgspec import Struct

#: What the cloud calls every error of a function (docs/sources.md, Function Compute).
FUNCTION_ERROR = "UnhandledInvocationError"


class Call(Struct, frozen=True):
    """One call; ``retry_count`` is how often it was tried before."""

    request_id: str
    event: bytes
    retry_count: int = 0


class Answer(Struct, frozen=True):
    """What an instance answered; ``peak`` is the most memory it has had, in MB, where it tells."""

    succeeded: bool
    body: bytes
    peak: float = 0.0


class Outcome(Struct, frozen=True):
    """How a call ended.

    ``duration`` is in milliseconds, ``memory`` the most that was used, in MB; ``error`` names the kind of
    error, ``None`` for a call that went well.
    """

    body: bytes
    error: str | None
    duration: float
    memory: float
    log: bytes
    instance: str


class Lost(Exception):
    """The process of an instance came to its end in a call; the message is what the cloud says of it."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)

    @property
    def body(self) -> bytes:
        """The body that the caller gets."""
        return json.dumps({"errorMessage": self.message}).encode()
