"""Text from outside made visible: every character that does not print is written as an escape.

Names, ids, paths and messages come from events that anybody can write. What reads them, a terminal, a log or
a chat, must not act on them; a line must stay one line, and what is shown must be what is there.
"""

from __future__ import annotations

#: The longest text shown in one piece; ids, names and messages of the cloud are shorter.
LONGEST = 2_000

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """The text with everything that does not print written as an escape.

    That covers control characters (ANSI escapes, line ends), bidi controls, zero-width characters, line and
    paragraph separators and lone surrogates. Markup is no concern here.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def shown(text: str, longest: int = LONGEST) -> str:
    """The text as `printable` writes it, for where it is never parsed as markup.

    Parameters
    ----------
    text
        Any text.
    longest
        How many characters are kept; the rest is counted instead.
    """
    cut = printable(text[:longest])
    return cut if len(text) <= longest else f"{cut}… ({len(text) - longest} more characters)"


def one_line(text: str) -> str:
    """The text with each run of white space made one space, then `shown`."""
    return shown(" ".join(text.split()))


def _escape(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
