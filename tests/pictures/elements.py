"""HTML as text: elements whose contents are escaped unless they are elements themselves."""

from __future__ import annotations

import html
import re

#: The marks before titles, which few fonts have, and the colours that they are drawn in.
_MARKS = {"🔴": "#d93026", "🟠": "#f08c00", "🟡": "#f2c200", "🔵": "#2f7de1", "⚪": "#c3c8cf"}
_MARK = re.compile("|".join(_MARKS))


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(of: str) -> Html:
    """A text, escaped; marks of severities as dots."""
    escaped = html.escape(of.replace("\u200b", ""))
    dot = '<i class="dot" style="background:{}"></i>'
    return Html(_MARK.sub(lambda found: dot.format(_MARKS[found[0]]), escaped))


def element(tag: str, *children: str, cls: str = "") -> Html:
    """An element with its children; those that are no HTML are text."""
    opened = f'<{tag} class="{cls}">' if cls else f"<{tag}>"
    return Html(f"{opened}{joined(*children)}</{tag}>")


def joined(*children: str) -> Html:
    """Several after each other."""
    return Html("".join(one if isinstance(one, Html) else text(one) for one in children))
