"""A call before it is signed, and what is said of it when no answer comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from eniguard.cloud.endpoints import Endpoint
from eniguard.errors import Transport

#: Verbs of APIs that change nothing, so that making a call twice does no harm.
READS = ("Describe", "Get", "List", "Lookup", "Query", "Check", "Search")
#: How a message says that there was no time left.
DEADLINE_NEAR = "the deadline is near"


class Answer(Struct, frozen=True):
    """An answer of an API of the ROA style; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Request(Struct, frozen=True):
    """A call before it is signed; ``repeatable`` is whether it may be made twice."""

    product: str
    action: str
    at: Endpoint
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    repeatable: bool

    @property
    def name(self) -> str:
        return f"{self.product}:{self.action}"


def may_repeat(action: str, parameters: Mapping[str, Any], idempotent: bool | None) -> bool:
    """Whether a call may be made twice: if it is said so, else a read, or one with a ``ClientToken``."""
    if idempotent is not None:
        return idempotent
    return action.startswith(READS) or bool(parameters.get("ClientToken"))


def lost(request: Request, why: str) -> Transport:
    """The error of a call that no answer came to."""
    return Transport(
        f"{request.name} at {request.at.host} got no answer: {why}; try again later, or look at the network",
        product=request.product,
        action=request.action,
    )
