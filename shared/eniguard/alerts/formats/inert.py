"""Text from outside that no chat acts on: nothing hidden in it, no link, no mention.

What a chat's own markup makes of a text is for its format; this is what all of them share. Clients turn bare
addresses into links and ``@name`` into a mention, whatever the markup says; a zero-width space inside of
them, which stays invisible, stops that (docs/sources.md, Chats).
"""

from __future__ import annotations

import re

from eniguard.printable import printable

#: What is put into addresses. A space of no width also lets a long one wrap.
BREAK = "\u200b"

#: Where an address or a mention is broken: between two slashes, before the dot of ``www.``, after a dot that
#: letters follow (a top-level domain has at least two), and after an at sign. Before a dot, the break would
#: belong to the name, in which IDNA ignores it.
_BROKEN = re.compile(r"(?<=/)(?=/)|(?<=\bwww)(?=\.)|(?<=\w\.)(?=[^\W\d_]{2})|(?<=@)(?=\S)", re.IGNORECASE)


def inert(text: str) -> str:
    """The text as one printable line without links and mentions; markup in it is still markup."""
    return _BROKEN.sub(BREAK, printable(text))
