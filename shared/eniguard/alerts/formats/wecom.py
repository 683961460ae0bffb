"""WeCom: robots of a group, which take a small part of Markdown.

How WeCom's markup is escaped is not documented, and a backslash was seen to be shown (docs/sources.md,
Chats). So the characters that are markup are written in their full width: they look alike and are none.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from eniguard.alerts.formats import answers
from eniguard.alerts.formats.answers import Meaning
from eniguard.alerts.formats.base import Answer, Outgoing, Pace, Rendered, Response
from eniguard.alerts.formats.bodies import outgoing
from eniguard.alerts.formats.cutting import fitted
from eniguard.alerts.formats.inert import inert, unlinked
from eniguard.alerts.formats.words import COLONS, MARKS
from eniguard.alerts.message import Block, Line, Message
from eniguard.printable import printable

CHAT = "WeCom"
#: Bytes of the text, in UTF-8 (docs/sources.md, Chats: errcode 40058).
MOST_BYTES = 4_096

#: What a code means and what to do (docs/sources.md, Chats).
CODES = {
    -1: Meaning("unavailable", "it is busy; it is tried again"),
    45009: Meaning("throttled", "more than 20 messages a minute", 60.0),
    45033: Meaning("throttled", "too many messages at once", 60.0),
    93000: Meaning("unavailable", "it does not know the robot; give the sink the robot's url anew"),
    60020: Meaning("unavailable", "our address is not on its list"),
    40008: Meaning("refused", "it does not take messages of this type"),
    40058: Meaning("refused", "the message is longer than 4,096 bytes, or a part of it is wrong"),
    44004: Meaning("refused", "the message is empty"),
}

_FULL_WIDTH = {ord(one): chr(ord(one) + 0xFEE0) for one in "<>`*#&~"}
_FULL_WIDTH_IN_CODE = {ord(one): chr(ord(one) + 0xFEE0) for one in "<>`"}
_MENTION = re.compile(r"[^\w.@-]")


class WeCom:
    """The format of WeCom."""

    # 20 a minute (docs/sources.md, Chats), and 5 s more: WeCom counts when messages arrive, we when they
    # leave.
    pace = Pace(((20, 65.0),), blocked=60.0)

    def render(self, message: Message) -> Rendered:
        """A markdown message."""
        kept, cut = fitted(message, lambda shorter: len(_text(shorter).encode()) <= MOST_BYTES)
        return Rendered(_body(kept), cut)

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        """The body as it is: WeCom has no signatures, its address is the secret."""
        return outgoing(url, rendered.body)

    def answer(self, response: Response) -> Answer:
        """HTTP is a success in any case; ``errcode`` has the word."""
        code = answers.number(answers.body_of(response).get("errcode"))
        if code is None or code == 0:
            return answers.of_status(response, CHAT) or answers.of_code(code, CODES, response, CHAT)
        return answers.of_code(code, CODES, response, CHAT)


FORMAT = WeCom()


def _body(message: Message) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": _text(message)}}


def _text(message: Message) -> str:
    parts = [f"### {MARKS[message.severity]} {_escaped(message.title)}", _escaped(message.lead)]
    parts += [_block(block, message) for block in message.blocks]
    parts.append(
        " ".join(
            f"[{_escaped(link.label)}]({quote(link.url, safe='/:?&=#%+,;@~!$*')})" for link in message.links
        )
    )
    parts.append(" ".join(f"<@{_MENTION.sub('', one)}>" for one in message.mentions))
    return "\n".join(part for part in parts if part)


def _block(block: Block, message: Message) -> str:
    heading = [f"**{_escaped(block.heading)}**"] if block.heading.strip(" ") else []
    return "\n".join(heading + [f"> {_line(line, message)}" for line in block.lines])


def _line(line: Line, message: Message) -> str:
    label = _escaped(line.label) + COLONS[message.language] if line.label else ""
    return label + (_code(line.text) if line.code and line.text.strip(" ") else _escaped(line.text))


def _code(text: str) -> str:
    """A code span: of commands as much as can be stays as it is, so that they can be copied."""
    return f"`{unlinked(printable(text).strip(' ')).translate(_FULL_WIDTH_IN_CODE)}`"


def _escaped(text: str) -> str:
    return unlinked(inert(text)).translate(_FULL_WIDTH)
