"""A page for each payload that looks like the chat's card. Each reads the payload, and nothing else."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt

from eniguard.settings.alerting import Language, SinkKind
from tests.pictures.elements import Html, element, joined, text
from tests.pictures.style import STYLE

_CHATS: dict[SinkKind, dict[Language, str]] = {
    "dingtalk": {"en": "DingTalk", "zh": "钉钉"},
    "feishu": {"en": "Feishu / Lark", "zh": "飞书 / Lark"},
    "wecom": {"en": "WeCom", "zh": "企业微信"},
    "slack": {"en": "Slack", "zh": "Slack"},
    "teams": {"en": "Microsoft Teams", "zh": "Microsoft Teams"},
}
_NOTE: dict[Language, str] = {
    "en": "{chat}: drawn by eniguard from what it sends. No screenshot; the chat may show it otherwise.",
    "zh": "{chat}：eniguard 根据实际发送的消息内容绘制，并非截图，聊天软件中的显示可能不同。",  # noqa: RUF001
}
_FOLDED: dict[Language, str] = {
    "en": "Drawn by eniguard from the request that it sends. An ellipsis stands for what is left out here.",
    "zh": "eniguard 根据实际发送的请求绘制，省略号表示此处未列出的内容。",  # noqa: RUF001
}
_FEISHU = re.compile(r"\*\*([^*]*)\*\*")
_WECOM = re.compile(r"`([^`]*)`|\[([^\]]*)\]\([^()]*\)|\*\*([^*]*)\*\*")
#: How many blocks of an event are shown; the others, and the alerts, are folded.
_SHOWN_BLOCKS = 2


def page(kind: SinkKind, language: Language, payload: dict[str, Any]) -> str:
    """The page of one picture."""
    drawn = _DRAWN[kind](payload)
    card = element("div", drawn, cls=f"card {kind}")
    if kind == "webhook":
        main = element("main", card, element("p", _FOLDED[language], cls="note"))
    else:
        bot = element("div", element("b", "eniguard"), element("span", "BOT", cls="bot"), cls="from")
        note = element("p", _NOTE[language].format(chat=_CHATS[kind][language]), cls="note")
        main = element("main", bot, card, note)
    head = f'<meta charset="utf-8"><title>{kind}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{main}</body></html>\n'


def _dingtalk(payload: dict[str, Any]) -> Html:
    card = payload["actionCard"]
    buttons = [element("div", one["title"], cls="button") for one in card["btns"]]
    read = Html(MarkdownIt("commonmark", {"html": False}).render(card["text"]))
    return joined(element("div", _with_dots(read), cls="body"), element("div", *buttons, cls="buttons"))


def _feishu(payload: dict[str, Any]) -> Html:
    card = payload["card"]
    header = element("div", card["header"]["title"]["content"], cls=f"header {card['header']['template']}")
    return joined(header, element("div", *map(_feishu_element, card["elements"]), cls="body"))


def _feishu_element(one: dict[str, Any]) -> Html:
    if one["tag"] == "hr":
        return Html("<hr>")
    if one["tag"] == "action":
        buttons = [element("span", each["text"]["content"], cls="button") for each in one["actions"]]
        return element("div", *buttons, cls="buttons")
    # lark_md: bold in two asterisks, whatever is written as an entity is a character.
    lines = [_FEISHU.split(line) for line in one["text"]["content"].split("\n")]
    return joined(*[element("p", *_runs(line)) for line in lines])


def _runs(parts: list[str]) -> list[Html]:
    """Every second part is bold."""
    unescaped = [html.unescape(part) for part in parts]
    return [element("b", part) if place % 2 else text(part) for place, part in enumerate(unescaped)]


def _wecom(payload: dict[str, Any]) -> Html:
    return element("div", *map(_wecom_line, payload["markdown"]["content"].split("\n")), cls="body")


def _wecom_line(line: str) -> Html:
    for begins, tag in (("### ", "h3"), ("> ", "blockquote")):
        if line.startswith(begins):
            return element(tag, _wecom_runs(line.removeprefix(begins)))
    return element("p", _wecom_runs(line))


def _wecom_runs(line: str) -> Html:
    runs, end = [], 0
    for found in _WECOM.finditer(line):
        tag = {1: "code", 2: "a", 3: "b"}[found.lastindex or 0]
        runs += [text(line[end : found.start()]), element(tag, found[found.lastindex or 0])]
        end = found.end()
    return joined(*runs, line[end:])


def _slack(payload: dict[str, Any]) -> Html:
    header, *blocks = payload["blocks"]
    title = element("h3", html.unescape(header["text"]["text"]))
    return element("div", title, *[_slack_element(one) for block in blocks for one in block["elements"]])


def _slack_element(one: dict[str, Any]) -> Html:
    if one["type"] == "rich_text_list":
        return element("ul", *[element("li", *map(_slack_run, item["elements"])) for item in one["elements"]])
    return element("p", *map(_slack_run, one["elements"]))


def _slack_run(run: dict[str, Any]) -> Html:
    if run["type"] == "link":
        return element("a", run["text"])
    style = run.get("style", {})
    return element("b" if style.get("bold") else "code" if style.get("code") else "span", run["text"])


def _teams(payload: dict[str, Any]) -> Html:
    (attachment,) = payload["attachments"]
    card = attachment["content"]
    buttons = [element("span", one["title"], cls="button") for one in card["actions"]]
    return joined(*map(_teams_element, card["body"]), element("div", *buttons, cls="buttons"))


def _teams_element(one: dict[str, Any]) -> Html:
    if one["type"] == "Container":
        return element("div", *map(_teams_element, one["items"]), cls=f"header {one['style']}")
    return element("p", *map(_teams_run, one["inlines"]), cls=one.get("spacing", ""))


def _teams_run(run: dict[str, Any]) -> Html:
    bold, code = run.get("weight") == "bolder", run.get("fontType") == "monospace"
    return element("b" if bold else "code" if code else "span", run["text"])


def _webhook(payload: dict[str, Any]) -> Html:
    data = payload["data"]
    shown = {
        **data,
        "blocks": [*data["blocks"][:_SHOWN_BLOCKS], "…"],
        "alerts": ["…"],
    }
    written = json.dumps({**payload, "data": shown}, ensure_ascii=False, indent=2).replace('"…"', "…")
    headers = (
        "POST\ncontent-type: application/cloudevents+json; charset=utf-8\n"
        f"webhook-id: {payload['id']}\nwebhook-timestamp: …\nwebhook-signature: v1,…\n\n"
    )
    return element("pre", headers, written)


def _with_dots(read: Html) -> Html:
    return Html("".join(text(one) if one in "🔴🟠🟡🔵⚪" else one for one in read))


_DRAWN: dict[SinkKind, Callable[[dict[str, Any]], Html]] = {
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "wecom": _wecom,
    "slack": _slack,
    "teams": _teams,
    "webhook": _webhook,
}
