"""Text from outside made harmless for terminals, logs, tables and pages.

Names, ids, paths and messages come from events that anybody can write. A terminal must not act on them, a
line must stay one line, and what is shown must be what is there.
"""

from __future__ import annotations

#: The longest text shown in one piece; ids, names and messages of the cloud are shorter.
LONGEST = 2_000

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shown(text: str, longest: int = LONGEST) -> str:
    """The text with everything that does not print written as an escape.

    That covers control characters (ANSI escapes, line ends), bidi controls, zero-width characters, line and
    paragraph separators and lone surrogates. Markup is no concern here: nothing shown is ever parsed as such.

    Parameters
    ----------
    text
        Any text.
    longest
        How many characters are kept; the rest is counted instead.
    """
    cut = text[:longest]
    if not cut.isprintable():
        cut = "".join(one if one.isprintable() else _escape(one) for one in cut)
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
