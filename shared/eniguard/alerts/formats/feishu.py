"""Feishu and Lark: custom bots of a group, which take interactive cards.

The two differ in the host of their addresses only. Text from outside stands in ``lark_md`` elements, with
every character that its markup knows written as an entity, as is documented (docs/sources.md, Chats).
"""

from __future__ import annotations

import re
from typing import Any

from eniguard.alerts.formats import answers
from eniguard.alerts.formats.answers import Meaning
from eniguard.alerts.formats.base import Answer, Outgoing, Pace, Rendered, Response
from eniguard.alerts.formats.bodies import encoded, outgoing, signature
from eniguard.alerts.formats.cutting import fitted
from eniguard.alerts.formats.inert import inert
from eniguard.alerts.formats.words import COLONS, MARKS
from eniguard.alerts.message import Block, Line, Message
from eniguard.model import Severity

CHAT = "Feishu/Lark"
#: Bytes of a body: 20 KB, taken as 20,000 (docs/sources.md, Chats), less what signing adds: two fields.
MOST_BYTES = 20_000 - 120

#: Colours of a card's header.
TEMPLATES: dict[Severity, str] = {
    "critical": "red",
    "high": "orange",
    "medium": "yellow",
    "low": "blue",
    "info": "grey",
}

#: What a code means and what to do (docs/sources.md, Chats).
CODES = {
    11232: Meaning("throttled", "more than 100 messages a minute or 5 a second, or it is under load"),
    99991400: Meaning("throttled", "more than 100 messages a minute or 5 a second"),
    2200: Meaning("unavailable", "it has trouble of its own; it is tried again"),
    9499: Meaning("refused", "it cannot read the message, or it is longer than 20 KB"),
    19001: Meaning("unavailable", "it does not know the bot; give the sink the bot's url anew"),
    19021: Meaning("unavailable", "the signature is wrong: check the sink's secret, and the clock"),
    19022: Meaning("unavailable", "our address is not on its list: let the bot check signatures instead"),
    19024: Meaning("unavailable", "a keyword is missing: let the bot check signatures instead of keywords"),
}

# Every character of ASCII but letters, digits, space, comma, dot and per cent sign: those of the documented
# table of escapes, and the few that are markup elsewhere.
_SPECIAL = re.compile(r"[!\"#$&'()*+/:;<=>?@\[\\\]^`{|}~_-]")
# Within a word they begin nothing, and ids are full of them.
_WITHIN_ID = re.compile(r"(?<=[^\W_])[-/](?=[^\W_])|(?<=\d):(?=\d)")
_MENTION = re.compile(r"[^\w.-]")


class Feishu:
    """The format of Feishu and Lark."""

    # docs/sources.md, Chats.
    pace = Pace(((5, 1.0), (100, 60.0)), blocked=60.0)

    def render(self, message: Message) -> Rendered:
        """An interactive card whose header has the colour of the severity."""
        kept, cut = fitted(message, lambda shorter: len(encoded(_body(shorter))) <= MOST_BYTES)
        return Rendered(_body(kept), cut)

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        """The body with timestamp and signature in it; the secret is in the key, and nothing is signed."""
        if secret is None:
            return outgoing(url, rendered.body)
        timestamp = str(int(now))
        sign = signature(f"{timestamp}\n{secret}".encode(), b"")
        return outgoing(url, {"timestamp": timestamp, "sign": sign, **rendered.body})

    def answer(self, response: Response) -> Answer:
        """``code`` has the word, with whatever status of HTTP; old forms of success say ``StatusCode``."""
        body = answers.body_of(response)
        code = answers.number(body.get("code", body.get("StatusCode")))
        if code is None or code == 0:
            return answers.of_status(response, CHAT) or answers.of_code(code, CODES, response, CHAT)
        # Seen in the place of 11232 (docs/sources.md, Chats).
        if code == 9499 and "too many request" in answers.text_of(response).lower():
            code = 11232
        answer = answers.of_code(code, CODES, response, CHAT)
        reset = response.headers.get("x-ogw-ratelimit-reset", "")
        if (
            answer.verdict == "throttled"
            and answer.again_after is None
            and reset.isascii()
            and reset.isdecimal()
        ):
            return Answer("throttled", answer.problem, min(float(reset[:9]), answers.LONGEST_WAIT))
        return answer


FORMAT = Feishu()


def _body(message: Message) -> dict[str, Any]:
    title = {"tag": "plain_text", "content": f"{MARKS[message.severity]} {inert(message.title)}"}
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": title, "template": TEMPLATES[message.severity]},
        "elements": _elements(message),
    }
    return {"msg_type": "interactive", "card": card}


def _elements(message: Message) -> list[dict[str, Any]]:
    elements = [_div(_escaped(message.lead))] if message.lead.strip(" ") else []
    for block in message.blocks:
        elements += [{"tag": "hr"}, _div(_block(block, message))]
    if message.mentions:
        elements.append(_div(" ".join(f"<at id={_MENTION.sub('', one)}></at>" for one in message.mentions)))
    if message.links:
        buttons = [
            {
                "tag": "button",
                "text": {"tag": "plain_text", "content": inert(link.label)},
                "type": "default",
                "url": link.url,
            }
            for link in message.links
        ]
        elements.append({"tag": "action", "actions": buttons})
    # A card without an element is none.
    return elements or [{"tag": "hr"}]


def _div(content: str) -> dict[str, Any]:
    return {"tag": "div", "text": {"tag": "lark_md", "content": content}}


def _block(block: Block, message: Message) -> str:
    heading = [f"**{_escaped(block.heading)}**"] if block.heading.strip(" ") else []
    return "\n".join(heading + [_line(line, message) for line in block.lines])


def _line(line: Line, message: Message) -> str:
    # No code spans, whatever the line says: cards of this version have none.
    label = _escaped(line.label) + COLONS[message.language] if line.label else ""
    return f"• {label}{_escaped(line.text)}"


def _escaped(text: str) -> str:
    text = inert(text)
    kept = {found.start() for found in _WITHIN_ID.finditer(text)}
    return _SPECIAL.sub(lambda found: found[0] if found.start() in kept else f"&#{ord(found[0])};", text)
