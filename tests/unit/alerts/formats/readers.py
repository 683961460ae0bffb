"""Readers of what each chat is sent: they find texts where the chat shows them, and all that is active.

Each is a second derivation from the chat's documentation, as strict as the strictest client might be.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

_LINKS = LinkifyIt()
_MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": True})
_FULL_WIDTH = {ord(one) + 0xFEE0: one for one in "<>`*#&~"}
_ENTITY = re.compile(r"&#(\d+);")


class Seen(Struct):
    """What somebody sees: the lines of text, in order, without breaks; and what is active."""

    lines: list[str]
    active: list[str]


def _bare(text: str) -> str:
    return text.replace("\u200b", "")


def _linked(text: str) -> list[str]:
    return [f"autolink {found.url}" for found in _LINKS.match(text) or []]


def dingtalk(body: dict[str, Any]) -> Seen:
    """Read as GitHub's Markdown with HTML, and once more by what a reader without escapes would find."""
    if body["msgtype"] == "actionCard":
        text, title = body["actionCard"]["text"], body["actionCard"]["title"]
        active = [f"button {one['actionURL']}" for one in body["actionCard"]["btns"]]
    else:
        text, title = body["markdown"]["text"], body["markdown"]["title"]
        active = [f"mention {one}" for one in body["at"]["atMobiles"] + body["at"]["atUserIds"]]
        active += ["mention all"] if body["at"]["isAtAll"] else []
    lines, found = _markdown(_MARKDOWN.parse(text))
    naive = re.findall(r"\]\s*\(|<[a-z/!?@]|@(?:all|所有人)", text.replace("[Link](", ""), re.IGNORECASE)
    return Seen(lines, active + found + naive + _linked(title))


def _markdown(tokens: list[Token]) -> tuple[list[str], list[str]]:
    """Each block of text, and every token that is neither text nor of our own frame."""
    frame = {"heading", "paragraph", "bullet_list", "list_item"}
    lines, active = [], []
    for token in tokens:
        if token.type == "inline":
            parts = [""]
            for child in token.children or []:
                if child.type in ("text", "text_special"):
                    parts[-1] += child.content
                elif child.type == "softbreak":
                    parts.append("")
                elif child.type == "link_open":
                    active.append(f"link {child.attrs['href']}")
                elif child.type not in ("strong_open", "strong_close", "link_close"):
                    active.append(f"{child.type} {child.content}")
                elif child.type == "strong_open" and parts[-1]:
                    active.append("strong within text")
            lines += [_bare(part) for part in parts]
        elif token.type.removesuffix("_open").removesuffix("_close") not in frame:
            active.append(f"{token.type} {token.content}")
    return lines, active


def feishu(body: dict[str, Any]) -> Seen:
    """Everything that its table of escapes names, unescaped, is active; so is any tag."""
    card = body["card"]
    lines, active = [card["header"]["title"]["content"]], []
    for element in card["elements"]:
        if element["tag"] == "div":
            for number, line in enumerate(element["text"]["content"].split("\n")):
                mentions = re.fullmatch(r"(?:<at id=[\w.-]*></at> ?)+", line)
                if mentions:
                    active += [f"mention {one}" for one in re.findall(r"<at id=([\w.-]*)>", line)]
                    continue
                heading = re.fullmatch(r"\*\*([^*]*)\*\*", line) if number == 0 else None
                lines.append(_entities(heading[1] if heading else line, active))
        elif element["tag"] == "action":
            active += [f"button {one['url']}" for one in element["actions"]]
        else:
            assert element == {"tag": "hr"}
    active += [found for line in lines for found in _linked(line)]
    return Seen([_bare(line) for line in lines], active)


def _entities(text: str, active: list[str]) -> str:
    rest = _ENTITY.sub("", text)
    active += re.findall(r"[*_~`\[\]<>!#&$\\()\"'|]|:[A-Za-z]|(?<!\w)[-/+]|//|@", rest)
    return _ENTITY.sub(lambda found: chr(int(found[1])), text)


def wecom(body: dict[str, Any]) -> Seen:
    """Read by the patterns of its documentation: links, tags, code, bold and italics, headings, quotes."""
    lines, active = [], []
    for line in body["markdown"]["content"].split("\n"):
        mentions = re.fullmatch(r"(?:<@[\w.@-]*> ?)+", line)
        if mentions:
            active += [f"mention {one}" for one in re.findall(r"<@([\w.@-]*)>", line)]
            continue
        ours = re.fullmatch(r"(?:\[Link\]\([^()]*\) ?)+", line)
        if ours:
            active += [f"link {one}" for one in re.findall(r"\(([^()]*)\)", line)]
            continue
        line = re.sub(r"^(?:### |> |\*\*(?=.*\*\*$))", "", line).removesuffix("**")
        code = re.search(r"`([^`]*)`$", line)
        if code is not None:
            line = line[: code.start()] + code[1]
        else:
            active += _linked(line)
        active += re.findall(r"\]\s*\(|[<>`*#~&]|@(?:all|所有人)" if code is None else r"\]\s*\(|[<>`]", line)
        lines.append(_bare(line.translate(_FULL_WIDTH)))
    return Seen(lines, active)


def slack(body: dict[str, Any]) -> Seen:
    """Elements by their types; in ``plain_text`` and the text of notifications, entities and brackets."""
    assert body["mrkdwn"] is False
    header = body["blocks"][0]["text"]
    assert header["type"] == "plain_text"
    active = re.findall(r"[<>]|&(?!(?:amp|lt|gt);)", header["text"] + body["text"])
    active += _linked(body["text"]) + _linked(header["text"])
    lines = [html.unescape(header["text"])]
    for block in body["blocks"][1:]:
        for element in block["elements"]:
            sections = element["elements"] if element["type"] == "rich_text_list" else [element]
            for section in sections:
                lines.append("")
                for run in section["elements"]:
                    if run["type"] == "text":
                        lines[-1] += run["text"]
                        active += [] if run.get("style", {}).get("code") else _linked(run["text"])
                    else:
                        active.append(_slack_element(run))
    return Seen([_bare(line) for line in lines], active)


def _slack_element(run: dict[str, Any]) -> str:
    if run["type"] == "link":
        return f"link {run['url']}"
    return f"mention {run.get('user_id') or run.get('usergroup_id') or run['range']}"


def teams(body: dict[str, Any]) -> Seen:
    """Text runs read no markup; functions, expressions and mentions are read in any text."""
    card = body["attachments"][0]["content"]
    lines, active = [], [f"button {one['url']}" for one in card.get("actions", [])]
    for element in _teams_elements(card["body"]):
        if element["type"] == "TextBlock":
            active += [f"mention {one}" for one in re.findall(r"<at>(.*?)</at>", element["text"])]
            assert re.sub(r"<at>[\w.@+-]*</at>", "", element["text"]).strip() == ""
            continue
        assert element["type"] == "RichTextBlock"
        text = "".join(run["text"] for run in element["inlines"])
        assert {run["type"] for run in element["inlines"]} == {"TextRun"}
        active += re.findall(r"\{\{|\$\{|</?at\b", text, re.IGNORECASE) + _linked(text)
        lines.append(_bare(text))
    return Seen(lines, active)


def _teams_elements(elements: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for element in elements:
        if element["type"] == "Container":
            yield from _teams_elements(element["items"])
        else:
            yield element


READERS = {
    "dingtalk": dingtalk,
    "feishu": feishu,
    "lark": feishu,
    "wecom": wecom,
    "slack": slack,
    "teams": teams,
}
