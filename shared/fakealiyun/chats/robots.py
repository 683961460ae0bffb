"""Robots: where messages are posted to, how they are kept from strangers, and what they received."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlsplit

from fakealiyun.chats.pacing import Pace
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.request import HttpRequest

Kind = Literal["dingtalk", "feishu", "lark", "wecom", "slack", "teams", "teams_connector", "webhook"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Received:
    """A message that a robot took: when (seconds since 1970), its headers in lower case, and its body."""

    at: float
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """A request that a robot did not take: when, and what it was answered."""

    at: float
    status: int
    answer: str


@dataclass
class Robot:
    """One robot of one group.

    Attributes
    ----------
    name, kind
        What it is called here, and the chat it belongs to.
    token
        What its address holds, and nobody else knows.
    secret
        What its messages are signed with; ``None`` where they are not.
    keywords
        Of which a message has to hold one; none for any.
    sources
        Addresses that messages may come from; none for any.
    pace
        How fast it may be.
    received, refused
        What it was sent.
    """

    name: str
    kind: Kind
    token: str
    secret: str | None = None
    keywords: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pace: Pace = field(default_factory=Pace)
    received: list[Received] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def clear(self) -> None:
        """Forget what it was sent."""
        self.received.clear()
        self.refused.clear()
        self.pace.clear()


@dataclass(frozen=True)
class Post:
    """One request to a robot: what arrived, from where, and when (seconds since 1970)."""

    http: HttpRequest
    source: str
    now: float

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address, decoded."""
        return dict(parse_qsl(urlsplit(self.http.url).query, keep_blank_values=True))

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return self.http.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def body(self) -> dict[str, Any] | None:
        """The JSON object that was sent; ``None`` for anything else."""
        try:
            sent = json.loads(self.http.body.decode("utf-8"))
        except ValueError:
            return None
        return sent if isinstance(sent, dict) else None


class Refusal(Exception):
    """A robot does not take a message; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.status)


def in_json(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode(), {"Content-Type": "application/json; charset=utf-8", **named})


def in_text(text: str, status: int = 200, **headers: str) -> Answer:
    """An answer in plain text."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8", **named})


def is_text(value: object) -> bool:
    """Whether this is a text that says something."""
    return isinstance(value, str) and bool(value.strip())
