"""Messages cut to what a chat takes, and texts cut between graphemes.

What is cut is the neutral message, before it is escaped: no escape is ever cut in two. Blocks of the lowest
weight go first, then lines of those of the highest; lead, title, links and mentions last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate, islice

from msgspec.structs import replace

from eniguard.alerts.formats.words import more
from eniguard.alerts.message import Block, Line, Message

#: What stands for what was cut off.
ELLIPSIS = "…"
#: How many graphemes of a title, a lead and any other text are kept where a message is too long; what people
#: and the cloud write as one name, id or sentence is shorter.
LONG_TITLE, LONG_LEAD, LONG_TEXT = 200, 500, 1_000
#: How many of a lead, a title and a line are kept as long as something else can be left out.
LEAST_LEAD, LEAST_TITLE, LEAST_LINE = 120, 80, 200

Fits = Callable[[Message], bool]
#: A way to shorten a message: how many steps there are, and the message with so many of them kept.
_Reduction = tuple[int, Callable[[int], Message]]


def shortened(text: str, most: int) -> str:
    """At most so many graphemes of a text, with an ellipsis if that is not all of it."""
    if len(text) <= most:
        return text
    ends = _ends(text, most + 1)
    return text if len(ends) <= most else _cut(text, ends, most)


def shortened_to(text: str, fits: Callable[[str], bool]) -> str:
    """As much of a text as fits, cut between graphemes; the ellipsis alone if nothing does."""
    if fits(text):
        return text
    ends = _ends(text)
    return _cut(text, ends, most_that_fits(len(ends) - 1, lambda kept: fits(_cut(text, ends, kept))) or 0)


def fitted(message: Message, fits: Fits) -> tuple[Message, bool]:
    """The message, or as much of it as fits, and whether something was left out.

    Parameters
    ----------
    message
        What is to be told.
    fits
        Whether a chat takes a message.
    """
    if fits(message):
        return message, False
    message = _with_short_texts(message)
    if fits(message):
        return message, True
    for reduction in _reductions():
        message, enough = _reduced(reduction(message), fits)
        if enough:
            break
    return message, True


def _reductions() -> Iterator[Callable[[Message], _Reduction]]:
    """From what is missed least to what is missed most; each begins where the last one left nothing."""
    yield _lesser_blocks
    yield _lines
    yield lambda message: _texts_of_lines(message, LEAST_LINE)
    yield lambda message: (
        max(len(message.blocks) - 1, 0),
        lambda kept: replace(message, blocks=message.blocks[: kept + 1]),
    )
    yield lambda message: _texts_of_lines(message, 0)
    yield lambda message: _text(message, "lead", LEAST_LEAD)
    yield lambda message: _text(message, "title", LEAST_TITLE)
    yield lambda message: (0, lambda _: replace(message, blocks=()))
    yield lambda message: (len(message.links), lambda kept: replace(message, links=message.links[:kept]))
    yield lambda message: (
        len(message.mentions),
        lambda kept: replace(message, mentions=message.mentions[:kept]),
    )
    yield lambda message: _text(message, "lead", 0)
    yield lambda message: _text(message, "title", 0)


def _reduced(reduction: _Reduction, fits: Fits) -> tuple[Message, bool]:
    """The message with as much kept as fits, and whether it fits at all."""
    most, kept = reduction
    found = most_that_fits(most, lambda count: fits(kept(count)))
    return kept(found or 0), found is not None


def _lesser_blocks(message: Message) -> _Reduction:
    """Blocks below the highest weight; a heading is one step, each line another."""
    order = _lesser(message.blocks)
    steps_before = [0, *accumulate(len(message.blocks[index].lines) + 1 for index in order)]

    def kept(count: int) -> Message:
        blocks = dict(enumerate(message.blocks))
        for index, before in zip(order, steps_before, strict=False):
            if count <= before:
                del blocks[index]
            else:
                blocks[index] = _with_lines(message, blocks[index], count - before - 1)
        return replace(message, blocks=tuple(blocks.values()))

    return steps_before[-1], kept


def _lines(message: Message) -> _Reduction:
    """Lines of each block that is left, down to one."""
    longest = max((len(block.lines) for block in message.blocks), default=1)

    def kept(count: int) -> Message:
        blocks = tuple(_with_lines(message, block, count + 1) for block in message.blocks)
        return replace(message, blocks=blocks)

    return max(longest - 1, 0), kept


def _texts_of_lines(message: Message, least: int) -> _Reduction:
    """The texts of all lines that are left, down to so many graphemes each."""
    ends = {line.text: _ends(line.text) for block in message.blocks for line in block.lines}
    longest = max(map(len, ends.values()), default=0)

    def cut(line: Line, count: int) -> Line:
        return replace(line, text=_cut(line.text, ends[line.text], least + count))

    def kept(count: int) -> Message:
        blocks = [
            replace(block, lines=tuple(cut(line, count) for line in block.lines)) for block in message.blocks
        ]
        return replace(message, blocks=tuple(blocks))

    return max(longest - least, 0), kept


def _text(message: Message, field: str, least: int) -> _Reduction:
    text: str = getattr(message, field)
    ends = _ends(text)
    if len(ends) <= least:
        return 0, lambda _: message
    return len(ends) - 1 - least, lambda kept: replace(message, **{field: _cut(text, ends, least + kept)})


def _with_short_texts(message: Message) -> Message:
    blocks = tuple(
        replace(
            block,
            heading=shortened(block.heading, LONG_TEXT),
            lines=tuple(
                replace(
                    line,
                    text=shortened(line.text, LONG_TEXT),
                    label=None if line.label is None else shortened(line.label, LONG_TEXT),
                )
                for line in block.lines
            ),
        )
        for block in message.blocks
    )
    title, lead = shortened(message.title, LONG_TITLE), shortened(message.lead, LONG_LEAD)
    return replace(message, title=title, lead=lead, blocks=blocks)


def _with_lines(message: Message, block: Block, count: int) -> Block:
    if count >= len(block.lines):
        return block
    left_out = Line(more(len(block.lines) - count, message.language))
    return replace(block, lines=(*block.lines[:count], left_out))


def _lesser(blocks: tuple[Block, ...]) -> list[int]:
    """The places of blocks below the highest weight, from the highest; of one weight, from the first."""
    highest = max((block.weight for block in blocks), default=0)
    lesser = [index for index, block in enumerate(blocks) if block.weight < highest]
    return sorted(lesser, key=lambda index: -blocks[index].weight)


def most_that_fits(most: int, fits: Callable[[int], bool]) -> int | None:
    """The greatest number up to ``most`` that fits, ``None`` if not even 0 does."""
    if not fits(0):
        return None
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, ends: list[int], kept: int) -> str:
    if kept >= len(ends):
        return text
    return (text[: ends[kept - 1]] if kept else "") + ELLIPSIS


def _ends(text: str, most: int | None = None) -> list[int]:
    """Where each grapheme of a text ends, or the first so many of them."""
    # Imported by the first text that is cut: most are not.
    from grapheme import grapheme_lengths

    return list(accumulate(islice(grapheme_lengths(text), most)))
