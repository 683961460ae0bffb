"""Rich text of Slack: text whose style is a field of its own (docs/sources.md, Chats)."""

from __future__ import annotations

from typing import Any

_STYLES = {"bold", "italic", "strike", "code", "underline"}
_LINK = 3000
#: What names somebody or something: the type of an element and its field.
_NAMED = {
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "team": "team_id",
    "emoji": "name",
    "color": "value",
}


def is_rich_text(elements: list[Any]) -> bool:
    """Whether these are the elements of a block of rich text."""
    return bool(elements) and all(map(_is_part, elements))


def _is_part(part: Any) -> bool:
    match part:
        case {"type": "rich_text_section" | "rich_text_quote" | "rich_text_preformatted", "elements": runs}:
            return _are_runs(runs)
        case {"type": "rich_text_list", "style": "bullet" | "ordered", "elements": list(items)}:
            return bool(items) and all(map(_is_item, items))
    return False


def _is_item(item: Any) -> bool:
    match item:
        case {"type": "rich_text_section", "elements": runs}:
            return _are_runs(runs)
    return False


def _are_runs(runs: Any) -> bool:
    return isinstance(runs, list) and bool(runs) and all(map(_is_run, runs))


def _is_run(run: Any) -> bool:
    if not isinstance(run, dict) or not _is_style(run.get("style", {})):
        return False
    match run:
        case {"type": "text", "text": str(text)}:
            return bool(text)
        case {"type": "link", "url": str(url)}:
            return 0 < len(url) <= _LINK and isinstance(run.get("text", ""), str)
        case {"type": "broadcast", "range": "here" | "channel" | "everyone"}:
            return True
        case {"type": str(kind)} if kind in _NAMED:
            name = run.get(_NAMED[kind])
            return isinstance(name, str) and bool(name)
    return False


def _is_style(style: Any) -> bool:
    return (
        isinstance(style, dict)
        and style.keys() <= _STYLES
        and all(isinstance(value, bool) for value in style.values())
    )
