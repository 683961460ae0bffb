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

#: Where an address or a mention is broken: between two slashes, before the dot of ``www.``, before the colon
#: of ``mailto:`` and ``tel:``, after a dot that letters follow (a top-level domain has at least two), and
#: after an at sign. Before that dot, the break would belong to a name, in which IDNA ignores it.
_BROKEN = re.compile(
    r"(?<=/)(?=/)|(?<=www)(?=\.)|(?<=mailto)(?=:)|(?<=tel)(?=:)|(?<=\.)(?=[^\W\d_]{2})|(?<=@)(?=\S)",
    re.IGNORECASE,
)

#: Where Markdown would read a link, a reference or the address of one.
_LINKED = re.compile(r"(?<=\])(?=[(\[:])")


def inert(text: str) -> str:
    """The text as one printable line without links, mentions and outer spaces; markup is still markup."""
    return _BROKEN.sub(BREAK, printable(text).strip(" "))


def unlinked(text: str) -> str:
    """The text without what Markdown reads as a link or an image, whether or not it reads escapes."""
    return _LINKED.sub(BREAK, text)
