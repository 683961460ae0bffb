"""DingTalk: custom robots of a group.

An ``actionCard`` with buttons, or ``markdown`` where people are mentioned, which cards cannot do. What markup
DingTalk reads is documented as a part of Markdown; how it is escaped is not: see `_escaped`.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, quote_plus

from eniguard.alerts.formats import answers
from eniguard.alerts.formats.answers import Meaning
from eniguard.alerts.formats.base import Answer, Outgoing, Pace, Rendered, Response
from eniguard.alerts.formats.bodies import encoded, outgoing, signature
from eniguard.alerts.formats.cutting import fitted
from eniguard.alerts.formats.inert import BREAK, inert, unlinked
from eniguard.alerts.formats.words import COLONS, MARKS
from eniguard.alerts.message import Block, Line, Link, Message

CHAT = "DingTalk"
#: Bytes of a body (docs/sources.md, Chats: errcode 460101).
MOST_BYTES = 20_000

#: What a code means and what to do (docs/sources.md, Chats).
CODES = {
    -1: Meaning("unavailable", "it is busy; it is tried again"),
    130101: Meaning("throttled", "more than 20 messages a minute; it takes nothing for 10 minutes", 600.0),
    410100: Meaning("throttled", "messages came too fast; it takes nothing for 10 minutes", 600.0),
    300001: Meaning("unavailable", "it does not know the access_token; give the sink the robot's url anew"),
    300005: Meaning("unavailable", "it does not know the access_token; give the sink the robot's url anew"),
    400101: Meaning("unavailable", "it does not know the access_token; give the sink the robot's url anew"),
    400013: Meaning("unavailable", "the group is no more; give the sink a robot of another one"),
    400102: Meaning("unavailable", "the robot is switched off; switch it on in the group's settings"),
    400106: Meaning("unavailable", "the robot is no more; add one and give the sink its url"),
    101002: Meaning("refused", "the message is too long"),
    460101: Meaning("refused", "the message is longer than 20,000 bytes"),
    430101: Meaning("refused", "it holds a link that DingTalk deems unsafe"),
    430102: Meaning("refused", "it holds text that DingTalk deems unfit"),
    430104: Meaning("refused", "it holds something that DingTalk deems unfit"),
}
#: One code for all that a robot's security settings turn away; its text says which of them.
_TURNED_AWAY = 310000
_SETTINGS = (
    (("timestamp", "时间戳必须在"), "its clock and ours differ by too much"),
    (("sign", "签名"), "the signature is wrong: check the sink's secret, and the clock"),
    (("keyword", "关键词"), "a keyword is missing: let the robot check signatures instead of keywords"),
    (
        ("whitelist", "白名单", "ip "),
        "our address is not on its list: let the robot check signatures instead",
    ),
)

_SPECIAL = re.compile(r"[\\`*_~#]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: What would begin a list, a heading, a rule or a box to tick at the beginning of a line.
_BEGINS = re.compile(r"[-+=:\[]|\d+[.)]")
_MENTION = re.compile(r"[^\w.+-]")
_PHONE = re.compile(r"\+?[0-9-]{5,20}")


class DingTalk:
    """The format of DingTalk."""

    # 20 a minute (docs/sources.md, Chats), and 5 s more: DingTalk counts when messages arrive, we when they
    # leave, and one too many costs ten minutes.
    pace = Pace(((20, 65.0),), blocked=600.0)

    def render(self, message: Message) -> Rendered:
        """An action card with a button for each link; markdown to mention somebody, or without links."""
        kept, cut = fitted(message, lambda shorter: len(encoded(_body(shorter))) <= MOST_BYTES)
        return Rendered(_body(kept), cut)

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        """The body as it is; timestamp and signature go into the query (docs/sources.md, Chats)."""
        if secret is None:
            return outgoing(url, rendered.body)
        timestamp = str(int(now * 1000))
        sign = signature(secret.encode(), f"{timestamp}\n{secret}".encode())
        joint = "&" if "?" in url else "?"
        return outgoing(f"{url}{joint}timestamp={timestamp}&sign={quote_plus(sign)}", rendered.body)

    def answer(self, response: Response) -> Answer:
        """HTTP is a success in any case; ``errcode`` has the word."""
        code = answers.number(answers.body_of(response).get("errcode"))
        # Blocked robots were seen to be told so with other statuses too.
        if code is None or code == 0:
            return answers.of_status(response, CHAT) or answers.of_code(code, CODES, response, CHAT)
        if code == _TURNED_AWAY:
            return Answer("unavailable", f"{CHAT}: {_setting(answers.text_of(response))} (code {code}).")
        return answers.of_code(code, CODES, response, CHAT)


FORMAT = DingTalk()


def _setting(said: str) -> str:
    said = said.lower()
    for words, problem in _SETTINGS:
        if any(word in said for word in words):
            return problem
    return (
        "its security settings turn us away: check the sink's secret, and the robot's keywords and addresses"
    )


def _body(message: Message) -> dict[str, Any]:
    title = f"{MARKS[message.severity]} {inert(message.title)}"
    if message.links and not message.mentions:
        buttons = [{"title": inert(link.label), "actionURL": link.url} for link in message.links]
        card = {"title": title, "text": _text(message), "btnOrientation": "0", "btns": buttons}
        return {"msgtype": "actionCard", "actionCard": card}
    markdown = {"title": title, "text": _text(message, linked=True)}
    return {"msgtype": "markdown", "markdown": markdown, "at": _at(message.mentions)}


def _text(message: Message, *, linked: bool = False) -> str:
    parts = [f"### {MARKS[message.severity]} {_escaped(message.title)}", _begun(_escaped(message.lead))]
    parts += [_block(block, message) for block in message.blocks]
    if linked:
        parts += [" · ".join(_link(link) for link in message.links), _called(message.mentions)]
    return "\n\n".join(part for part in parts if part)


def _block(block: Block, message: Message) -> str:
    lines = "\n".join(f"- {_line(line, message)}" for line in block.lines)
    heading = f"**{_escaped(block.heading)}**" if block.heading.strip(" ") else ""
    return f"{heading}\n\n{lines}" if heading and lines else heading or lines


def _line(line: Line, message: Message) -> str:
    text = _escaped(line.text)
    # No code spans, whatever the line says: the documentation of DingTalk's markup has none.
    return f"{_escaped(line.label)}{COLONS[message.language]}{text}" if line.label else _begun(text)


def _link(link: Link) -> str:
    return f"[{_escaped(link.label)}]({quote(link.url, safe='/:?&=#%+,;@~!$*')})"


def _called(mentions: tuple[str, ...]) -> str:
    # DingTalk mentions whom `at` names; in markdown it shows that only where the text has the number as well.
    return " ".join(f"@{one}" for one in _named(mentions))


def _at(mentions: tuple[str, ...]) -> dict[str, Any]:
    named = _named(mentions)
    return {
        "atMobiles": [one for one in named if _PHONE.fullmatch(one)],
        "atUserIds": [one for one in named if not _PHONE.fullmatch(one)],
        "isAtAll": "all" in mentions,
    }


def _named(mentions: tuple[str, ...]) -> list[str]:
    return [_MENTION.sub("", one) for one in mentions if one != "all"]


def _escaped(text: str) -> str:
    """The text with its markup escaped as Markdown and HTML do.

    That DingTalk reads either kind of escape is an assumption (docs/sources.md, Chats). If it does not, they
    are seen, and still no link, image or tag is there.
    """
    escaped = _SPECIAL.sub(r"\\\g<0>", unlinked(inert(text)))
    return "".join(_ENTITIES.get(one, one) for one in escaped)


def _begun(escaped: str) -> str:
    return BREAK + escaped if _BEGINS.match(escaped) else escaped
