"""Slack: incoming webhooks, with blocks of Block Kit.

Slack's mrkdwn cannot be escaped: nothing takes the meaning from ``*``, ``_``, ``~`` and a backtick. So text
from outside stands only where no markup is read: in ``rich_text`` elements, whose style is a field of its
own, and in ``plain_text``. Links are elements of text too: a button makes Slack warn whoever presses it that
the app does not answer (docs/sources.md, Chats).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import json

from eniguard.alerts.formats import answers
from eniguard.alerts.formats.answers import Meaning
from eniguard.alerts.formats.base import Answer, Outgoing, Pace, Rendered, Response
from eniguard.alerts.formats.bodies import outgoing
from eniguard.alerts.formats.cutting import fitted, shortened_to
from eniguard.alerts.formats.inert import inert
from eniguard.alerts.formats.words import COLONS, MARKS
from eniguard.alerts.message import Block, Line, Message
from eniguard.printable import printable

CHAT = "Slack"
#: Characters of a header, of any text, and of an address; and blocks of a message (docs/sources.md, Chats).
MOST_HEADER, MOST_TEXT, MOST_URL, MOST_BLOCKS = 150, 3_000, 3_000, 50
#: Characters of all blocks as JSON. Slack refuses messages from about 12,000 on, and does not say what it
#: counts (docs/sources.md, Chats); their JSON is more than whatever it may be.
MOST_CHARACTERS = 12_000

#: What the words of an answer mean, and what to do (docs/sources.md, Chats).
ERRORS = {
    "no_service": Meaning("unavailable", "the webhook is no more; give the sink a new url"),
    "no_team": Meaning("unavailable", "the workspace is no more; give the sink a new url"),
    "team_disabled": Meaning("unavailable", "the workspace is switched off; give the sink a new url"),
    "invalid_token": Meaning("unavailable", "the webhook is no longer valid; give the sink a new url"),
    "channel_not_found": Meaning(
        "unavailable", "the channel is no more; give the sink a webhook of another one"
    ),
    "channel_is_archived": Meaning(
        "unavailable", "the channel is archived; give the sink a webhook of another one"
    ),
    "action_prohibited": Meaning("unavailable", "an administrator forbids the webhook to post there"),
    "posting_to_general_channel_denied": Meaning("unavailable", "not everybody may post to that channel"),
    "rollup_error": Meaning("unavailable", "it has trouble of its own; it is tried again"),
    "rate_limited": Meaning("throttled", "more than one message a second"),
    "invalid_payload": Meaning("refused", "it cannot read the message"),
    "invalid_blocks": Meaning("refused", "it does not take the blocks of the message"),
    "invalid_blocks_format": Meaning("refused", "it cannot read the blocks of the message"),
    "msg_blocks_too_long": Meaning("refused", "the message is too long"),
    "msg_too_long": Meaning("refused", "the message is too long"),
    "missing_text_or_fallback_or_attachments": Meaning("refused", "the message is empty"),
    "no_text": Meaning("refused", "the message is empty"),
    "user_not_found": Meaning(
        "refused", "somebody who is mentioned is not there: check the sink's `mention`"
    ),
}

_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_BROADCASTS = {"all": "channel", "channel": "channel", "here": "here", "everyone": "everyone"}
_USER, _GROUP = re.compile(r"[UW][A-Z0-9]{2,30}"), re.compile(r"S[A-Z0-9]{2,30}")
_Element = dict[str, Any]


class Slack:
    """The format of Slack."""

    # docs/sources.md, Chats.
    pace = Pace(((1, 1.0),), blocked=30.0)

    def render(self, message: Message) -> Rendered:
        """Blocks, and a text for notifications."""
        kept, cut = fitted(message, _fits)
        return Rendered(_body(kept), cut)

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        """The body as it is: Slack has no signatures, its address is the secret."""
        return outgoing(url, rendered.body)

    def answer(self, response: Response) -> Answer:
        """One word of plain text, ``ok`` for a success."""
        said = answers.text_of(response).strip()
        meaning = ERRORS.get(said) or ERRORS.get(str(answers.body_of(response).get("error")))
        if meaning is not None:
            wait = answers.wait_asked(response.headers)
            return Answer(meaning.verdict, f"{CHAT}: {meaning.problem} (HTTP {response.status}).", wait)
        failed = answers.of_status(response, CHAT)
        if failed is not None:
            return failed
        return answers.SENT if said == "ok" else answers.strange(CHAT)


FORMAT = Slack()


def _fits(message: Message) -> bool:
    blocks = _blocks(message)
    return (
        len(blocks) <= MOST_BLOCKS
        and _units(json.encode(blocks).decode()) <= MOST_CHARACTERS
        and all(_units(text) <= MOST_TEXT for text in _texts(message))
        and all(_units(link.url) <= MOST_URL for link in message.links)
    )


def _texts(message: Message) -> Iterator[str]:
    yield _fallback(message)
    for block in message.blocks:
        yield _plain(block.heading)
        for line in block.lines:
            yield _plain(line.text)
            yield _plain(line.label or "")


def _body(message: Message) -> dict[str, Any]:
    return {
        "text": _fallback(message),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": _blocks(message),
    }


def _fallback(message: Message) -> str:
    """What notifications show: they have no blocks."""
    return f"{MARKS[message.severity]} {_plain(message.title)}\n{_plain(message.lead)}".rstrip("\n")


def _blocks(message: Message) -> list[_Element]:
    title = f"{MARKS[message.severity]} {message.title}"
    header = shortened_to(title, lambda shorter: _units(_plain(shorter)) <= MOST_HEADER)
    # A title that a header does not take is told in full below it.
    lead = ([] if header == title else [_section([_run(message.title, bold=True)])]) + (
        [_section([_run(message.lead)])] if message.lead.strip(" ") else []
    )
    blocks: list[_Element] = [
        {"type": "header", "text": {"type": "plain_text", "text": _plain(header), "emoji": False}}
    ]
    if lead:
        blocks.append(_rich(lead))
    blocks += [
        _rich(_block(block, message)) for block in message.blocks if block.heading.strip(" ") or block.lines
    ]
    if message.links:
        blocks.append(_rich([_section(_linked(message))]))
    if message.mentions:
        blocks.append(_rich([_section([_mention(one) for one in message.mentions])]))
    return blocks


def _rich(elements: list[_Element]) -> _Element:
    return {"type": "rich_text", "elements": elements}


def _section(elements: list[_Element]) -> _Element:
    return {"type": "rich_text_section", "elements": elements}


def _block(block: Block, message: Message) -> list[_Element]:
    elements = [_section([_run(block.heading, bold=True)])] if block.heading.strip(" ") else []
    if block.lines:
        items = [_section(_line(line, message)) for line in block.lines]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    return elements


def _line(line: Line, message: Message) -> list[_Element]:
    label = [_run(line.label, COLONS[message.language], bold=True)] if line.label else []
    return [*label, _run(line.text, code=line.code)]


def _run(text: str, after: str = "", *, bold: bool = False, code: bool = False) -> _Element:
    # An element without text is refused; a code style is no markup, and Slack links nothing in it.
    shown = (printable(text).strip(" ") if code else inert(text)) + after or " "
    style = {"style": {"bold": True}} if bold else {"style": {"code": True}} if code else {}
    return {"type": "text", "text": shown, **style}


def _linked(message: Message) -> list[_Element]:
    runs: list[_Element] = []
    for link in message.links:
        runs += [_run("", " · ")] if runs else []
        runs.append({"type": "link", "url": link.url, "text": inert(link.label) or link.url})
    return runs


def _mention(one: str) -> _Element:
    if one in _BROADCASTS:
        return {"type": "broadcast", "range": _BROADCASTS[one]}
    if _USER.fullmatch(one):
        return {"type": "user", "user_id": one}
    if _GROUP.fullmatch(one):
        return {"type": "usergroup", "usergroup_id": one}
    return _run(one)


def _plain(text: str) -> str:
    """Text for ``plain_text`` and for notifications, where Slack reads three escapes and nothing else."""
    return inert(text).translate(_ESCAPES)


def _units(text: str) -> int:
    """Its length in UTF-16, which is never less than in characters: Slack does not say which it counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
