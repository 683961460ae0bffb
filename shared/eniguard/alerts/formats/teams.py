"""Microsoft Teams: Adaptive Cards through the webhook of a workflow.

Text from outside stands in ``RichTextBlock`` elements, which read no markup (docs/sources.md, Chats); what
cards read in any text, date functions, template expressions and mentions, is broken.
"""

from __future__ import annotations

import re
from typing import Any

from eniguard.alerts.formats import answers
from eniguard.alerts.formats.base import Answer, Outgoing, Pace, Rendered, Response
from eniguard.alerts.formats.bodies import encoded, outgoing
from eniguard.alerts.formats.cutting import fitted
from eniguard.alerts.formats.inert import BREAK, inert
from eniguard.alerts.formats.words import COLONS, MARKS
from eniguard.alerts.message import Block, Line, Message
from eniguard.model import Severity

CHAT = "Microsoft Teams"
#: Bytes of a body. The documentation says 28 KB; messages were seen to be refused from 21 KB on
#: (docs/sources.md, Chats).
MOST_BYTES = 21_000
#: Buttons of a card (docs/sources.md, Chats).
MOST_ACTIONS = 6

#: Styles of the container that holds the title.
STYLES: dict[Severity, str] = {
    "critical": "attention",
    "high": "attention",
    "medium": "warning",
    "low": "accent",
    "info": "emphasis",
}

#: What the code of an error of a workflow means, and what to do (docs/sources.md, Chats).
ERRORS = {
    "WorkflowTriggerIsNotEnabled": "the workflow is switched off; switch it on",
    "WorkflowNotFound": "the workflow is no more; give the sink the url of another one",
    "DirectApiAuthorizationRequired": "the url lacks its signature, or only members may trigger the workflow",
    "DirectApiInvalidAuthorizationScheme": "the url's signature is wrong; give the sink the url anew",
}

_READ_IN_ANY_TEXT = re.compile(r"(?<=\{)(?=\{)|(?<=\$)(?=\{)|(?<=<)(?=/?at\b)", re.IGNORECASE)
_DELIVERY_FAILED = re.compile(r"returned HTTP error (\d{3})\b")
_MENTION = re.compile(r"[^\w.@+-]")


class Teams:
    """The format of Microsoft Teams."""

    # docs/sources.md, Chats.
    pace = Pace(((4, 1.0),), blocked=60.0)

    def render(self, message: Message) -> Rendered:
        """A message with one Adaptive Card."""
        kept, cut = fitted(message, lambda shorter: len(encoded(_body(shorter))) <= MOST_BYTES)
        return Rendered(_body(kept), cut)

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        """The body as it is: workflows have no signatures, their address is the secret."""
        return outgoing(url, rendered.body)

    def answer(self, response: Response) -> Answer:
        """HTTP has the word, but for a success whose text says that the delivery behind it failed."""
        said = answers.text_of(response)
        failed = answers.of_status(response, CHAT)
        if failed is not None:
            error = answers.body_of(response).get("error")
            problem = ERRORS.get(str(error.get("code"))) if isinstance(error, dict) else None
            return (
                failed
                if problem is None
                else Answer("unavailable", f"{CHAT}: {problem} (HTTP {response.status}).")
            )
        behind = _DELIVERY_FAILED.search(said)
        if behind is not None:
            status = Response(int(behind[1]), response.headers, b"")
            return answers.of_status(status, CHAT) or answers.strange(CHAT)
        if said.lstrip().startswith("<") or "text/html" in response.headers.get("content-type", ""):
            return answers.strange(CHAT)
        return answers.SENT


FORMAT = Teams()


def _body(message: Message) -> dict[str, Any]:
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": _card(message),
    }
    return {"type": "message", "attachments": [attachment]}


def _card(message: Message) -> dict[str, Any]:
    actions = [
        {"type": "Action.OpenUrl", "title": _inert(link.label), "url": link.url}
        for link in message.links[:MOST_ACTIONS]
    ]
    # A channel cannot be mentioned by a card.
    mentioned = [_MENTION.sub("", one) for one in message.mentions if one != "all"]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        # The newest that Teams shows everywhere, phones too (docs/sources.md, Chats).
        "version": "1.4",
        "msteams": {"width": "Full", "entities": [_entity(one) for one in mentioned]},
        "body": _elements(message, mentioned),
    }
    if actions:
        card["actions"] = actions
    return card


def _elements(message: Message, mentioned: list[str]) -> list[dict[str, Any]]:
    title = _text([_run(f"{MARKS[message.severity]} {message.title}", size="large", weight="bolder")])
    heading = {"type": "Container", "style": STYLES[message.severity], "bleed": True, "items": [title]}
    elements: list[dict[str, Any]] = [heading]
    if message.lead.strip(" "):
        elements.append(_text([_run(message.lead)]))
    for block in message.blocks:
        elements += _block(block, message)
    # Buttons are limited; what is more is told as text, which links nothing but can be copied.
    elements += [_text([_run(f"{link.label} {link.url}")]) for link in message.links[MOST_ACTIONS:]]
    if mentioned:
        # Mentions are read in text blocks only; nothing from outside stands here.
        elements.append(
            {"type": "TextBlock", "wrap": True, "text": " ".join(f"<at>{one}</at>" for one in mentioned)}
        )
    return elements


def _block(block: Block, message: Message) -> list[dict[str, Any]]:
    heading = (
        [_text([_run(block.heading, weight="bolder")], spacing="medium")] if block.heading.strip(" ") else []
    )
    return heading + [_text(_line(line, message), spacing="small") for line in block.lines]


def _line(line: Line, message: Message) -> list[dict[str, Any]]:
    label = [_run(line.label, COLONS[message.language], weight="bolder")] if line.label else []
    return [*label, _run(line.text, **({"fontType": "monospace"} if line.code else {}))]


def _text(runs: list[dict[str, Any]], **options: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": runs, **options}


def _run(text: str, after: str = "", **options: str) -> dict[str, Any]:
    return {"type": "TextRun", "text": _inert(text) + after, **options}


def _entity(one: str) -> dict[str, Any]:
    return {"type": "mention", "text": f"<at>{one}</at>", "mentioned": {"id": one, "name": one}}


def _inert(text: str) -> str:
    return _READ_IN_ANY_TEXT.sub(BREAK, inert(text))
