"""Texts of rules and recorded calls as Markdown that shows them as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec

#: The longest line of a block of JSON, where it can be broken.
_WIDTH = 100
_SPAN = re.compile(r"(`+)(.+?)\1")
_MARKS = re.compile(r"[\\`*_\[\]]")
#: What would begin HTML or end the cell of a table.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}


def prose(text: str) -> str:
    """A text in one line: what stands between backticks is code, and every other mark stands for itself."""
    line = " ".join(text.split())
    parts: list[str] = []
    end = 0
    for span in _SPAN.finditer(line):
        parts += [_literal(line[end : span.start()]), code(span[2])]
        end = span.end()
    return "".join([*parts, _literal(line[end:])])


def code(text: str) -> str:
    """A text as code within a line."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Texts as code, one after the other."""
    return ", ".join(map(code, texts))


def bullets(lines: Iterable[str]) -> str:
    """A list of lines."""
    return "\n".join(f"- {line}" for line in lines)


def table(rows: Iterable[Iterable[str]], header: Iterable[str]) -> str:
    """A table; its cells are Markdown."""
    head = list(header)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def fenced(document: Any) -> str:
    """A document as a block of JSON that nothing in it can end."""
    text = _laid_out(msgspec.to_builtins(document))
    text = "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)
    return f"```json\n{text.replace('`', chr(92) + 'u0060')}\n```"


def _laid_out(value: Any, margin: int = 0) -> str:
    """JSON in which a record or a list stands on one line where it fits."""
    line = json.dumps(value, ensure_ascii=False)
    if margin + len(line) <= _WIDTH or not value or not isinstance(value, dict | list):
        return line
    inner = margin + 2
    if isinstance(value, list):
        items = [_laid_out(one, inner) for one in value]
        opening, closing = "[]"
    else:
        items = [f"{json.dumps(name)}: {_laid_out(one, inner)}" for name, one in value.items()]
        opening, closing = "{}"
    between = f",\n{' ' * inner}"
    return f"{opening}\n{' ' * inner}{between.join(items)}\n{' ' * margin}{closing}"


def _literal(text: str) -> str:
    escaped = "".join(_ENTITIES.get(one, one) for one in text)
    return _MARKS.sub(r"\\\g<0>", escaped)
